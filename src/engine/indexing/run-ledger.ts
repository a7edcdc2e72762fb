import { isQwError } from '../errors.ts'
import {
  type BegunPartition,
  isEnd,
  positionBytes,
  positionOf,
  positionsUnder,
} from '../metastore/checkpoint.ts'
import type { PublishOutcome } from '../metastore/index-file-changes.ts'
import type { IndexFile } from '../metastore/index-metadata.ts'
import { rejectedKey } from '../metastore/layout.ts'
import { type RunState, type RunSummary, withRun } from '../metastore/run-summary.ts'
import { type SplitRecord, splitSizeBytes } from '../metastore/split-record.ts'
import type { IndexingComponents } from './components.ts'
import type { IndexSourceRequest } from './indexing-request.ts'
import type { IndexingResult, IndexingState } from './indexing-result.ts'
import { exceedsRejectLimit } from './reject-limit.ts'
import { encodeRejects, MAX_KEPT_REJECTS, RejectLog } from './rejects.ts'
import type { Source } from '../sources/source.ts'
import { dropUpload, uploadSplit } from './split-upload.ts'
import { Workbench } from './workbench.ts'

/** The source id that Quickwit's removed Lambda packaging gave every file: checkpoints carry it. */
const DEFAULT_SOURCE_ID = 'ingest-lambda-source'

/** The checkpoint partition of a source: other content under the same name is another source. */
function sourcePartitionId(source: Pick<Source, 'uri' | 'etag'>): string {
  return `${source.uri}#${source.etag}`
}

/** Whether exactly this content was published to its end, as a file that is indexed by default. */
export function isIndexed(file: IndexFile, source: Pick<Source, 'uri' | 'etag'>): boolean {
  return isEnd(positionOf(file.metadata.checkpoint, DEFAULT_SOURCE_ID, sourcePartitionId(source)))
}

/** Puts a source that could not be opened among the index's recent runs, for whoever waits for it. */
export async function rememberUnopened(
  { metastore, clock }: IndexingComponents,
  { indexId, sourceUri, error }: { indexId: string; sourceUri: string; error: string },
): Promise<void> {
  const nowMs = Math.floor(clock.nowMs())
  const run: RunSummary = {
    runId: metastore.newId(),
    sourceUri,
    state: 'failed',
    docCount: 0,
    rejectedCount: 0,
    sourceBytes: 0,
    splitCount: 0,
    startedMs: nowMs,
    updatedMs: nowMs,
    error: error.slice(0, 500),
  }
  await metastore.update(indexId, (newest) =>
    newest.runs.some(({ runId }) => runId === run.runId)
      ? newest
      : { ...newest, runs: withRun(newest.runs, run) },
  )
}

export type CommitEnd = 'published' | 'lost' | 'tooManyRejects'

/** What one run over one source has committed so far, and how it commits more. */
export class RunLedger {
  readonly #components: IndexingComponents
  readonly #request: IndexSourceRequest
  readonly #runId: string
  readonly #partitionId: string
  readonly #sourceId: string
  readonly #startedMs: number
  readonly #rejects = new RejectLog(0)
  readonly #splits: SplitRecord[] = []
  readonly #rejectedKeys: string[] = []
  #docCount = 0
  #sourceBytes = 0
  #emptyCommitCount = 0
  #keptRejectCount = 0
  #commitCount = 0
  #begun: BegunPartition | undefined
  #grownBytes = 0
  /** Set by the reading that finds one. */
  halfLineBytes = 0

  constructor(components: IndexingComponents, request: IndexSourceRequest) {
    this.#components = components
    this.#request = request
    this.#runId = components.metastore.newId()
    this.#sourceId = request.sourceId ?? DEFAULT_SOURCE_ID
    this.#startedMs = Math.floor(components.clock.nowMs())
    const identity = sourcePartitionId(request.source)
    this.#partitionId = request.force === true ? `${identity}#${this.#runId}` : identity
  }

