import { isQwError, messageOf, QwError } from '../../engine/errors.ts'
import { NOTHING_INDEXED, type IndexingResult } from '../../engine/indexing/indexing-result.ts'
import { indexSource } from '../../engine/indexing/pipeline.ts'
import { objectSource } from '../../engine/sources/source.ts'
import type { ObjectInfo } from '../../engine/ports.ts'
import type { CliContext } from '../command/context.ts'
import { plural } from '../format/number.ts'
import type { SourceOutcome } from './run-ingest.ts'
import { cloudStackOf } from '../stack/aws-data-stack.ts'
import { cloudMetastore } from '../stack/aws-direct-client.ts'
import { loadIndex, progressOf } from './aws-ingest-follow.ts'
import { outputOf, type Deployment } from '../stack/aws-deployment.ts'

interface StoredRequest {
  /** `s3://bucket/key`, or `s3://bucket/prefix/` for all below. */
  readonly uris: readonly string[]
  readonly indexId: string
  /** Objects that the checkpoint has are indexed again, by the engine of this process. */
  readonly force: boolean
}

/** Objects of one command; more are a job for a loop over prefixes. */
const MAX_OBJECTS = 10_000
/** Runs at once: a new account has ten for everything. */
const MAX_RUNS = 3
/** A run that stops at its time limit is followed by another as long as each gets further. */
const MAX_RUNS_PER_OBJECT = 50

interface StoredObject {
  readonly bucket: string
  readonly info: ObjectInfo
  readonly uri: string
}

/** Indexes objects where they are, by the indexer function. What goes wrong with one is its outcome. */
export async function indexStoredObjects(
  context: CliContext,
  deployment: Deployment,
  request: StoredRequest,
): Promise<SourceOutcome[]> {
  const objects = await listObjects(context, deployment, request.uris)
  const phase = context.report.phase(`Indexing ${plural(objects.length, 'object')} in place`)
  const outcomes: SourceOutcome[] = []
  const waiting = [...objects]
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if (context.signal.aborted) return
      outcomes.push(await indexOne(context, deployment, { ...request, object: next }))
      phase.progress({ done: outcomes.length, total: objects.length, unit: 'objects' })
    }
  }
  await Promise.all(Array.from({ length: request.force ? 1 : MAX_RUNS }, work))
  if (outcomes.some(({ error }) => error !== undefined)) phase.fail()
  else phase.succeed()
  return outcomes
}

async function listObjects(
  { signal }: CliContext,
  { session }: Deployment,
  uris: readonly string[],
): Promise<StoredObject[]> {
  const objects: StoredObject[] = []
  for (const uri of uris) {
    const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(uri) ?? []
    const store = session.openBucket(bucket)
    if (key !== '' && !key.endsWith('/')) {
      objects.push({ bucket, info: await store.head(key, signal), uri })
      continue
    }
    for await (const info of store.list(key, signal)) {
      if (info.key.endsWith('/')) continue
      objects.push({ bucket, info, uri: `s3://${bucket}/${info.key}` })
      if (objects.length > MAX_OBJECTS) throw tooMany(uri)
    }
  }
  if (objects.length > 0) return objects
  throw new QwError('notFound', `nothing to ingest at ${uris.join(', ')}`, {
    fix: 'end a prefix with a slash: s3://bucket/prefix/',
  })
}

function tooMany(uri: string): QwError {
  return new QwError('tooLarge', `${uri} has more than ${MAX_OBJECTS} objects`, {
    fix: 'ingest one folder after another',
  })
}

interface OneRequest extends StoredRequest {
  readonly object: StoredObject
}

async function indexOne(
  context: CliContext,
  deployment: Deployment,
  request: OneRequest,
): Promise<SourceOutcome> {
  const { uri } = request.object
  try {
    const result = request.force
      ? await indexHere(context, deployment, request)
      : await indexByFunction(context, deployment, request)
    return { path: uri, result, error: undefined }
  } catch (error) {
    if (context.signal.aborted) return { path: uri, result: undefined, error: undefined }
    const known =
      error instanceof QwError ? error : new QwError('internal', `${uri}: ${messageOf(error)}`)
    return { path: uri, result: undefined, error: known }
  }
}

async function indexHere(
  context: CliContext,
  deployment: Deployment,
  { object, indexId, force }: OneRequest,
): Promise<IndexingResult> {
  const store = deployment.session.openBucket(object.bucket)
  return await indexSource(cloudStackOf(context, deployment).indexing, {
    indexId,
    source: objectSource(store, object.info, object.uri),
    force,
    signal: context.signal,
  })
}

async function indexByFunction(
  context: CliContext,
  deployment: Deployment,
  { object, indexId }: OneRequest,
): Promise<IndexingResult> {
  const { signal, clock } = context
  const { uri } = object
  const metastore = cloudMetastore(context, deployment)
  const read = async () => progressOf(await loadIndex(metastore, indexId, signal), uri)
  const before = await read()
  const startedMs = clock.nowMs()
  const ended = (report: Partial<IndexingResult>): IndexingResult => ({
    ...NOTHING_INDEXED,
    indexId,
    sourceUri: uri,
    elapsedMs: clock.nowMs() - startedMs,
    ...report,
  })
  if (before.state === 'done') return ended({ state: 'alreadyIndexed' })
  const indexer = outputOf(deployment, 'IndexerFunction')
  const payload = Buffer.from(JSON.stringify({ source_uri: uri, index_id: indexId }))
  let sourceBytes = before.run?.sourceBytes ?? 0
  for (let attempt = 1; ; attempt++) {
    const answer = await deployment.session.ports.functions.invoke(indexer, payload, signal)
    const now = await read()
    if (answer.functionError === undefined) {
      const { docCount = 0, rejectedCount = 0, runId = '' } = now.run ?? {}
      return ended({ runId, docCount, rejectedCount, sourceBytes: now.run?.sourceBytes ?? 0 })
    }
    const gotFurther = (now.run?.sourceBytes ?? 0) > sourceBytes
    if (!gotFurther || attempt === MAX_RUNS_PER_OBJECT) throw runFailed(uri, answer.payload)
    sourceBytes = now.run?.sourceBytes ?? 0
  }
}

/** What the function threw, in its own words. */
function runFailed(uri: string, payload: Uint8Array): QwError {
  const text = Buffer.from(payload).toString()
  const message = errorMessageIn(text) ?? text.slice(0, 500)
  const isForbidden = /s3:GetObject|not allowed/i.test(message)
  if (isForbidden) {
    return new QwError('invalid', `${uri}: ${message}`, {
      code: 'PERM-MISSING',
      fix: 'let the indexer read that bucket: qw-lambda deploy --source-bucket <bucket>',
    })
  }
  return new QwError('internal', `${uri}: ${message}`, {
    code: 'INGEST-FAILED',
    fix: 'qw-lambda logs indexer --errors',
  })
}

function errorMessageIn(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || !('errorMessage' in value)) return undefined
    return String(value.errorMessage)
  } catch (error) {
    if (isQwError(error)) throw error
    return undefined
  }
}
