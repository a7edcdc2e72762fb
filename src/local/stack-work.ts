import type { Api } from '../api/app.ts'
import type {
  CleanUpTask,
  FileBeginning,
  Inference,
  MergeTask,
  RetryTask,
} from '../api/operations.ts'
import type { ApiSettings } from '../api/services.ts'
import type { IndexingProgress, IndexingResult } from '../engine/indexing/indexing-result.ts'
import { type JanitorResult, runJanitor } from '../engine/indexing/janitor.ts'
import { type MergesResult, runMerges } from '../engine/indexing/merge.ts'
import { indexSource } from '../engine/indexing/pipeline.ts'
import type { MaxRejects } from '../engine/indexing/reject-limit.ts'
import { type RetryResult, retryRejects } from '../engine/indexing/retry-rejects.ts'
import { parseSourceFormat } from '../engine/schema/source-format.ts'
import type { Source } from '../engine/sources/source.ts'
import { fileSource } from './file-source.ts'
import { inferSource } from './infer-source.ts'
import { type IngestWork, ingestWork } from './ingest-work.ts'
import type { LocalStack } from './local-stack.ts'
import { answerHanded, type HandedRequest, type HandedResponse } from './handed-request.ts'
import { runSchedule } from './schedule.ts'
import { runUpkeepRounds } from './upkeep-rounds.ts'
import { type WatchRequest, watchFolder } from './watch.ts'

/** A file to be indexed, as a value that can be handed to another thread. */
export interface IndexFileJob {
  readonly path: string
  /** Of what lies at the path for a moment only: its identity beside its content; default: the path. */
  readonly uri?: string
  readonly indexId: string
  readonly sourceId: string
  /** By name; undefined: by content. */
  readonly format: string | undefined
  readonly force: boolean
  readonly rejects: 'keep' | 'drop'
  readonly maxRejects: MaxRejects | undefined
  readonly memoryLimitBytes: number
  readonly firstCommitDocs?: number
}

export interface IndexFileHooks {
  readonly signal: AbortSignal
  readonly onProgress: (progress: IndexingProgress) => void
}

interface ScheduleTask {
  readonly everyMs: number | undefined
  readonly evenIfPaused: boolean
}

/**
 * What of a stack takes so long that no request should wait for it: all that maps documents, builds
 * splits or merges them. Arguments and answers are values that can be sent to another thread, so that
 * this is done here or there (`stack-thread.ts`).
 */
export interface StackWork extends IngestWork {
  /** Answers what only reads. */
  answer(task: HandedRequest, hooks: { readonly signal: AbortSignal }): Promise<HandedResponse>
  indexFile(job: IndexFileJob, hooks: IndexFileHooks): Promise<IndexingResult>
  /** Indexes rejected documents that fit now. */
  retry(task: RetryTask): Promise<RetryResult>
  merge(task: MergeTask): Promise<MergesResult>
  infer(task: FileBeginning): Promise<Inference>
  /** Deletes what is past its time. */
  cleanUp(task: CleanUpTask): Promise<JanitorResult>
  /** Announces what lies in the staging bucket, and answers when that is indexed. */
  recoverStaging(task: undefined, hooks: { readonly signal: AbortSignal }): Promise<void>
  /** Makes and indexes sample data until aborted. */
  runSchedule(task: ScheduleTask, hooks: { readonly signal: AbortSignal }): Promise<void>
  /** Looks after all indexes now and then, until aborted. */
  runUpkeep(task: undefined, hooks: { readonly signal: AbortSignal }): Promise<void>
  /** Indexes the files of a folder as they come and grow, until aborted. */
  watchFolder(task: WatchRequest, hooks: { readonly signal: AbortSignal }): Promise<void>
}

/** In this thread. */
export function stackWork(stack: LocalStack, settings: ApiSettings = NO_KEYS): StackWork {
  const { indexing, ingestStore, runLog } = stack
  const ingest = ingestWork({ indexing, store: ingestStore, log: runLog.of('api') })
  let api: Promise<Api> | undefined
  return {
    ...ingest,
    async answer(task, { signal }) {
      api ??= readingApi(stack, settings)
      const answering = await api
      return await answerHanded((request) => answering.fetch(request), task, signal)
    },
    async indexFile({ path, uri, format, maxRejects, ...job }, hooks) {
      const file = await fileSource(path, hooks.signal)
      const source = uri === undefined ? file : unmoving(file, uri)
      return await indexSource(indexing, {
        ...job,
        ...hooks,
        source: format === undefined ? source : { ...source, format: parseSourceFormat(format) },
        ...(maxRejects === undefined ? {} : { maxRejects }),
      })
    },
    retry: (task) => retryRejects(indexing, task),
    merge: ({ indexId, targetDocs }) =>
      runMerges(indexing, { indexId, ...(targetDocs === undefined ? {} : { targetDocs }) }),
    cleanUp: (task) => runJanitor(indexing, task),
    infer: (task) => inferSource(task, indexing.clock.nowMs()),
    async recoverStaging(_, { signal }) {
      await stack.staging.recover(signal)
      await stack.staging.settled()
    },
    runSchedule: (task, { signal }) =>
      runSchedule(stack, indexing.clock, { ...task, signal, log: runLog.of('generator') }),
    runUpkeep: (_, { signal }) =>
      runUpkeepRounds(indexing, {
        signal,
        log: runLog.of('indexer'),
        ask: (indexId) => void ingest.askUpkeep(indexId),
      }),
    watchFolder: (task, { signal }) =>
      watchFolder(indexing, task, {
        signal,
        log: runLog.of('indexer'),
        onCommit: () => void ingest.askUpkeep(task.indexId),
      }),
  }
}

/** A file that neither grows nor is known by where it lies. */
function unmoving(file: Source, uri: string): Source {
  return {
    uri,
    etag: file.etag,
    sizeBytes: file.sizeBytes,
    open: (signal) => file.open(signal),
    verifyUnchanged: (signal) => file.verifyUnchanged(signal),
  }
}

/** Loaded by the threads that answer. */
async function readingApi({ search, indexRoot }: LocalStack, settings: ApiSettings): Promise<Api> {
  const { createApi } = await import('../api/app.ts')
  // Nothing that is asked of it here names a version.
  const build = { version: '', commitHash: '', buildDate: '' }
  return createApi({ search, ingest: undefined, build, indexRoot }, settings)
}

const NO_KEYS: ApiSettings = { apiKeys: [], responses: 'plain' }
