import { randomUUID } from 'node:crypto'
import { messageOf, QwError } from '../../engine/errors.ts'
import { NOTHING_INDEXED, type IndexingResult } from '../../engine/indexing/indexing-result.ts'
import {
  wasCancelled,
  writeIngest,
  type IngestRecord,
} from '../../engine/metastore/ingest-record.ts'
import type { Metastore } from '../../engine/metastore/metastore.ts'
import type { CliContext } from '../command/context.ts'
import type { ExitCode } from '../command/exit-codes.ts'
import { plural } from '../format/number.ts'
import { expandSources, STDIN } from './ingest-files.ts'
import { reportIngest } from './ingest-report.ts'
import type { SourceOpener } from './open-source.ts'
import type { IngestOutcome, SourceOutcome } from './run-ingest.ts'
import { cloudMetastore, directClient } from '../stack/aws-direct-client.ts'
import { awaitSearchable, followObjects, type ObjectProgress } from './aws-ingest-follow.ts'
import { handOverSingle, indexStoredAgain, ingestPrefix } from './aws-ingest-stored.ts'
import { runError } from './aws-run-error.ts'
import { storedPlace } from './stored-place.ts'
import { lambdaClient } from '../stack/aws-lambda-client.ts'
import { currentDeployment, outputOf, type Deployment } from '../stack/aws-deployment.ts'
import { cloudIndex } from '../stack/aws-routes.ts'
import { stageFile, type StagedFile } from './aws-ingest-stage.ts'

export interface AwsIngestRequest {
  /** As typed: files, folders, globs, `-`, `s3://bucket/key`, `s3://bucket/prefix/`. */
  readonly sources: readonly string[]
  readonly index: string | undefined
  readonly opener: SourceOpener
  readonly force: boolean
  readonly wait: boolean
  /** What a prefix costs was told and agreed to. */
  readonly isAgreed?: boolean
  /** Uploads under way at once. */
  readonly jobs: number
}

/** Files are cut, packed and staged, from where the deployment takes them by itself; objects in S3 are
 *  indexed where they are. Waits until everything can be searched. */
export async function awsIngest(context: CliContext, request: AwsIngestRequest): Promise<ExitCode> {
  const outcome = await runAwsIngest(context, await currentDeployment(context), request)
  return await reportIngest(context, outcome)
}

export async function runAwsIngest(
  context: CliContext,
  deployment: Deployment,
  request: AwsIngestRequest,
): Promise<IngestOutcome> {
  const startedMs = context.clock.nowMs()
  const indexId = cloudIndex(context, deployment, request.index)
  const places = request.sources
    .filter((source) => source.startsWith('s3://'))
    .map((source) => storedPlace(source))
  const paths = request.sources.filter((source) => !source.startsWith('s3://'))
  const metastore = cloudMetastore(context, deployment)
  const outcomes: SourceOutcome[] = []
  const handed: StagedPath[] = []
  let handedId: string | undefined
  const uris = places.filter(({ isOne }) => isOne || request.force).map(({ uri }) => uri)
  if (uris.length > 0 && request.force) {
    outcomes.push(...(await indexStoredAgain(context, deployment, { uris, indexId })))
  } else if (uris.length > 0) {
    for (const piece of await handOverSingle(context, deployment, { uris, indexId })) {
      handed.push({ path: piece.uri, file: { pieces: [piece] }, error: undefined })
    }
  }
  for (const place of places.filter(({ isOne }) => !isOne && !request.force)) {
    const { wait, isAgreed = false } = request
    const prefix = await ingestPrefix(context, deployment, { place, indexId, wait, isAgreed })
    outcomes.push(prefix.source)
    handedId = prefix.ingestId ?? handedId
  }
  if (paths.length > 0) {
    const expanded = await expandSources(paths)
    handed.push(
      ...(await stageFiles(context, deployment, { ...request, paths: expanded, indexId })),
    )
  }
  const objects = handed
    .flatMap(({ file }) => file?.pieces ?? [])
    .filter(({ wasIndexed }) => !wasIndexed)
  const ingestId = objects.length === 0 ? undefined : metastore.newId()
  if (ingestId !== undefined) {
    await writeIngest(metastore.store, { ingestId, indexId, startedMs, objects })
  }
  const found =
    ingestId === undefined || !request.wait || context.signal.aborted
      ? new Map<string, ObjectProgress>()
      : await follow(context, metastore, { ingestId, indexId, objects })
  outcomes.push(...handed.map((each) => outcomeOf(each, indexId, found)))
  const isPublished = outcomes.some(({ result }) => (result?.docCount ?? 0) > 0)
  if (request.wait && isPublished && !context.signal.aborted) {
    await waitForSearcher(context, deployment, indexId)
  }
  return {
    indexId,
    sources: outcomes,
    notStarted: [],
    elapsedMs: context.clock.nowMs() - startedMs,
    ...followId(request, ingestId ?? handedId),
  }
}

/** By which what is not waited for can be followed. */
function followId({ wait }: AwsIngestRequest, ingestId: string | undefined) {
  return ingestId === undefined || wait ? {} : { ingestId }
}

