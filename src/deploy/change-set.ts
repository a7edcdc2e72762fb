import { randomBytes } from 'node:crypto'
import type { DeployEvent } from './events.ts'
import { failureError } from './failure-advice.ts'
import { followStack, type FollowPorts } from './follow-stack.ts'
import type { ChangeSetState, DeployClock, StackState } from './ports.ts'
import { isQwError, QwError } from '../engine/errors.ts'

const POLL_MIN_MS = 1_000
const POLL_MAX_MS = 8_000
const CHANGE_SET_LIMIT_MS = 600_000
/** AWS's clock stamps the events, ours says when we asked. */
const CLOCK_SLACK_MS = 5_000

export interface StackChange {
  readonly stackName: string
  readonly mode: 'create' | 'update'
  /** Absent: the template that the stack has. */
  readonly templateUrl: string | undefined
  readonly parameters: Readonly<Record<string, string>>
  readonly keptParameters: readonly string[]
  readonly tags: Readonly<Record<string, string>>
  /** What the names of this change's operations begin with: the same for the same intention, so that a
   *  second run recognises its own operation by it. */
  readonly tokenPrefix: string
  /** Whether a bucket may be replaced, which loses what is in it. */
  readonly replaceBuckets: 'allowed' | 'refused'
}

/** Changes the stack by a change set and follows it to the end. Returns the stack, or `undefined`
 *  when there was nothing to change. Throws `conflict` STACK-BUSY; what failed first otherwise. */
export async function* changeStack(
  change: StackChange,
  ports: FollowPorts,
  signal?: AbortSignal,
): AsyncGenerator<DeployEvent, StackState | undefined> {
  const { stacks, clock } = ports
  const token = operationToken(change.tokenPrefix, clock)
  const created = await stacks.createChangeSet({ ...change, name: token })
  const changeSet = yield* awaitChangeSet(created.changeSetId, ports, signal)
  if (changeSet.status === 'empty') {
    await stacks.deleteChangeSet(created.changeSetId)
    yield { kind: 'unchanged' }
    return undefined
  }
  const what = `${change.mode} the stack ${change.stackName}`
  const refusal = refusalOf(changeSet, change, what)
  if (refusal !== undefined) {
    await stacks.deleteChangeSet(created.changeSetId)
    throw refusal
  }
  yield { kind: 'changes', changes: changeSet.changes }
  signal?.throwIfAborted()
  const sinceMs = clock.nowMs()
  try {
    await stacks.executeChangeSet(created.changeSetId, token)
  } catch (error) {
    throw isQwError(error, 'notFound') ? overtaken(change.stackName, error) : error
  }
  const end = yield* followStack(
    {
      stackId: created.stackId,
      sinceMs: sinceMs - CLOCK_SLACK_MS,
      token,
      what,
      goal: 'stack',
      total: changeSet.changes.length,
    },
    ports,
    signal,
  )
  if (end.ok && end.state !== undefined) return end.state
  throw failureError(what, end.cause ?? endOf(change.stackName, end.state))
}

/** The change set's list of changes; the change set is deleted again. `empty` when there are none. */
export async function* previewChange(
  change: StackChange,
  ports: FollowPorts,
  signal?: AbortSignal,
): AsyncGenerator<DeployEvent, ChangeSetState> {
  const token = operationToken(change.tokenPrefix, ports.clock)
  const created = await ports.stacks.createChangeSet({ ...change, name: token })
  try {
    return yield* awaitChangeSet(created.changeSetId, ports, signal)
  } finally {
    // Without this, looking at a first deployment would leave an empty stack behind.
    if (change.mode === 'create') {
      await ports.stacks.delete(created.stackId, { token, retain: [] })
    } else {
      await ports.stacks.deleteChangeSet(created.changeSetId)
    }
  }
}

/** One for each operation, and the name of its change set: AWS does nothing for a token that it has
 *  seen before, also when that operation was rolled back or another change came in between. AWS keeps
 *  it with every event of the operation; at most 128 letters, digits and hyphens. Two runs may begin in
 *  the same millisecond, so the time alone would not do. */
export function operationToken(prefix: string, clock: DeployClock): string {
  return `${prefix}-${clock.nowMs().toString(36)}-${randomBytes(4).toString('hex')}`
}

async function* awaitChangeSet(
  changeSetId: string,
  ports: FollowPorts,
  signal: AbortSignal | undefined,
): AsyncGenerator<DeployEvent, ChangeSetState> {
  const startMs = ports.clock.nowMs()
  let pollMs = POLL_MIN_MS
  for (;;) {
    await ports.clock.sleep(pollMs, signal)
    const elapsedMs = ports.clock.nowMs() - startMs
    pollMs = Math.min(pollMs * 2, POLL_MAX_MS)
    try {
      const state = await ports.stacks.describeChangeSet(changeSetId)
      if (state.status !== 'creating') return state
    } catch (error) {
      // Executing one change set deletes the stack's others.
      if (isQwError(error, 'notFound')) throw overtaken(changeSetId, error)
      if (!isQwError(error, 'unavailable') || elapsedMs > CHANGE_SET_LIMIT_MS) throw error
    }
    if (elapsedMs > CHANGE_SET_LIMIT_MS) {
      throw new QwError('unavailable', 'AWS has not worked out the change set in ten minutes', {
        fix: 'run the same command again',
      })
    }
    yield { kind: 'waiting', what: 'AWS to work out the change set', elapsedMs }
  }
}

function overtaken(what: string, cause: unknown): QwError {
  return new QwError('conflict', `another change came before ${what}`, {
    code: 'STACK-BUSY',
    fix: 'qw-lambda status --watch',
    cause,
  })
}

function refusalOf(
  changeSet: ChangeSetState,
  change: StackChange,
  what: string,
): QwError | undefined {
  if (changeSet.status === 'failed') {
    const reason = changeSet.reason ?? 'AWS gave no reason'
    return failureError(what, { logicalId: 'change set', reason })
  }
  if (change.replaceBuckets === 'allowed') return undefined
  const lost = changeSet.changes.find(
    (each) =>
      each.type === 'AWS::S3::Bucket' && each.action === 'modify' && each.replacement === 'yes',
  )
  if (lost === undefined) return undefined
  return new QwError(
    'conflict',
    `this change would replace ${lost.logicalId} and lose what is in it`,
    {
      code: 'REPLACES-BUCKET',
      fix: 'pass --allow-replace if that is wanted',
    },
  )
}

/** The summary when AWS reported no failed resource. */
export function endOf(
  stackName: string,
  state: StackState | undefined,
): { logicalId: string; reason: string } {
  const reason = state === undefined ? 'the stack is gone' : (state.statusReason ?? state.status)
  return { logicalId: stackName, reason }
}
