import { stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { messageOf, QwError } from '../../engine/errors.ts'
import type { IndexingComponents } from '../../engine/indexing/components.ts'
import type { IndexingProgress, IndexingResult } from '../../engine/indexing/indexing-result.ts'
import { indexSource } from '../../engine/indexing/pipeline.ts'
import type { MaxRejects } from '../../engine/indexing/reject-limit.ts'
import type { RunSummary } from '../../engine/metastore/run-summary.ts'
import type { IndexingPool } from '../../local/indexing-pool.ts'
import { openSplitThread } from '../../threads/split-thread.ts'
import type { CliContext } from '../command/context.ts'
import type { DataStack } from '../stack/data-stack.ts'
import { formatCount, plural } from '../format/number.ts'
import { STDIN } from './ingest-files.ts'
import { cleanUpAfter, mergeAfter } from './merge-after.ts'
import type { PhaseReport } from '../reporters/reporter.ts'
import type { SourceOpener } from './open-source.ts'

type ProgressListener = (progress: IndexingProgress) => void

/** A thread's builder: half of what one alone may hold. */
const THREAD_MEMORY_BYTES = 64 * 1024 * 1024

/** The checkpoint's name for what this command read. */
export const SOURCE_ID = '_ingest-cli-source'

export interface IngestRequest {
  readonly indexId: string
  readonly paths: readonly string[]
  readonly opener: SourceOpener
  readonly force: boolean
  /** Undefined: any number. A count holds for the whole run, a fraction for each source. */
  readonly maxRejects: MaxRejects | undefined
  readonly rejects: 'keep' | 'drop'
  /** `later`: the first hits do not wait for them. */
  readonly merges?: 'now' | 'later'
  /** Called while the rest is indexed, with how many documents can be searched; not for what is done soon. */
  readonly onFirstPublished?: (docCount: number) => Promise<void>
}

/** What makes a first small split worth its place: more than some seconds of indexing to come. */
const WORTH_EARLY_BYTES = 50_000_000
const EARLY_DOCS = 50_000

/** How one source fared: a result, or the error that ended it. */
export interface SourceOutcome {
  readonly path: string
  readonly result: IndexingResult | undefined
  readonly error: QwError | undefined
  /** What was published before the error came. */
  readonly published?: RunSummary | undefined
}

export interface IngestOutcome {
  readonly indexId: string
  readonly sources: readonly SourceOutcome[]
  /** Named by the command and not begun, because of Ctrl-C or the limit of rejects. */
  readonly notStarted: readonly string[]
  readonly elapsedMs: number
  /** Of what was handed over and not waited for. */
  readonly ingestId?: string
}

/** Files indexed side by side: one a core, and no more than two builders' memory. */
const THREADS = Math.min(2, availableParallelism())
/** Less than this is indexed before a thread has started. */
const WORTH_THREADS_BYTES = 8_000_000

/** Threads for several files of some size into a stack of this machine; undefined: this one does it. */
async function poolFor(
  context: CliContext,
  stack: DataStack,
  { paths, maxRejects }: IngestRequest,
): Promise<IndexingPool | undefined> {
  const isForThreads =
    THREADS > 1 && paths.length > 1 && stack.folder !== undefined && !paths.includes(STDIN)
  // A number of rejects holds for all files together: these are indexed in turn.
  if (!isForThreads || maxRejects?.kind === 'count') return undefined
  if (((await totalBytes(paths)) ?? 0) < WORTH_THREADS_BYTES) return undefined
  const { IndexingPool } = await import('../../local/indexing-pool.ts')
  return IndexingPool.open({ dataDir: context.settings.dataDir, stackName: stack.name })
}

/** Indexes the sources, in turn or side by side. What goes wrong with one is its outcome; the others go on. */
export async function runIngest(
  context: CliContext,
  stack: DataStack,
  request: IngestRequest,
): Promise<IngestOutcome> {
  const startedMs = context.clock.nowMs()
  const pool = await poolFor(context, stack, request)
  // Several files side by side keep the cores busy without it.
  const splitThread = pool === undefined ? openSplitThread(availableParallelism()) : undefined
  const indexing = { ...stack.indexing, splitWork: splitThread }
  const run = new IngestRun({ context, indexing, request, pool })
  const sources: SourceOutcome[] = []
  const waiting = [...request.paths]
  run.phase = context.report.phase(titleOf(request.paths))
  run.totalBytes = await totalBytes(request.paths)
  const takeTurns = async (): Promise<void> => {
    while (waiting.length > 0 && !context.signal.aborted && !run.isOverLimit) {
      const number = request.paths.length - waiting.length
      const path = waiting.shift() ?? ''
      sources[number] = await run.source(path, number + 1)
    }
  }
  await Promise.all(Array.from({ length: pool === undefined ? 1 : THREADS }, takeTurns))
  await pool?.close()
  await splitThread?.close()
  await run.early
  const { indexId } = request
  const outcome = {
    indexId,
    sources,
    notStarted: waiting,
    elapsedMs: context.clock.nowMs() - startedMs,
  }
  const isDone =
    waiting.length === 0 && sources.every(({ result }) => result !== undefined && isEnd(result))
  if (isDone) run.phase?.succeed(`Indexed ${plural(run.docCount, 'document')}`)
  else run.phase?.fail()
  if (run.isIndexWritable && !context.signal.aborted) {
    const { merges: when = 'now' } = request
    await mergeAfter(context, stack, { indexId, when })
    if (when === 'now') await cleanUpAfter(context, stack, indexId)
  }
  return outcome
}

function isEnd({ state }: IndexingResult): boolean {
  return state === 'done' || state === 'alreadyIndexed'
}

interface IngestRunParts {
  readonly context: CliContext
  readonly indexing: IndexingComponents
  readonly request: IngestRequest
  readonly pool: IndexingPool | undefined
}

/** What the sources of one run add up to. */
class IngestRun {
  phase: PhaseReport | undefined
  totalBytes: number | undefined
  docCount = 0
  /** The showing of what was published first. */
  early: Promise<void> | undefined
  /** Rejects of a limit by count were used up. */
  isOverLimit = false
  /** False once the index could not even take the note that a run over it failed. */
  isIndexWritable = true
  readonly #context: CliContext
  readonly #indexing: IndexingComponents
  readonly #request: IngestRequest
  readonly #pool: IndexingPool | undefined
  /** Of the sources that are being read. */
  readonly #under = new Map<string, IndexingProgress>()
  #doneBytes = 0
  #rejectedCount = 0

  constructor({ context, indexing, request, pool }: IngestRunParts) {
    this.#context = context
    this.#indexing = indexing
    this.#request = request
    this.#pool = pool
  }

  async source(path: string, number: number): Promise<SourceOutcome> {
    const { indexId } = this.#request
    const limit = this.#limit()
    const startedMs = Math.floor(this.#context.clock.nowMs())
    const onProgress = (progress: IndexingProgress): void => {
      this.#under.set(path, progress)
      if (progress.phase === 'publishing') {
        this.early ??= this.#showFirst(progress.publishedDocCount)
      }
      this.#report(progress, number)
    }
    // One file is enough to begin with.
    const isEarly = number === 1 && this.#isShownEarly()
    try {
      const early = isEarly ? { firstCommitDocs: EARLY_DOCS } : {}
      const result = await this.#index(path, { ...early, maxRejects: limit, onProgress })
      this.docCount += result.docCount
      this.#rejectedCount += result.rejectedCount
      this.#doneBytes += (await sizeOf(path)) ?? 0
      if (result.state === 'tooManyRejects' && limit?.kind === 'count') this.isOverLimit = true
      const error =
        result.state === 'tooManyRejects' ? tooManyRejects(path, result, indexId) : undefined
      return { path, result, error }
    } catch (error) {
      if (this.#context.signal.aborted) return { path, result: undefined, error: undefined }
      const uri = path === STDIN ? '' : pathToFileURL(resolve(path)).href
      const published = await this.#publishedOf(uri, startedMs)
      return { path, result: undefined, error: asQwError(error, path), published }
    } finally {
      this.#under.delete(path)
    }
  }

  /** In a thread, or here. */
  async #index(
    path: string,
    {
      maxRejects,
      onProgress,
      ...early
    }: {
      maxRejects: MaxRejects | undefined
      onProgress: ProgressListener
      firstCommitDocs?: number
    },
  ): Promise<IndexingResult> {
    const { indexId, opener, force, rejects } = this.#request
    const { signal } = this.#context
    const common = { indexId, sourceId: SOURCE_ID, force, rejects, ...early }
    if (this.#pool !== undefined) {
      const job = { ...common, path, maxRejects, format: opener.formatName }
      const memoryLimitBytes = THREAD_MEMORY_BYTES
      return await this.#pool.index({ ...job, memoryLimitBytes }, { signal, onProgress })
    }
    const source = await opener.open(path)
    const limits = maxRejects === undefined ? {} : { maxRejects }
    return await indexSource(this.#indexing, {
      ...common,
      ...limits,
      source,
      signal,
      onProgress,
    })
  }

  /** What the index remembers of a run that threw: the commits before the failure stay. */
  async #publishedOf(sourceUri: string, startedMs: number): Promise<RunSummary | undefined> {
    const run = await this.#indexing.metastore.load(this.#request.indexId).then(
      ({ runs }) =>
        runs.find((each) => each.sourceUri === sourceUri && each.startedMs >= startedMs),
      () => undefined,
    )
    if (run?.state !== 'failed') this.isIndexWritable = false
    this.docCount += run?.docCount ?? 0
    this.#rejectedCount += run?.rejectedCount ?? 0
    return run
  }

  #isShownEarly(): boolean {
    const isLong = (this.totalBytes ?? Infinity) >= WORTH_EARLY_BYTES
    return this.#request.onFirstPublished !== undefined && isLong
  }

  /** Between two phases, so that nothing redraws over it. */
  async #showFirst(docCount: number): Promise<void> {
    const { onFirstPublished, paths } = this.#request
    if (onFirstPublished === undefined || !this.#isShownEarly()) return
    const { phase } = this
    this.phase = undefined
    phase?.succeed(`The first ${plural(docCount, 'document')} can be searched`)
    await onFirstPublished(docCount)
    const title = titleOf(paths)
    this.phase = this.#context.report.phase(`${title}, the rest`)
  }

  #limit(): MaxRejects | undefined {
    const { maxRejects } = this.#request
    if (maxRejects?.kind !== 'count') return maxRejects
    return { kind: 'count', count: Math.max(0, maxRejects.count - this.#rejectedCount) }
  }

  #report(progress: IndexingProgress, number: number): void {
    const { paths } = this.#request
    const under = [...this.#under.values()]
    const sum = (pick: (progress: IndexingProgress) => number): number =>
      under.reduce((total, each) => total + pick(each), 0)
    const rejected = this.#rejectedCount + sum((each) => each.rejectedCount)
    const docCount = this.docCount + sum((each) => each.docCount)
    const parts = [
      ...(paths.length > 1 ? [`file ${formatCount(number)} of ${formatCount(paths.length)}`] : []),
      `${formatCount(docCount)} docs`,
      ...(rejected === 0 ? [] : [`${formatCount(rejected)} rejected`]),
    ]
    // An array's lines are counted after unpacking: no more than the file itself is said to be read.
    const read = sum(({ readBytes, totalBytes }) => Math.min(readBytes, totalBytes ?? readBytes))
    this.phase?.progress({
      done: this.#doneBytes + read,
      total: progress.totalBytes === undefined ? undefined : this.totalBytes,
      unit: 'bytes',
      detail: parts.join(' · '),
    })
  }
}