  /** Finds out what was indexed of this source at another length. Of one that may grow, called with each
   *  metastore file that a reading begins from. Whether all of it was. */
  async locate(file: IndexFile): Promise<boolean> {
    const { source, force } = this.#request
    this.#begun = undefined
    this.#grownBytes = 0
    const position = this.positionIn(file)
    if (isEnd(position)) return true
    if (source.findGrown === undefined || force === true || position !== '') return false
    const prefix = `${source.uri}#`
    const seen = positionsUnder(file.metadata.checkpoint, this.#sourceId, prefix)
    const found = await source.findGrown([...seen.keys()].map((id) => id.slice(prefix.length)))
    const id = found === undefined ? undefined : prefix + found.etag
    const known = id === undefined ? '' : (seen.get(id) ?? '')
    if (found?.isLonger === true) return isEnd(known)
    this.#begun = { prefix, seen, grewFrom: id }
    this.#grownBytes = positionBytes(known)
    return false
  }

  /** Bytes of this source that were read before it grew. */
  get grownBytes(): number {
    return this.#grownBytes
  }

  /** Where the checkpoint says this source stands. */
  positionIn(file: IndexFile): string {
    return positionOf(file.metadata.checkpoint, this.#sourceId, this.#partitionId)
  }

  get hasCommitted(): boolean {
    return this.#commitCount > 0
  }

  newWorkbench(file: IndexFile): Workbench {
    const { config } = file.metadata
    const room = this.#request.rejects === 'drop' ? 0 : MAX_KEPT_REJECTS - this.#keptRejectCount
    return new Workbench({
      config,
      nowMs: this.#startedMs,
      maxKeptRejects: room,
      docTarget: config.indexingSettings.splitNumDocsTarget,
      purpose: 'build',
    })
  }

  /** Documents read so far, published or not. */
  tally(bench: Workbench): { readonly docCount: number; readonly rejectedCount: number } {
    return {
      docCount: this.#docCount + bench.docCount,
      rejectedCount: this.#rejects.count + bench.rejects.count,
    }
  }

  hasTooManyRejects(bench: Workbench, isCommit: boolean): boolean {
    const { docCount, rejectedCount } = this.tally(bench)
    const readCount = docCount + rejectedCount
    return exceedsRejectLimit(this.#request.maxRejects, { rejectedCount, readCount }, isCommit)
  }

  /** Publishes a split in progress and moves the checkpoint, in this order: split object, rejected
   *  documents, metastore. Whatever a kill leaves of it is an orphan. */
  async commit(
    file: IndexFile,
    bench: Workbench,
    step: { readonly from: string; readonly to: string; readonly runState: RunState },
  ): Promise<{ readonly end: CommitEnd; readonly file: IndexFile }> {
    if (this.hasTooManyRejects(bench, true)) return { end: 'tooManyRejects', file }
    await this.#request.source.verifyUnchanged(this.#request.signal)
    const splits = bench.docCount === 0 ? [] : [await this.#upload(file, bench)]
    const keptKey = await this.#keepRejects(bench)
    const fromBytes = step.from === '' ? this.#grownBytes : positionBytes(step.from)
    const sourceBytes = positionBytes(step.to) - fromBytes
    const run = this.#summary(step.runState, { bench, sourceBytes, splitCount: splits.length })
    let outcome
    try {
      outcome = await this.#publish(file, splits, { ...step, run })
    } catch (error) {
      // Only a missing index is certain; after any other failure the publication may have happened.
      if (isQwError(error, 'notFound')) await this.#dropCommit(splits, keptKey)
      throw error
    }
    if (outcome.kind === 'lost') {
      await this.#dropCommit(splits, keptKey)
      return { end: 'lost', file: outcome.file }
    }
    this.#commitCount++
    this.#docCount += bench.docCount
    this.#rejects.absorb(bench.rejects)
    this.#sourceBytes += sourceBytes
    this.#splits.push(...splits)
    if (splits.length === 0) this.#emptyCommitCount++
    return { end: 'published', file: outcome.file }
  }

  /** Gives up the split in progress for what it rejected, which is kept to be looked at. */
  async abandon(bench: Workbench): Promise<void> {
    await this.#keepRejects(bench)
    this.#rejects.absorb(bench.rejects)
    await this.rememberFailure('tooManyRejects', `${this.#rejects.count} documents rejected`)
  }

  async #upload(file: IndexFile, bench: Workbench): Promise<SplitRecord> {
    return uploadSplit(this.#components, file.metadata, await bench.finish(), {
      sourceId: this.#sourceId,
      mergeOpCount: 0,
      docMappingUid: file.metadata.config.docMapping.docMappingUid ?? '',
    })
  }

  #publish(
    file: IndexFile,
    splits: readonly SplitRecord[],
    step: { readonly from: string; readonly to: string; readonly run: RunSummary },
  ): Promise<PublishOutcome> {
    return this.#components.metastore.publish(this.#request.indexId, {
      indexUid: file.metadata.indexUid,
      splits,
      checkpointDelta: {
        sourceId: this.#sourceId,
        partitionId: this.#partitionId,
        from: step.from,
        to: step.to,
        begun: this.#begun,
      },
      run: step.run,
    })
  }

  async #dropCommit(splits: readonly SplitRecord[], keptKey: string | undefined): Promise<void> {
    for (const split of splits) {
      await dropUpload(this.#components, this.#request.indexId, split.splitId)
    }
    if (keptKey === undefined) return
    this.#rejectedKeys.splice(this.#rejectedKeys.indexOf(keptKey), 1)
    await this.#components.metastore.store.delete(keptKey)
  }

  /** Before the publication, so that a rejection is never silent. */
  async #keepRejects(bench: Workbench): Promise<string | undefined> {
    const { kept } = bench.rejects
    if (kept.length === 0) return undefined
    const { indexId, source } = this.#request
    const key = rejectedKey(indexId, this.#runId, this.#rejectedKeys.length)
    const bytes = encodeRejects(kept, { runId: this.#runId, sourceUri: source.uri })
    await this.#components.metastore.store.put(key, bytes, { condition: { kind: 'always' } })
    this.#rejectedKeys.push(key)
    this.#keptRejectCount += kept.length
    return key
  }

  /** Puts a run that ended badly among the index's recent runs. A run that ended well is remembered by
   *  its last commit, without a request of its own. */
  async rememberFailure(state: RunState, error: string): Promise<void> {
    const run = { ...this.#summary(state), error: error.slice(0, 500) }
    try {
      await this.#components.metastore.update(this.#request.indexId, (newest) => {
        const isKnown = newest.runs.some(
          ({ runId, state: s }) => runId === run.runId && s === state,
        )
        return isKnown ? newest : { ...newest, runs: withRun(newest.runs, run) }
      })
    } catch {
      // The first failure is the one to be told.
    }
  }

  #summary(
    state: RunState,
    pending?: {
      readonly bench: Workbench
      readonly sourceBytes: number
      readonly splitCount: number
    },
  ): RunSummary {
    return {
      runId: this.#runId,
      sourceUri: this.#request.source.uri,
      state,
      docCount: this.#docCount + (pending?.bench.docCount ?? 0),
      rejectedCount: this.#rejects.count + (pending?.bench.rejects.count ?? 0),
      sourceBytes: this.#sourceBytes + (pending?.sourceBytes ?? 0),
      splitCount: this.#splits.length + (pending?.splitCount ?? 0),
      startedMs: this.#startedMs,
      updatedMs: Math.floor(this.#components.clock.nowMs()),
      error: undefined,
    }
  }

  result(state: IndexingState): IndexingResult {
    return {
      runId: this.#runId,
      indexId: this.#request.indexId,
      sourceUri: this.#request.source.uri,
      state,
      docCount: this.#docCount,
      rejectedCount: this.#rejects.count,
      sourceBytes: this.#sourceBytes,
      splitIds: this.#splits.map((split) => split.splitId),
      splitBytes: this.#splits.reduce((sum, split) => sum + splitSizeBytes(split), 0),
      emptyCommitCount: this.#emptyCommitCount,
      continuedAtBytes: this.#grownBytes,
      halfLineBytes: this.halfLineBytes,
      rejectReasons: this.#rejects.reasonsByCount(),
      rejectedKeys: this.#rejectedKeys,
      elapsedMs: this.#components.clock.nowMs() - this.#startedMs,
    }
  }
}
