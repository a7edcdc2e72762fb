import type { DeployEvent } from './events.ts'
import { firstCause } from './failure-advice.ts'
import type { DeployClock, StackEvent, StackPort, StackState } from './ports.ts'
import { isQwError, QwError } from '../engine/errors.ts'

const POLL_MIN_MS = 2_000
const POLL_MAX_MS = 10_000
/** After so long without an answer the user is told why nothing moves. */
const SAY_WAITING_MS = 60_000
/** No operation of this stack takes nearly as long; AWS itself gives up earlier. */
const OPERATION_LIMIT_MS = 3_600_000

interface Operation {
  readonly stackId: string
  /** Events before it belong to earlier operations. */
  readonly sinceMs: number
  /** Events with another token belong to somebody else's operation; absent: take all. */
  readonly token: string | undefined
  /** For errors: `create the stack qw-lambda-shop`. */
  readonly what: string
  readonly goal: 'stack' | 'gone'
  /** How many resources it touches, when that is known. */
  readonly total: number | undefined
}

/** A failed operation is a value here: teardown tries again where a deployment gives up. */
export interface OperationEnd {
  /** `undefined` once the stack is gone. */
  readonly state: StackState | undefined
  readonly ok: boolean
  /** What failed first; also set when AWS got over it by itself. */
  readonly cause: FirstCause | undefined
}

interface FirstCause {
  readonly logicalId: string
  readonly reason: string
}

export interface FollowPorts {
  readonly stacks: StackPort
  readonly clock: DeployClock
}

/** Reports events until the operation ends. Throttled polls slow down and never fail it. */
export async function* followStack(
  operation: Operation,
  ports: FollowPorts,
  signal?: AbortSignal,
): AsyncGenerator<DeployEvent, OperationEnd> {
  const { clock, stacks } = ports
  const progress = new StackProgress(operation)
  const startMs = clock.nowMs()
  let answeredMs = startMs
  let pollMs = POLL_MIN_MS
  while (clock.nowMs() - startMs < OPERATION_LIMIT_MS) {
    try {
      // State first: events that are read after it include everything that led to it.
      const state = await stacks.describe(operation.stackId)
      yield* progress.take(await stacks.events(operation.stackId, operation.sinceMs))
      answeredMs = clock.nowMs()
      pollMs = POLL_MIN_MS
      if (state === undefined || !state.status.endsWith('_IN_PROGRESS')) {
        return { state, ok: endedWell(state, operation.goal), cause: progress.cause }
      }
    } catch (error) {
      if (!isQwError(error, 'unavailable')) throw goesOn(error, operation)
      pollMs = Math.min(pollMs * 2, POLL_MAX_MS)
      const elapsedMs = clock.nowMs() - answeredMs
      if (elapsedMs >= SAY_WAITING_MS) {
        yield { kind: 'waiting', what: 'AWS, which is throttling status reads', elapsedMs }
      }
    }
    await clock.sleep(pollMs, signal)
  }
  throw new QwError('unavailable', `gave up waiting for AWS to ${operation.what}`, {
    fix: 'qw-lambda status --watch',
  })
}

/** Credentials that ended in the middle do not stop the operation: AWS carries on by itself. */
function goesOn(error: unknown, operation: Operation): unknown {
  if (!isQwError(error) || error.code?.startsWith('CRED-') !== true) return error
  return new QwError(error.kind, `${error.message}; AWS goes on to ${operation.what}`, {
    code: error.code,
    fix: `${error.fix ?? 'log in again'}, then run the same command: it goes on from here`,
    cause: error,
  })
}

function endedWell(state: StackState | undefined, goal: Operation['goal']): boolean {
  const gone = state === undefined || state.status === 'DELETE_COMPLETE'
  if (goal === 'gone') return gone
  return !gone && state.status.endsWith('_COMPLETE') && !state.status.includes('ROLLBACK')
}

/** Turns AWS's repeated event lists into each event once, counted, with one first cause. */
class StackProgress {
  readonly #operation: Operation
  readonly #seen = new Set<string>()
  readonly #done = new Set<string>()
  readonly #failures: StackEvent[] = []
  cause: FirstCause | undefined

  constructor(operation: Operation) {
    this.#operation = operation
  }

  *take(events: readonly StackEvent[]): Generator<DeployEvent> {
    for (const event of events) {
      if (this.#seen.has(event.eventId)) continue
      this.#seen.add(event.eventId)
      const { token } = this.#operation
      if (token !== undefined && event.token !== undefined && event.token !== token) continue
      if (event.physicalId === this.#operation.stackId) {
        // The stack's own failure only sums up: it is the cause when no resource has one.
        if (event.status.endsWith('_FAILED')) this.#failures.push(event)
        continue
      }
      if (event.status.endsWith('_COMPLETE')) this.#done.add(event.logicalId)
      yield {
        kind: 'resource',
        logicalId: event.logicalId,
        type: event.type,
        status: event.status,
        done: this.#done.size,
        total: this.#operation.total,
      }
      if (event.status.endsWith('_FAILED')) this.#failures.push(event)
      yield* this.#reportCause()
    }
    // Only after the whole page: a resource's failure may stand behind the stack's.
    yield* this.#reportCause()
  }

  *#reportCause(): Generator<DeployEvent> {
    if (this.cause !== undefined) return
    const first = firstCause(this.#failures)
    if (first === undefined) return
    const reason = first.reason ?? first.status
    this.cause = { logicalId: first.logicalId, reason }
    yield { kind: 'failure', logicalId: first.logicalId, type: first.type, reason }
  }
}