async function follow(
  context: CliContext,
  metastore: Metastore,
  handed: Pick<IngestRecord, 'ingestId' | 'indexId' | 'objects'>,
): Promise<ReadonlyMap<string, ObjectProgress>> {
  const { ingestId, indexId, objects } = handed
  const phase = context.report.phase(`Indexing ${plural(objects.length, 'object')} in AWS`)
  try {
    const found = await followObjects(context, metastore, {
      indexId,
      objects,
      isCancelled: () => wasCancelled(metastore.store, { indexId, ingestId }),
      onProgress: (done, docs) =>
        phase.progress({
          done: docs,
          unit: 'docs',
          detail: `${done} of ${plural(objects.length, 'object')}`,
        }),
    })
    phase.succeed()
    return found
  } catch (error) {
    phase.fail()
    if (context.signal.aborted) {
      context.report.note(
        `Indexing goes on in AWS. Follow: qw-lambda ingest status ${ingestId} --follow   Stop: qw-lambda ingest cancel ${ingestId}`,
      )
    }
    throw error
  }
}

interface FilesRequest extends AwsIngestRequest {
  readonly paths: readonly string[]
  readonly indexId: string
}

interface StagedPath {
  readonly path: string
  readonly file: StagedFile | undefined
  readonly error: QwError | undefined
}

async function stageFiles(
  context: CliContext,
  deployment: Deployment,
  request: FilesRequest,
): Promise<StagedPath[]> {
  const { paths, indexId, opener, jobs } = request
  const bucket = outputOf(deployment, 'StagingBucket')
  const staged: StagedPath[] = []
  const nonce = request.force ? randomUUID() : ''
  for (const path of paths) {
    const shown = path === STDIN ? 'stdin' : path
    const phase = context.report.phase(`Uploading ${shown}`)
    try {
      // What is staged is a file as it is: it does not grow, and its last line is taken as it stands.
      const { findGrown: _, ...source } = await opener.open(path)
      const file = await stageFile(context, deployment, {
        source,
        bucket,
        indexId,
        jobs,
        nonce,
        onRead: (done) => phase.progress({ done, total: source.sizeBytes, unit: 'bytes' }),
      })
      phase.succeed(`Uploaded ${shown}: ${plural(file.pieces.length, 'file')} staged`)
      staged.push({ path, file, error: undefined })
    } catch (error) {
      phase.fail()
      if (context.signal.aborted) {
        context.report.note(
          'Stopped. What was uploaded is indexed; the same command goes on from there.',
        )
        throw error
      }
      staged.push({ path, file: undefined, error: asQwError(error, shown) })
    }
  }
  return staged
}

function asQwError(error: unknown, path: string): QwError {
  if (error instanceof QwError) return error
  return new QwError('internal', `cannot upload ${path}: ${messageOf(error)}`, { cause: error })
}

/** One file's pieces put together again as the result of one run. */
function outcomeOf(
  { path, file, error }: StagedPath,
  indexId: string,
  found: ReadonlyMap<string, ObjectProgress>,
): SourceOutcome {
  if (file === undefined) return { path, result: undefined, error }
  const all = file.pieces.map((piece) => ({ piece, progress: found.get(piece.uri) }))
  const fresh = all.filter(({ piece }) => !piece.wasIndexed)
  const sum = (pick: (each: (typeof fresh)[number]) => number): number =>
    fresh.reduce((total, each) => total + pick(each), 0)
  const failed = all.find(({ progress }) => progress?.state === 'failed')?.progress?.run
  const rejected = sum(({ progress }) => progress?.run?.rejectedCount ?? 0)
  const result: IndexingResult = {
    ...NOTHING_INDEXED,
    runId: all.findLast(({ progress }) => progress?.run !== undefined)?.progress?.run?.runId ?? '',
    indexId,
    sourceUri: path,
    state:
      fresh.length === 0 && all.length > 0
        ? 'alreadyIndexed'
        : found.size === 0
          ? 'incomplete'
          : 'done',
    docCount: sum(({ piece, progress }) =>
      progress === undefined ? 0 : (progress.run?.docCount ?? piece.lineCount),
    ),
    rejectedCount: rejected,
    sourceBytes: sum(({ piece }) => piece.sizeBytes),
  }
  return { path, result, error: failed === undefined ? undefined : runError(path, failed) }
}

/** How long a warm searcher may answer from what it read before. */
const POLLING = 'MetastorePollingSeconds'

async function waitForSearcher(
  context: CliContext,
  deployment: Deployment,
  indexId: string,
): Promise<void> {
  const phase = context.report.phase('Waiting until the searcher has seen it')
  const seconds = Number(deployment.state.parameters[POLLING] ?? 60)
  const clients = { direct: directClient(context, deployment), searcher: lambdaClient(deployment) }
  const limitMs = (seconds + 30) * 1_000
  if (await awaitSearchable(context, clients, { indexId, limitMs }))
    return phase.succeed('Searchable')
  phase.fail(`Published; the searcher looks for new documents every ${seconds} s`)
}
