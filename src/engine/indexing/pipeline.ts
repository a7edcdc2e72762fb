import { messageOf, QwError } from '../errors.ts'
import type { IndexFile, IndexMetadata } from '../metastore/index-metadata.ts'
import type { IndexingComponents } from './components.ts'
import type { IndexSourceRequest } from './indexing-request.ts'
import type { IndexingProgress, IndexingResult } from './indexing-result.ts'
import { type CommitEnd, type CommitStep, RunLedger } from './run-ledger.ts'
import { readSource, type SourceEvent } from '../sources/read-source.ts'
import type { Workbench } from './workbench.ts'

/** A split is cut when its builder holds this much, which 700,000 log lines do. Finishing needs as much again
 *  for a moment. */
const BUILDER_MEMORY_BYTES = 128 * 1024 * 1024
/** What a split may take of that where one is encoded while the next is filled: the one is on its way out. */
const SHARE_OF_TWO = 0.75

/**
 * Indexes one source exactly once, however often and by however many runs it is asked for: every
 * commit publishes a split together with the checkpoint that says how far the source is read.
 * Costs of a file that fits one split: GET metastore, GET source, PUT split, PUT metastore; one PUT
 * more when documents were rejected. A source that was indexed before costs the first GET alone.
 *
 * Throws `notFound` for a missing index, `corrupt` for a source that is damaged or cut short (what was
 * committed stays; the rest is not published, so that a repaired file can be indexed), `invalid` for a
 * format that is not read, `conflict` for a source replaced while it was read, or for a pipe when the
 * index was cleared or created anew meanwhile.
 */
export async function indexSource(
  components: IndexingComponents,
  request: IndexSourceRequest,
): Promise<IndexingResult> {
  const ledger = new RunLedger(components, request)
  let file: IndexFile | undefined
  try {
    file = await components.metastore.load(request.indexId, request.signal)
    for (;;) {
      const standing = await ledger.locate(file)
      if (standing === 'elsewhere') return ledger.result('incomplete')
      if (standing === 'whole') {
        return ledger.result(ledger.hasCommitted ? 'done' : 'alreadyIndexed')
      }
      const end = await new SourcePass({ components, request, ledger }, file).run()
      if (end.state !== 'lost') return ledger.result(end.state)
      if (request.source.opensOnce === true) throw lostForGood(request)
      // Another run moved the checkpoint: go on from where it stands now.
      file = end.file
    }
  } catch (error) {
    if (request.signal?.aborted === true) return ledger.result('incomplete')
    if (file !== undefined) await ledger.rememberFailure('failed', messageOf(error))
    throw error
  }
}

