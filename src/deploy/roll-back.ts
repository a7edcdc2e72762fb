import { endOf, operationToken } from './change-set.ts'
import type { DeployEvent } from './events.ts'
import { failureError } from './failure-advice.ts'
import { followStack, type FollowPorts } from './follow-stack.ts'
import type { StackState } from './ports.ts'
import { stuckError } from './stack-situation.ts'
import { QwError } from '../engine/errors.ts'

/**
 * Takes a stack back to its last good state (`deploy --rollback`): an update under way is cancelled, a
 * rollback under way is followed, one that failed is continued. Throws `notFound` STACK-NONE,
 * `conflict` STACK-BUSY, `internal` STACK-STUCK; what AWS could not take back.
 */
export async function* rollBack(
  stackName: string,
  ports: FollowPorts,
  signal?: AbortSignal,
): AsyncGenerator<DeployEvent, void> {
  const state = await ports.stacks.describe(stackName)
  if (state === undefined) {
    throw new QwError('notFound', `there is no stack ${stackName}`, {
      code: 'STACK-NONE',
      fix: 'qw-lambda list',
    })
  }
  const sinceMs = state.status.endsWith('_IN_PROGRESS') ? state.changedMs : ports.clock.nowMs()
  const isUnderWay = yield* begin(state, ports)
  if (!isUnderWay) return
  const what = `roll back the stack ${stackName}`
  const end = yield* followStack(
    { stackId: state.stackId, sinceMs, token: undefined, what, goal: 'stack', total: undefined },
    ports,
    signal,
  )
  if (end.state?.status !== 'UPDATE_ROLLBACK_COMPLETE') {
    throw failureError(what, end.cause ?? endOf(stackName, end.state))
  }
}

/** Whether there is a rollback to follow now. */
async function* begin(
  state: StackState,
  { stacks, clock }: FollowPorts,
): AsyncGenerator<DeployEvent, boolean> {
  const token = operationToken('qw-lambda-rollback', clock)
  switch (state.status) {
    case 'UPDATE_IN_PROGRESS':
      await stacks.cancelUpdate(state.name, token)
      return true
    case 'UPDATE_ROLLBACK_FAILED':
      await stacks.continueRollback(state.name, token)
      return true
    case 'UPDATE_ROLLBACK_IN_PROGRESS':
    case 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS':
      yield { kind: 'attached', sinceMs: state.changedMs }
      return true
    case 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS':
      throw notNow(state, 'the update has succeeded, and only old parts are being removed')
    case 'CREATE_IN_PROGRESS':
    case 'ROLLBACK_IN_PROGRESS':
      throw notNow(state, 'a first create has no state to go back to')
    case 'DELETE_IN_PROGRESS':
      throw notNow(state, 'it is being deleted')
    case 'UPDATE_FAILED':
    case 'DELETE_FAILED':
    case 'IMPORT_ROLLBACK_FAILED':
      throw stuckError(state)
  }
  yield { kind: 'unchanged' }
  return false
}

function notNow(state: StackState, why: string): QwError {
  return new QwError('conflict', `${state.name} is ${state.status}: ${why}`, {
    code: 'STACK-BUSY',
    fix: 'wait for it: qw-lambda status --watch; to remove it all: qw-lambda teardown',
  })
}
