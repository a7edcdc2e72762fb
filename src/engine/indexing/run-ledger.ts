import { isQwError } from '../errors.ts'
import {
  type CheckpointDelta,
  encodePosition,
  finishedHashes,
  isEnd,
  partitionHash,
  positionBytes,
  positionOf,
  positionsUnder,
  type SeenPartition,
} from '../metastore/checkpoint.ts'
import type { PublishOutcome } from '../metastore/index-file-changes.ts'
import type { IndexFile, IndexMetadata } from '../metastore/index-metadata.ts'
import { rejectedKey } from '../metastore/layout.ts'
import { type RejectSet, rejectSetId } from '../metastore/reject-set.ts'
import { type RunState, type RunSummary, withRun } from '../metastore/run-summary.ts'
import { type SplitRecord, splitSizeBytes } from '../metastore/split-record.ts'
import type { IndexingComponents } from './components.ts'
import type { IndexSourceRequest } from './indexing-request.ts'
import type { IndexingResult, IndexingState } from './indexing-result.ts'
import { exceedsRejectLimit } from './reject-limit.ts'
import { encodeRejects, KEEPS_NONE, RejectLog, RUN_KEEPS } from './rejects.ts'
import type { KnownContent } from '../sources/source.ts'
import { dropUpload, uploadSplit } from './split-upload.ts'
import { Workbench } from './workbench.ts'

/** The source id that Quickwit's removed Lambda packaging gave every file: checkpoints carry it. */
const DEFAULT_SOURCE_ID = 'ingest-lambda-source'

/** The checkpoint partition of a source: other content under the same name is another source. */
export function sourcePartitionId({ uri, etag }: KnownContent): string {
  return `${uri}#${etag}`
}

/** A URI holds no `#` of its own. */
function contentOf(partitionId: string): KnownContent {
  const [uri = '', etag = ''] = partitionId.split('#', 2)
  return { uri, etag }
}

/** What is known of the files whose URIs begin so. */
export function knownContents(
  { metadata }: IndexFile,
  sourceId: string,
  uriPrefix: string,
): KnownContent[] {
  return [...positionsUnder(metadata.checkpoint, sourceId, uriPrefix).keys()].map(contentOf)
}

/**
 *   open       there may be something to read
 *   whole      all of it was indexed before
 *   elsewhere  another run is at it that began later and sees more of it, or it is none of ours
 */
type SourceStanding = 'open' | 'whole' | 'elsewhere'

/** Whether exactly this content was published to its end, as a file that is indexed by default. */
export function isIndexed(file: IndexFile, source: KnownContent): boolean {
  return isEnd(positionOf(file.metadata.checkpoint, DEFAULT_SOURCE_ID, sourcePartitionId(source)))
}

/** What stands for exactly this content wherever many are told apart. */
export function contentHash(source: KnownContent): string {
  return partitionHash(sourcePartitionId(source))
}

/** Hashes of the contents that were published to their ends and are not forgotten. */
export function indexedHashes({ metadata }: IndexFile): Set<string> {
  return finishedHashes(metadata.checkpoint, DEFAULT_SOURCE_ID)
}

interface Publication {
  readonly delta: CheckpointDelta
  readonly run: RunSummary
  readonly rejectSet: RejectSet | undefined
}

export type CommitEnd = 'published' | 'lost' | 'tooManyRejects'

export interface CommitStep {
  /** Byte of the source up to which it goes. */
  readonly to: number
  readonly runState: RunState
  /** The index as the split was built for it. */
  readonly builtFor: IndexMetadata
}

/** What one run over one source has committed so far, and how it commits more. */
export class RunLedger {
  readonly #components: IndexingComponents
  readonly #request: IndexSourceRequest
  readonly #runId: string
  readonly #sourceId: string
  readonly #startedMs: number
  readonly #rejects = new RejectLog(KEEPS_NONE)
  readonly #splits: SplitRecord[] = []
  readonly #rejectedKeys: string[] = []
  #docCount = 0
  #sourceBytes = 0
  #emptyCommitCount = 0
  #kept = KEEPS_NONE
  #rejectSetCount = 0
  #commitCount = 0
  /** The split that is being committed. */
  #underway: Workbench | undefined
  /** Where this source stands, under the name that its content had then; undefined: at its beginning. */
  #at: SeenPartition | undefined
  #resumeAt = 0
  #grownBytes = 0
  /** Set by the reading that finds one. */
  halfLineBytes = 0