function titleOf(paths: readonly string[]): string {
  const [path = ''] = paths
  if (paths.length > 1) return `Indexing ${plural(paths.length, 'file')}`
  return `Indexing ${path === STDIN ? 'stdin' : path}`
}

async function totalBytes(paths: readonly string[]): Promise<number | undefined> {
  let total = 0
  for (const path of paths) {
    const size = path === STDIN ? undefined : await sizeOf(path)
    if (size === undefined) return undefined
    total += size
  }
  return total
}

async function sizeOf(path: string): Promise<number | undefined> {
  return await stat(path).then(
    ({ size }) => size,
    () => undefined,
  )
}

export function tooManyRejects(path: string, result: IndexingResult, indexId: string): QwError {
  const [top] = result.rejectReasons
  const total = result.rejectedCount + result.docCount
  const share = total > result.rejectedCount ? ` of ${formatCount(total)}` : ''
  const name = path === STDIN ? 'stdin' : path
  return new QwError(
    'invalid',
    `too many rejected documents in ${name} (${formatCount(result.rejectedCount)}${share})`,
    {
      code: 'INGEST-REJECTS',
      ...(top === undefined
        ? {}
        : { why: `mostly: ${top.reason} (first on line ${top.firstLine})` }),
      fix: `look at them: ${failuresCommand(indexId)}\nmend the data or the mapping, or allow more: --max-errors 50%`,
    },
  )
}

/** What shows the rejected documents of an index, also when it is not the default. */
export function failuresCommand(indexId: string): string {
  return `qw-lambda ingest failures --index ${indexId}`
}

/** With the name of the file, which an engine that sees bytes alone cannot know. */
export function asQwError(error: unknown, path: string): QwError {
  if (!(error instanceof QwError)) {
    return new QwError('internal', `cannot ingest ${path}: ${messageOf(error)}`, { cause: error })
  }
  if (path === STDIN) return error
  const { code, why, fix } = error
  return new QwError(error.kind, withPath(error.message, path), {
    code,
    why,
    fix,
    cause: error,
  })
}

/** Paths as they were typed; what says nothing of the file gets its name. */
function withPath(message: string, path: string): string {
  const typed = message.replaceAll(pathToFileURL(resolve(path)).href, path)
  if (typed.startsWith(path)) return `the file ${typed}`
  return typed.includes(path) ? typed : `cannot ingest ${path}: ${typed}`
}
