import { isQwError, messageOf, QwError } from '../engine/errors.ts'
import type { IndexingResult } from '../engine/indexing/indexing-result.ts'
import { runDeletes } from '../engine/indexing/deletes.ts'
import { LIST_EVERY_MS, runJanitor } from '../engine/indexing/janitor.ts'
import { runMerges } from '../engine/indexing/merge.ts'
import type { IndexingComponents } from '../engine/indexing/components.ts'
import { indexSource } from '../engine/indexing/pipeline.ts'
import { rememberUnopened } from '../engine/indexing/unopened-source.ts'
import { STAGED_NDJSON_SUFFIX } from '../engine/sources/ndjson-of.ts'
import { docMatcher } from '../engine/search/match-docs.ts'
import { whyNoData } from '../engine/sources/data-object.ts'
import { objectSource } from '../engine/sources/source.ts'
import type { ObjectStore } from '../engine/ports.ts'
import type { IndexConfig } from '../engine/schema/index-config.ts'
import { HeldMessages } from './held-messages.ts'
import { keepAllUp } from './keep-all-up.ts'
import {
  parseIndexerEvent,
  type IndexerTask,
  type QueueMessage,
  type SourceTask,
} from './indexer-event.ts'
import type { Invocation, InvocationLog } from './invocation-log.ts'
import {
  workOff,
  workOffDirect,
  type QueueTurn,
  type TaskEnd,
  type WorkQueue,
} from './queue-turn.ts'

export interface IndexerComponents extends IndexingComponents {
  /** The store of a source bucket. */
  readonly openBucket: (bucket: string) => ObjectStore
  /** The config of an index that does not exist yet; undefined: the index is not ours to create. */
  readonly configFor: (indexId: string) => Promise<IndexConfig | undefined>
  /** The queue that feeds this function; undefined: there is none. */
  readonly queue?: WorkQueue | undefined
  readonly log: InvocationLog
}

export interface IndexerSettings {
  readonly mergesEnabled: boolean
  readonly janitorEnabled: boolean
  /** Bytes of splits merged at once; default as in `runMerges`. */
  readonly maxMergeBytes?: number | undefined
  /** Keys of this bucket begin with the index they are for. */
  readonly stagingBucket?: string | undefined
  /** The index of files that neither their event nor the staging bucket's key assigns. */
  readonly defaultIndexId?: string | undefined
  /** Of keys in other buckets that tell of their new objects. */
  readonly sourcePrefix?: string | undefined
}

export interface IndexerReport {
  readonly num_docs: number
  readonly num_invalid_docs: number
  readonly num_published_splits: number
  readonly total_bytes_processed: number
  readonly total_size_splits: number
  readonly num_merges: number
  readonly request_id: string
}

/** The answer to an SQS batch: exactly these messages come again. */
export interface QueueReport {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[]
}

export type IndexerHandler = (
  event: unknown,
  invocation: Invocation,
) => Promise<IndexerReport | QueueReport>

/** Time kept free at the end of an invocation for the answer and the last store request. */
const SAFETY_MS = 5_000
/** A process cleans an index no more often: nothing is urgent about it. */
const CLEAN_UP_INTERVAL_MS = 30 * 60_000
/** Merges behind an ingest: other files may wait for this invocation. Longer ones are for the upkeep. */
const INGEST_MERGES_MS = 30_000

/**
 * Sources first, in the event's order; then erasures, short merges and clean-up of the touched indexes
 * while time remains. An upkeep event does the same for all indexes, long merges too.
 *
 * Requests per file that becomes one split: HEAD and GET of the source, PUT of the split, PUT of the
 * metastore and four conditional GETs of it (is the index there, indexing, erasures, merges). A merge adds a GET
 * per input, a PUT of the split and one of the metastore; a clean-up, at the first file of a process
 * and then every half hour, one more conditional GET, and once a day a LIST and a PUT.
 */
export function makeIndexerHandler(
  components: IndexerComponents,
  settings: IndexerSettings,
): IndexerHandler {
  let cold = true
  const cleanedAtMs = new Map<string, number>()
  return async (event, invocation) => {
    const startMs = components.clock.nowMs()
    const wasCold = cold
    cold = false
    const work = parseIndexerEvent(event)
    const run = new IndexerRun(components, settings, invocation, cleanedAtMs)
    const { queue, clock, log } = components
    const messages = work.kind === 'queue' ? work.messages : []
    const held = queue === undefined ? undefined : new HeldMessages(messages, { queue, clock, log })
    try {
      const failed = await run.workOff(messages, held)
      if (work.kind === 'direct') await run.performAll(work.tasks)
      await run.maintain()
      log({
        event: 'indexed',
        ...run.report(),
        num_failed_messages: failed.length,
        ms: clock.nowMs() - startMs,
        cold: wasCold,
      })
      if (work.kind === 'direct') return run.report()
      return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) }
    } finally {
      await held?.end()
    }
  }
}