  constructor(components: IndexingComponents, request: IndexSourceRequest) {
    this.#components = components
    this.#request = request
    this.#runId = components.metastore.newId()
    this.#sourceId = request.sourceId ?? DEFAULT_SOURCE_ID
    this.#startedMs = Math.floor(components.clock.nowMs())
  }

  /** Finds out what was indexed of this source before, also at another length. Called with each
   *  metastore file that a reading begins from. */
  async locate({ metadata: { checkpoint } }: IndexFile): Promise<SourceStanding> {
    const { source, force } = this.#request
    const isLive = source.isLive === true
    const partitionId = this.#partitionId()
    const position = positionOf(checkpoint, this.#sourceId, partitionId)
    this.#at = position === '' ? undefined : { partitionId, position }
    this.#grownBytes = 0
    if (!isLive && isEnd(position)) return 'whole'
    if (this.#at === undefined && source.findGrown !== undefined && force !== true) {
      const seen = positionsUnder(checkpoint, this.#sourceId, source.movesUnder ?? `${source.uri}#`)
      const found = await source.findGrown([...seen.keys()].map(contentOf))
      const id = found === undefined ? '' : sourcePartitionId(found.content)
      const known = seen.get(id) ?? ''
      if (found?.isLonger === true && !isLive) return isEnd(known) ? 'whole' : 'elsewhere'
      if (known !== '') this.#at = { partitionId: id, position: known }
      this.#grownBytes = positionBytes(known)
    }
    if (this.#at === undefined && this.#request.onlyIfKnown === true) return 'elsewhere'
    this.#resumeAt = positionBytes(this.#at?.position ?? '')
    return 'open'
  }

  /** Documents that begin before this byte are published. */
  get resumeAt(): number {
    return this.#resumeAt
  }

  /** Whether a commit up to here would say anything new. */
  isNews(bytes: number, atEnd: boolean): boolean {
    const { source } = this.#request
    const isSameContent = source.isLive === true || this.#at?.partitionId === this.#partitionId()
    return encodePosition(bytes, atEnd) !== this.#at?.position || !isSameContent
  }

  /** As its content is now. */
  #partitionId(): string {
    const identity = sourcePartitionId(this.#request.source)
    return this.#request.force === true ? `${identity}#${this.#runId}` : identity
  }

  get publishedDocCount(): number {
    return this.#docCount
  }

  get hasCommitted(): boolean {
    return this.#commitCount > 0
  }

  newWorkbench(file: IndexFile): Workbench {
    const { config } = file.metadata
    const { kept = [], keptBytes = 0 } = this.#underway?.rejects ?? {}
    const room = {
      docs: RUN_KEEPS.docs - this.#kept.docs - kept.length,
      bytes: RUN_KEEPS.bytes - this.#kept.bytes - keptBytes,
    }
    return new Workbench({
      config,
      nowMs: this.#startedMs,
      keepsRejects: this.#request.rejects === 'drop' ? KEEPS_NONE : room,
      docTarget: config.indexingSettings.splitNumDocsTarget,
      purpose: 'build',
      splitWork: this.#components.splitWork,
    })
  }

  /** Documents read so far, published or not. */
  tally(bench: Workbench): { readonly docCount: number; readonly rejectedCount: number } {
    const underway = this.#underway === bench ? undefined : this.#underway
    return {
      docCount: this.#docCount + (underway?.docCount ?? 0) + bench.docCount,
      rejectedCount: this.#rejects.count + (underway?.rejects.count ?? 0) + bench.rejects.count,
    }
  }

  hasTooManyRejects(bench: Workbench, isCommit: boolean): boolean {
    const { docCount, rejectedCount } = this.tally(bench)
    const readCount = docCount + rejectedCount
    return exceedsRejectLimit(this.#request.maxRejects, { rejectedCount, readCount }, isCommit)
  }

  /** Publishes a split in progress and moves the checkpoint, in this order: split object, rejected
   *  documents, metastore. Whatever a kill leaves of it is an orphan. One at a time; the next split may
   *  be filled meanwhile. `file` is the newest that is known. */
  async commit(
    file: IndexFile,
    bench: Workbench,
    step: CommitStep,
  ): Promise<{ readonly end: 'published' | 'lost'; readonly file: IndexFile }> {
    this.#underway = bench
    try {
      return await this.#commit(file, bench, step)
    } finally {
      this.#underway = undefined
    }
  }

  async #commit(
    file: IndexFile,
    bench: Workbench,
    step: CommitStep,
  ): Promise<{ readonly end: 'published' | 'lost'; readonly file: IndexFile }> {
    await this.#request.source.verifyUnchanged(this.#request.signal)
    const splits = bench.docCount === 0 ? [] : [await this.#upload(bench, step)]
    const rejectSet = await this.#keepRejects(bench)
    const sourceBytes = step.to - this.#resumeAt
    const to = encodePosition(step.to, step.runState === 'done')
    const delta = this.#deltaTo(file, to)
    const run = this.#summary(step.runState, { bench, sourceBytes, splitCount: splits.length })
    let outcome
    try {
      outcome = await this.#publish(step.builtFor, splits, { delta, run, rejectSet })
    } catch (error) {
      // Only a missing index is certain; after any other failure the publication may have happened.
      if (isQwError(error, 'notFound')) await this.#dropCommit(splits, rejectSet)
      throw error
    }
    if (outcome.kind === 'lost') {
      await this.#dropCommit(splits, rejectSet)
      return { end: 'lost', file: outcome.file }
    }
    this.#at = { partitionId: delta.partitionId, position: to }
    this.#resumeAt = step.to
    this.#commitCount++
    this.#underway = undefined
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

  async #upload(bench: Workbench, { builtFor, runState }: CommitStep): Promise<SplitRecord> {
    const built = await bench.finish(runState === 'running' ? 'beside' : 'here')
    return uploadSplit(this.#components, builtFor, built, {
      sourceId: this.#sourceId,
      mergeOpCount: 0,
      docMappingUid: builtFor.config.docMapping.docMappingUid ?? '',
    })
  }

  #publish(
    builtFor: IndexMetadata,
    splits: readonly SplitRecord[],
    { delta, run, rejectSet }: Publication,
  ): Promise<PublishOutcome> {
    const rejects = { taken: [], added: rejectSet === undefined ? [] : [rejectSet] }
    const request = { builtFor, splits, checkpointDelta: delta, run, rejects }
    return this.#components.metastore.publish(this.#request.indexId, request)
  }

  /** From where the source stands; one that grew since goes on under the name of its content now. */
  #deltaTo({ metadata: { checkpoint } }: IndexFile, to: string): CheckpointDelta {
    const { source } = this.#request
    const sourceId = this.#sourceId
    const partitionId = this.#partitionId()
    const moved = { sourceId, partitionId, to }
    if (this.#at?.partitionId === partitionId) return { ...moved, from: this.#at.position }
    if (source.findGrown === undefined) return { ...moved, from: '' }
    const prefix = `${source.uri}#`
    const seen = positionsUnder(checkpoint, sourceId, prefix)
    return { ...moved, from: '', begun: { prefix, seen, grewFrom: this.#at } }
  }

  async #dropCommit(
    splits: readonly SplitRecord[],
    rejectSet: RejectSet | undefined,
  ): Promise<void> {
    for (const split of splits) {
      await dropUpload(this.#components, this.#request.indexId, split.splitId)
    }
    if (rejectSet === undefined) return
    const key = rejectedKey(this.#request.indexId, rejectSet.setId)
    if (this.#rejectedKeys.at(-1) === key) this.#rejectedKeys.pop()
    await this.#components.metastore.store.delete(key)
  }

  /** Before the publication, so that a rejection is never silent; it counts from then on. */
  async #keepRejects({ rejects }: Workbench): Promise<RejectSet | undefined> {
    const { indexId, source } = this.#request
    if (rejects.count === 0 || this.#request.rejects === 'drop') return undefined
    const { kept, keptBytes } = rejects
    const setId = rejectSetId(this.#runId, this.#rejectSetCount++)
    const set = { setId, docCount: kept.length, notKeptCount: rejects.count - kept.length }
    if (kept.length === 0) return set
    const key = rejectedKey(indexId, setId)
    const bytes = encodeRejects(kept, { runId: this.#runId, sourceUri: source.uri })
    await this.#components.metastore.store.put(key, bytes, { condition: { kind: 'always' } })
    this.#rejectedKeys.push(key)
    this.#kept = { docs: this.#kept.docs + kept.length, bytes: this.#kept.bytes + keptBytes }
    return set
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
