import { DEPLOYMENT_TAG } from './naming.ts'
import type { StackState } from './ports.ts'
import { QwError } from '../engine/errors.ts'

/**
 * What can be done with a stack:
 * `absent` create it · `ready` update it · `busy` wait or attach · `husk` what a failed first create
 * left: delete, then create · `stuck` a failed update or deletion: somebody has to choose.
 */
export type Situation = 'absent' | 'ready' | 'busy' | 'husk' | 'stuck'

const HUSKS = ['ROLLBACK_COMPLETE', 'ROLLBACK_FAILED', 'CREATE_FAILED']
const STUCK = ['UPDATE_ROLLBACK_FAILED', 'UPDATE_FAILED', 'DELETE_FAILED', 'IMPORT_ROLLBACK_FAILED']

export function situationOf(state: StackState | undefined): Situation {
  if (state === undefined) return 'absent'
  const { status } = state
  // A change set that was never executed makes a stack in this state: there is nothing in it.
  if (status === 'REVIEW_IN_PROGRESS' || status === 'DELETE_COMPLETE') return 'absent'
  if (status.endsWith('_IN_PROGRESS')) return 'busy'
  if (HUSKS.includes(status)) return 'husk'
  return STUCK.includes(status) ? 'stuck' : 'ready'
}

/** A stack made with plain `aws cloudformation deploy` has the parameter without the stack's tag. */
export function belongsTo(state: StackState, deployment: string): boolean {
  return (
    state.tags[DEPLOYMENT_TAG] === deployment || state.parameters['DeploymentName'] === deployment
  )
}

/** Throws `conflict` when a stack of that name is somebody else's. */
export function refuseForeign(state: StackState, deployment: string): void {
  if (belongsTo(state, deployment) || state.status === 'REVIEW_IN_PROGRESS') return
  throw new QwError(
    'conflict',
    `the stack ${state.name} exists and is not a qw-lambda deployment named ${deployment}`,
    { code: 'STACK-NOT-OURS', fix: 'choose another --name' },
  )
}

export function stuckError(state: StackState): QwError {
  // A deletion that failed is finished by the command that empties buckets first; no rollback exists.
  const fix =
    state.status === 'UPDATE_ROLLBACK_FAILED'
      ? 'qw-lambda deploy --rollback, or qw-lambda teardown'
      : 'remove it with qw-lambda teardown, then deploy again'
  return new QwError('internal', `${state.name} is ${state.status}: ${state.statusReason ?? ''}`, {
    code: 'STACK-STUCK',
    fix,
  })
}

export function busyError(state: StackState): QwError {
  const since = new Date(state.changedMs).toISOString()
  return new QwError('conflict', `another change of ${state.name} is running since ${since}`, {
    code: 'STACK-BUSY',
    fix: 'qw-lambda status --watch',
  })
}
