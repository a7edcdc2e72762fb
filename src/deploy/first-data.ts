import type { DeployEvent } from './events.ts'
import type { DeployClock, FunctionPort } from './ports.ts'
import { callSearcher } from './searcher-call.ts'
import { QwError } from '../engine/errors.ts'

const POLL_MS = 2_000
/** Notification, a cold indexer and the searcher's polling of the metastore. */
const SEARCHABLE_LIMIT_MS = 300_000

interface FirstDataPorts {
  readonly clock: DeployClock
  readonly functions: FunctionPort
}

interface BatchRequest {
  readonly generator: string
  readonly searcher: string
  readonly indexId: string
  /** Absent: as the deployment is set. */
  readonly docs?: number
  readonly batches?: number
  /** The same seed makes the same documents. */
  readonly seed?: number
}

interface BatchResult {
  readonly docCount: number
  /** Of the whole index, once the batch can be searched. */
  readonly hitCount: number
  /** From asking for the batch until it could be searched. */
  readonly searchableMs: number
}

/** Makes a batch of sample data at once and waits until it can be searched. Throws `internal`
 *  GENERATOR-FAILED, `unavailable` NOT-SEARCHABLE. */
export async function* makeBatch(
  request: BatchRequest,
  ports: FirstDataPorts,
  signal?: AbortSignal,
): AsyncGenerator<DeployEvent, BatchResult> {
  yield { kind: 'phase', phase: 'firstData', state: 'started' }
  const startMs = ports.clock.nowMs()
  const before = (await countDocs(request, ports.functions, signal)) ?? 0
  const docCount = await runGenerator(request, ports.functions, signal)
  for (;;) {
    const hitCount = (await countDocs(request, ports.functions, signal)) ?? 0
    const elapsedMs = ports.clock.nowMs() - startMs
    if (hitCount >= before + docCount) {
      yield { kind: 'phase', phase: 'firstData', state: 'done' }
      return { docCount, hitCount, searchableMs: elapsedMs }
    }
    if (elapsedMs >= SEARCHABLE_LIMIT_MS) throw notSearchable(request, docCount)
    yield { kind: 'waiting', what: `${docCount} documents to become searchable`, elapsedMs }
    await ports.clock.sleep(POLL_MS, signal)
  }
}

async function runGenerator(
  request: BatchRequest,
  functions: FunctionPort,
  signal: AbortSignal | undefined,
): Promise<number> {
  const { batches = 1 } = request
  let docCount = 0
  // An invocation each: all of them in one would run into the function's time limit.
  for (let batch = 0; batch < batches; batch++) {
    docCount += await runOneBatch(request, batch, functions, signal)
  }
  return docCount
}

async function runOneBatch(
  { generator, docs, seed }: BatchRequest,
  batch: number,
  functions: FunctionPort,
  signal: AbortSignal | undefined,
): Promise<number> {
  const event = JSON.stringify({ docs, seed: seed === undefined ? undefined : seed + batch })
  const result = await functions.invoke(generator, Buffer.from(event), signal)
  const text = Buffer.from(result.payload).toString()
  const [, count] = /"num_docs"\s*:\s*(\d+)/.exec(text) ?? []
  if (result.functionError === undefined && count !== undefined) return Number(count)
  throw new QwError('internal', `the generator failed: ${text.slice(0, 500)}`, {
    code: 'GENERATOR-FAILED',
    fix: 'qw-lambda logs generator',
    cause: result.logTail,
  })
}

/** `undefined` while the index does not exist: its first batch creates it. */
async function countDocs(
  request: BatchRequest,
  functions: FunctionPort,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  const path = `/api/v1/${request.indexId}/search`
  const query = { query: '*', max_hits: '0' }
  const answer = await callSearcher(
    request.searcher,
    { method: 'GET', path, query },
    functions,
    signal,
  )
  if (answer.status === 404) return undefined
  const text = Buffer.from(answer.body).toString()
  const [, count] = /"num_hits"\s*:\s*(\d+)/.exec(text) ?? []
  if (answer.status === 200 && count !== undefined) return Number(count)
  throw new QwError('internal', `the searcher answers ${answer.status}: ${text.slice(0, 500)}`, {
    code: 'VERIFY-SEARCHER',
    fix: 'qw-lambda logs searcher',
  })
}

function notSearchable(request: BatchRequest, docCount: number): QwError {
  return new QwError(
    'unavailable',
    `${docCount} documents for ${request.indexId} are not searchable after five minutes`,
    { code: 'NOT-SEARCHABLE', fix: 'qw-lambda logs indexer, and qw-lambda status' },
  )
}