/** One invocation: what it touched and counted. */
class IndexerRun {
  readonly #components: IndexerComponents
  readonly #settings: IndexerSettings
  readonly #invocation: Invocation
  /** By index; shared by all runs of the process. */
  readonly #cleanedAtMs: Map<string, number>
  readonly #touched = new Set<string>()
  readonly #results: IndexingResult[] = []
  #mergeCount = 0

  constructor(
    components: IndexerComponents,
    settings: IndexerSettings,
    invocation: Invocation,
    cleanedAtMs: Map<string, number>,
  ) {
    this.#components = components
    this.#settings = settings
    this.#invocation = invocation
    this.#cleanedAtMs = cleanedAtMs
  }

  workOff(
    messages: readonly QueueMessage[],
    queue: WorkQueue | undefined,
  ): Promise<QueueMessage[]> {
    return workOff(messages, this.#turn(queue))
  }

  performAll(tasks: readonly IndexerTask[]): Promise<void> {
    return workOffDirect(tasks, this.#turn(this.#components.queue))
  }

  #turn(queue: WorkQueue | undefined): QueueTurn {
    const { log } = this.#components
    const perform = (task: IndexerTask): Promise<TaskEnd> => this.#perform(task)
    return { perform, hasTime: () => this.#hasTime(), queue, log }
  }

  async #perform(task: IndexerTask): Promise<TaskEnd> {
    switch (task.kind) {
      case 'source':
        return await this.#indexSource(task)
      case 'merge':
        for (const indexId of await this.#indexIds(task.indexId)) {
          await this.#erase(indexId)
          await this.#merge(indexId)
        }
        return 'done'
      case 'cleanUp':
        for (const indexId of await this.#indexIds(task.indexId)) await this.#cleanUp(indexId, 0)
        return 'done'
      case 'upkeep':
        return await this.#keepUp()
    }
  }

  /** What the time is too short for goes on in an invocation of its own, unless nothing was done in this. */
  async #keepUp(): Promise<TaskEnd> {
    const { mergesEnabled: merges, janitorEnabled: janitor, maxMergeBytes } = this.#settings
    const request = { parts: { merges, janitor }, maxMergeBytes, ...this.#deadline() }
    const kept = await keepAllUp(this.#components, request)
    this.#mergeCount += kept.mergeCount
    return kept.isUnfinished ? 'continues' : 'done'
  }

  /** Merges and clean-up are worth having and never worth failing for: the documents are published. */
  async maintain(): Promise<void> {
    for (const indexId of this.#touched) {
      try {
        if (this.#hasTime()) await this.#erase(indexId)
        if (this.#settings.mergesEnabled && this.#hasTime()) {
          const nowMs = this.#components.clock.nowMs()
          await this.#merge(indexId, nowMs + INGEST_MERGES_MS)
        }
        if (this.#isCleanUpDue(indexId) && this.#hasTime()) {
          await this.#cleanUp(indexId, LIST_EVERY_MS)
        }
      } catch (error) {
        this.#components.log({ event: 'maintenance-failed', indexId, error: messageOf(error) })
      }
    }
  }

  report(): IndexerReport {
    const sum = (pick: (result: IndexingResult) => number): number =>
      this.#results.reduce((total, result) => total + pick(result), 0)
    return {
      num_docs: sum((result) => result.docCount + result.rejectedCount),
      num_invalid_docs: sum((result) => result.rejectedCount),
      num_published_splits: sum((result) => result.splitIds.length),
      total_bytes_processed: sum((result) => result.sourceBytes),
      total_size_splits: sum((result) => result.splitBytes),
      num_merges: this.#mergeCount,
      request_id: this.#invocation.requestId,
    }
  }

  async #indexSource(task: SourceTask): Promise<TaskEnd> {
    const uri = `s3://${task.bucket}/${task.key}`
    if (isStaged(task, this.#settings) && task.key.startsWith('.')) {
      // No index id begins so. Firehose keeps what it could not deliver in such a folder.
      this.#components.log({ event: 'source-passed-over', uri })
      return 'done'
    }
    const { stagingBucket, sourcePrefix = '' } = this.#settings
    // An object that somebody names is taken as it is.
    if (task.isNotice === true && task.bucket !== stagingBucket) {
      const reason = whyNoData(task, sourcePrefix)
      if (reason !== undefined) {
        this.#components.log({ event: 'source-passed-over', uri, reason })
        return 'done'
      }
    }
    const indexId = indexIdOf(task, this.#settings)
    await this.#ensureIndex(indexId)
    const store = this.#components.openBucket(task.bucket)
    let info
    try {
      info = await store.head(task.key, this.#invocation.signal)
    } catch (error) {
      // Staged objects expire after a day, and an event can outlive its object.
      const isGone = isQwError(error, 'notFound')
      if (!isGone || task.indexId !== undefined) {
        const failure = { indexId, sourceUri: uri, error: messageOf(error) }
        await rememberUnopened(this.#components, failure)
      }
      if (!isGone) throw error
      this.#components.log({ event: 'source-gone', uri })
      return 'done'
    }
    const result = await indexSource(this.#components, {
      indexId,
      source: {
        ...objectSource(store, info, uri),
        format: task.key.endsWith(STAGED_NDJSON_SUFFIX) ? { kind: 'ndjson' } : undefined,
      },
      ...this.#deadline(),
    })
    this.#touched.add(indexId)
    this.#results.push(result)
    this.#components.log({ event: 'source', uri, ...result })
    if (result.state !== 'incomplete') return 'done'
    // Going on without getting any further would never end.
    if (result.sourceBytes > 0) return 'continues'
    throw new QwError('unavailable', `${uri} was not got any further in the time there was`)
  }

  async #ensureIndex(indexId: string): Promise<void> {
    const { metastore, configFor } = this.#components
    try {
      await metastore.load(indexId, this.#invocation.signal)
      return
    } catch (error) {
      if (!isQwError(error, 'notFound')) throw error
      const config = await configFor(indexId)
      if (config === undefined) throw error
      await createUnlessThere(metastore, config)
    }
  }

  async #erase(indexId: string): Promise<void> {
    const matchDocs = docMatcher(this.#components.metastore.store)
    const request = { indexId, matchDocs, ...this.#deadline() }
    const erased = await runDeletes(this.#components, request)
    if (erased.checkedSplitCount > 0) {
      this.#components.log({ event: 'erased', indexId, ...erased })
    }
  }

  async #merge(indexId: string, latestMs = Infinity): Promise<void> {
    const { deadlineMs = Infinity, ...rest } = this.#deadline()
    const { maxMergeBytes } = this.#settings
    const limits = { ...rest, maxMergeBytes, deadlineMs: Math.min(deadlineMs, latestMs) }
    const merged = await runMerges(this.#components, { indexId, ...limits })
    this.#mergeCount += merged.mergeCount
    if (merged.mergeCount > 0) this.#components.log({ event: 'merged', indexId, ...merged })
  }

  async #cleanUp(indexId: string, listEveryMs: number): Promise<void> {
    const request = { indexId, listEveryMs, ...this.#deadline() }
    const cleaned = await runJanitor(this.#components, request)
    this.#cleanedAtMs.set(indexId, this.#components.clock.nowMs())
    this.#components.log({ event: 'cleaned', indexId, ...cleaned })
  }

  #isCleanUpDue(indexId: string): boolean {
    const lastMs = this.#cleanedAtMs.get(indexId) ?? -Infinity
    const isOver = this.#components.clock.nowMs() >= lastMs + CLEAN_UP_INTERVAL_MS
    return this.#settings.janitorEnabled && isOver
  }

  async #indexIds(indexId: string | undefined): Promise<readonly string[]> {
    return indexId === undefined ? await this.#components.metastore.listIndexIds() : [indexId]
  }

  #deadline(): { deadlineMs?: number; signal?: AbortSignal } {
    const { deadlineMs, signal } = this.#invocation
    return {
      ...(deadlineMs === undefined ? {} : { deadlineMs: deadlineMs - SAFETY_MS }),
      ...(signal === undefined ? {} : { signal }),
    }
  }

  #hasTime(): boolean {
    const { deadlineMs } = this.#invocation
    return deadlineMs === undefined || this.#components.clock.nowMs() < deadlineMs - SAFETY_MS
  }
}

/** Two indexers may meet a new index at once: the one that comes second uses what the first made. */
async function createUnlessThere(
  metastore: IndexingComponents['metastore'],
  config: IndexConfig,
): Promise<void> {
  try {
    await metastore.createIndex(config)
  } catch (error) {
    if (!(error instanceof QwError) || error.code !== 'INDEX-EXISTS') throw error
  }
}

/** What the event says; else the first folder of a staged key; else the default index, for files that
 *  are indexed where they are and follow no rule of ours. */
function indexIdOf(task: SourceTask, settings: IndexerSettings): string {
  const { key, indexId } = task
  if (indexId !== undefined) return indexId
  const slash = key.indexOf('/')
  if (isStaged(task, settings) && slash > 0) return key.slice(0, slash)
  if (settings.defaultIndexId !== undefined) return settings.defaultIndexId
  throw new QwError('invalid', `nothing says which index \`${key}\` is for`, {
    fix: 'stage files as <index_id>/<name>, or send an index_id with the source_uri',
  })
}

function isStaged({ bucket }: SourceTask, { stagingBucket }: IndexerSettings): boolean {
  return stagingBucket === undefined || bucket === stagingBucket
}
