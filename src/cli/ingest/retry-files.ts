import { stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { NOTHING_INDEXED } from '../../engine/indexing/indexing-result.ts'
import type { MaxRejects } from '../../engine/indexing/reject-limit.ts'
import { QwError } from '../../engine/errors.ts'
import { openFailures, type RunSummary } from '../../engine/metastore/run-summary.ts'
import type { CliContext } from '../command/context.ts'
import type { SourceOpener } from '../intake/open-source.ts'
import { runIngest, type SourceOutcome } from '../intake/run-ingest.ts'
import type { DataStack } from '../stack/data-stack.ts'
import { currentLocalStack } from '../stack/local-stacks.ts'
import { isCloudTarget } from '../stack/target.ts'

export interface RetryFilesRequest {
  readonly indexId: string
  /** The newest failed run of each source. */
  readonly runs: readonly RunSummary[]
  readonly opener: SourceOpener
  readonly maxRejects: MaxRejects | undefined
}

/** How one failed file fared: `path` is its source's URI. */
export type RetriedFile = SourceOutcome

/** Reads the sources of failed runs again, from where they lie: files of this machine, objects of a
 *  bucket. What was committed of them is not read twice. */
export async function retryFiles(
  context: CliContext,
  stack: DataStack,
  request: RetryFilesRequest,
): Promise<RetriedFile[]> {
  const files: RetriedFile[] = []
  const paths = new Map<string, string>()
  const stored: string[] = []
  for (const { sourceUri } of request.runs) {
    const path = sourceUri.startsWith('file:') ? fileURLToPath(sourceUri) : undefined
    if (sourceUri.startsWith('s3://')) stored.push(sourceUri)
    else if (path !== undefined && (await isFile(path))) paths.set(path, sourceUri)
    else files.push(failed(sourceUri, goneError(sourceUri, path)))
  }
  if (paths.size > 0) {
    const { sources } = await runIngest(context, stack, {
      ...request,
      paths: [...paths.keys()],
      force: false,
      rejects: 'keep',
    })
    files.push(...sources.map((each) => ({ ...each, path: paths.get(each.path) ?? each.path })))
  }
  if (stored.length > 0 && isCloudTarget(context)) {
    const { retryStored } = await import('./aws-retry-stored.ts')
    files.push(...(await retryStored(context, { ...request, uris: stored })))
  } else if (stored.length > 0) {
    files.push(...(await retryStaged(context, request, stored)))
  }
  await forgetIndexed(stack, request, files)
  return files
}

async function isFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (facts) => facts.isFile(),
    () => false,
  )
}

export function failed(path: string, error: QwError): RetriedFile {
  return { path, result: undefined, error }
}

/** What came through a pipe or a request lies nowhere. */
function goneError(sourceUri: string, path: string | undefined): QwError {
  const what = path === undefined ? `what came as ${sourceUri}` : path
  return new QwError('notFound', `${what} cannot be read again: it is not there any more`, {
    fix: 'send the same data again: qw-lambda ingest <file>',
  })
}

/** What lies in the staging folder of a stack of this machine is announced once more. */
async function retryStaged(
  context: CliContext,
  { indexId, runs }: RetryFilesRequest,
  uris: readonly string[],
): Promise<RetriedFile[]> {
  const stack = await currentLocalStack(context)
  const phase = context.report.phase('Indexing what is staged')
  await stack.staging.recover(context.signal)
  await stack.staging.settled()
  phase.succeed()
  const known = new Set(runs.map(({ runId }) => runId))
  const file = await stack.indexing.metastore.load(indexId, context.signal)
  return uris.map((uri) => {
    const run = file.runs.find(({ sourceUri }) => sourceUri === uri)
    if (run === undefined || known.has(run.runId)) return failed(uri, goneError(uri, undefined))
    const error = openFailures([run]).map(({ state, error: reason = state }) => reason)[0]
    if (error !== undefined) return failed(uri, new QwError('invalid', error, { fix: FIX_FILE }))
    const { runId, docCount, rejectedCount, sourceBytes } = run
    const counts = { runId, indexId, docCount, rejectedCount, sourceBytes, sourceUri: uri }
    return { path: uri, error: undefined, result: { ...NOTHING_INDEXED, ...counts } }
  })
}

const FIX_FILE = 'qw-lambda ingest failures'

/** A source that was indexed by somebody else leaves no run that would say so. */
async function forgetIndexed(
  { indexing: { metastore } }: DataStack,
  { indexId, runs }: RetryFilesRequest,
  files: readonly RetriedFile[],
): Promise<void> {
  const done = new Set(
    files.filter(({ result }) => result?.state === 'alreadyIndexed').map(({ path }) => path),
  )
  if (done.size === 0) return
  const ids = new Set(runs.filter((run) => done.has(run.sourceUri)).map(({ runId }) => runId))
  await metastore.update(indexId, (file) =>
    file.runs.some(({ runId }) => ids.has(runId))
      ? { ...file, runs: file.runs.filter(({ runId }) => !ids.has(runId)) }
      : file,
  )
}