/** No other run shares a pipe's checkpoint, so it was the index that changed. */
function lostForGood({ indexId, source }: IndexSourceRequest): QwError {
  return new QwError(
    'conflict',
    `index \`${indexId}\` was cleared or created anew while ${source.uri} was read`,
    { fix: 'send the same input again' },
  )
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

interface PassContext {
  readonly components: IndexingComponents
  readonly request: IndexSourceRequest
  readonly ledger: RunLedger
}

type PassState = 'done' | 'incomplete' | 'tooManyRejects' | 'lost'

interface PassEnd {
  readonly state: PassState
  readonly file: IndexFile
}

/** One reading of a source from the checkpoint on, until its end or until something stops it. */
class SourcePass {
  readonly #context: PassContext
  readonly #memoryLimitBytes: number
  readonly #commitTimeoutMs: number
  /** The newest that is known. */
  #file: IndexFile
  #bench: Workbench
  /** The index as the split on the bench is built for it. */
  #builtFor: IndexMetadata
  /** The commit that goes on while the next split is filled. */
  #underway: Promise<CommitEnd> | undefined
  /** Everything before this byte is on the bench or committed. */
  #position: number
  #firstDocMs: number | undefined
  #readBytes = 0

  constructor(context: PassContext, file: IndexFile) {
    const { commitTimeoutSecs, heapSizeBytes } = file.metadata.config.indexingSettings
    this.#context = context
    this.#file = file
    const memoryBytes =
      context.request.memoryLimitBytes ?? Math.min(heapSizeBytes, BUILDER_MEMORY_BYTES)
    const share = context.components.splitWork === undefined ? 1 : SHARE_OF_TWO
    this.#memoryLimitBytes = memoryBytes * share
    this.#commitTimeoutMs = Math.min(
      commitTimeoutSecs * 1000,
      context.request.commitEveryMs ?? Infinity,
    )
    this.#bench = context.ledger.newWorkbench(file)
    this.#builtFor = file.metadata
    this.#position = context.ledger.resumeAt
  }

  async run(): Promise<PassEnd> {
    try {
      return await this.#read()
    } finally {
      // After a failure: what may still be published belongs to what is told of this run.
      await this.#underway?.catch(() => undefined)
    }
  }

  async #read(): Promise<PassEnd> {
    const { request, components, ledger } = this.#context
    const { inputFormat } = this.#file.metadata.config.ingestSettings
    const events = readSource(request.source, {
      signal: request.signal,
      format: inputFormat,
      nowMs: components.clock.nowMs(),
      resumeAt: this.#position,
      onHalfLine: (byteCount) => {
        ledger.halfLineBytes = byteCount
      },
      onRead: (byteCount) => {
        this.#readBytes += byteCount
      },
    })
    for await (const event of events) {
      const cut = await this.#take(event)
      if (cut !== 'published') return this.#end(cut)
      request.signal?.throwIfAborted()
      if (ledger.hasTooManyRejects(this.#bench, false)) return this.#end('tooManyRejects')
      this.#report('reading')
      if (request.deadlineMs !== undefined && components.clock.nowMs() >= request.deadlineMs) {
        const end = await this.#commit('incomplete')
        return this.#end(end === 'published' ? 'incomplete' : end)
      }
      if (this.#isTimeToCut()) {
        const end = await this.#commit('running')
        if (end !== 'published') return this.#end(end)
      }
      // Lets finished compressions, reads and signals in; batches alone would keep them waiting.
      await nextTurn()
    }
    const end = await this.#commit('done')
    return this.#end(end === 'published' ? 'done' : end)
  }

  /** Puts the documents on the bench, committing each time it is full. */
  async #take(event: SourceEvent): Promise<CommitEnd> {
    if (event.kind === 'overlong') {
      this.#bench.rejectOverlong(event)
      this.#position = event.endPosition
      return 'published'
    }
    for (let i = 0; i < event.count;) {
      i = this.#bench.addBatch(event, i)
      if (i === event.count) break
      this.#position = event.positionOf(i)
      const end = await this.#commit('running')
      if (end !== 'published') return end
    }
    this.#position = event.endPosition
    return 'published'
  }

  #isTimeToCut(): boolean {
    if (this.#bench.docCount + this.#bench.rejects.count === 0) return false
    const { request, ledger } = this.#context
    const hasBegun = ledger.hasCommitted || this.#underway !== undefined
    const isFirst = request.firstCommitDocs !== undefined && !hasBegun
    if (isFirst && this.#bench.docCount >= request.firstCommitDocs) return true
    if (this.#bench.memoryBytes >= this.#memoryLimitBytes) return true
    const nowMs = this.#context.components.clock.nowMs()
    this.#firstDocMs ??= nowMs
    return nowMs - this.#firstDocMs >= this.#commitTimeoutMs
  }

  /** With a thread that encodes splits, the next one is filled meanwhile: at most one commit is under
   *  way, so that they come one after the other as the documents do. */
  async #commit(runState: 'running' | 'incomplete' | 'done'): Promise<CommitEnd> {
    const { ledger, components } = this.#context
    // After the last document this thread has nothing else to do while the commit before is under way. What
    // goes wrong is told when the split is asked for.
    const isLast = runState !== 'running' && this.#underway !== undefined
    if (isLast && this.#bench.docCount > 0) this.#bench.finish('here').catch(() => undefined)
    const before = await this.#settle()
    if (before !== 'published') return before
    const to = this.#position
    if (!ledger.isNews(to, runState === 'done') || (to === 0 && runState !== 'done'))
      return 'published'
    this.#report('building')
    if (ledger.hasTooManyRejects(this.#bench, true)) return 'tooManyRejects'
    this.#underway = this.#publish(this.#bench, { to, runState, builtFor: this.#builtFor })
    if (runState !== 'running' || components.splitWork === undefined) return await this.#settle()
    // What it throws is thrown by whoever settles it.
    this.#underway.catch(() => undefined)
    this.#clearBench()
    return 'published'
  }

  async #publish(bench: Workbench, step: CommitStep): Promise<CommitEnd> {
    const { ledger } = this.#context
    const commit = await ledger.commit(this.#file, bench, step)
    this.#file = commit.file
    if (commit.end !== 'published') return commit.end
    if (this.#bench === bench) this.#clearBench()
    this.#report('publishing')
    return 'published'
  }

  #clearBench(): void {
    this.#bench = this.#context.ledger.newWorkbench(this.#file)
    this.#builtFor = this.#file.metadata
    this.#firstDocMs = undefined
  }

  /** How the commit under way ended. Throws what it threw. */
  async #settle(): Promise<CommitEnd> {
    try {
      return (await this.#underway) ?? 'published'
    } finally {
      this.#underway = undefined
    }
  }

  async #end(end: PassState | CommitEnd): Promise<PassEnd> {
    const before = await this.#settle()
    const state = before === 'published' ? end : before
    if (state === 'tooManyRejects') await this.#context.ledger.abandon(this.#bench)
    // A published commit is no end; the callers have handled it.
    return { state: state === 'published' ? 'done' : state, file: this.#file }
  }

  #report(phase: IndexingProgress['phase']): void {
    const { request, ledger } = this.#context
    request.onProgress?.({
      phase,
      readBytes: this.#readBytes,
      totalBytes: request.source.sizeBytes,
      sourceBytes: this.#position,
      ...ledger.tally(this.#bench),
      publishedDocCount: ledger.publishedDocCount,
    })
  }
}
