import type { DeployEvent } from './events.ts'
import type { ApiProbePort, DeployClock, FunctionPort } from './ports.ts'
import { callSearcher } from './searcher-call.ts'
import { QwError } from '../engine/errors.ts'

/** AWS needs seconds to minutes to spread a new key, and says nothing when it is done. */
const KEY_LIMIT_MS = 180_000
const KEY_POLL_MS = 3_000
/** While it spreads, answers flap between right and wrong: one server knows the key, the next does not.
 *  So many in a row, each a poll apart, tell that it has settled. */
const SUCCESSES_IN_A_ROW = 3

interface VerifyPorts {
  readonly clock: DeployClock
  readonly functions: FunctionPort
  readonly api: ApiProbePort
}

export interface VerifyRequest {
  readonly searcher: string
  /** Absent when there is no HTTP API. */
  readonly api: ApiAccess | undefined
}

interface ApiAccess {
  /** Ends in `/api/v1`. */
  readonly url: string
  readonly key: string
  /** Whether it has just been made: a key that has worked before is asked once. */
  readonly age: 'new' | 'known'
}

/** Asks the searcher and the API for their version. Throws `internal` FUNCTION-FAILED and
 *  VERIFY-SEARCHER with the end of the function's log as cause, `unavailable` KEY-REJECTED,
 *  `internal` VERIFY-API. */
export async function* verifyDeployment(
  request: VerifyRequest,
  ports: VerifyPorts,
  signal?: AbortSignal,
): AsyncGenerator<DeployEvent, void> {
  yield { kind: 'phase', phase: 'verify', state: 'started' }
  await askSearcher(request.searcher, ports.functions, signal)
  if (request.api !== undefined) yield* awaitKey(request.api, ports, signal)
  yield { kind: 'phase', phase: 'verify', state: 'done' }
}

async function askSearcher(
  searcher: string,
  functions: FunctionPort,
  signal: AbortSignal | undefined,
): Promise<void> {
  const request = { method: 'GET', path: '/api/v1/version' } as const
  const answer = await callSearcher(searcher, request, functions, signal)
  if (answer.status === 200) return
  const text = Buffer.from(answer.body).toString().slice(0, 500)
  throw new QwError('internal', `the searcher ${searcher} answers ${answer.status}: ${text}`, {
    code: 'VERIFY-SEARCHER',
    fix: 'qw-lambda logs searcher',
    cause: answer.logTail,
  })
}

/** Calls the API until it accepts the key. */
export async function* awaitKey(
  access: ApiAccess,
  ports: Pick<VerifyPorts, 'clock' | 'api'>,
  signal?: AbortSignal,
): AsyncGenerator<DeployEvent, void> {
  const startMs = ports.clock.nowMs()
  let needed = access.age === 'new' ? SUCCESSES_IN_A_ROW : 1
  let successes = 0
  for (;;) {
    const { status, body } = await ports.api.get(`${access.url}/version`, access.key, signal)
    const elapsedMs = ports.clock.nowMs() - startMs
    successes = status === 200 ? successes + 1 : 0
    if (status !== 200) needed = SUCCESSES_IN_A_ROW
    if (successes === needed) return
    if (status !== 200 && elapsedMs >= KEY_LIMIT_MS) throw apiError(access.url, status, body)
    if (status !== 200) {
      yield {
        kind: 'waiting',
        what: 'the new key to reach API Gateway (usually < 2 min)',
        elapsedMs,
      }
    }
    await ports.clock.sleep(KEY_POLL_MS, signal)
  }
}

function apiError(url: string, status: number, body: string): QwError {
  if (status === 403) {
    return new QwError('unavailable', `${url} still refuses the key after three minutes`, {
      code: 'KEY-PENDING',
      fix: 'qw-lambda doctor in some minutes, or search --via lambda meanwhile',
    })
  }
  return new QwError('internal', `${url} answers ${status}: ${body.slice(0, 500)}`, {
    code: 'VERIFY-API',
    fix: 'qw-lambda logs searcher',
  })
}
