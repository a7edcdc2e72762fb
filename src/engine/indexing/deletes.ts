import { isQwError, messageOf } from '../errors.ts'
import { applyUntouched, finishTasks } from '../metastore/delete-task-changes.ts'
import { latestOpstamp, type MatchDocs, pendingTasks } from '../metastore/delete-task.ts'
import { type IndexFile, publishedSplits } from '../metastore/index-metadata.ts'
import type { SplitRecord } from '../metastore/split-record.ts'
import type { IndexingComponents } from './components.ts'
import { buildWithout, findOwed, type FoundDocs } from './erase-split.ts'
import { dropUpload, uploadSplit } from './split-upload.ts'

interface DeletesRequest {
  readonly indexId: string
  /** How queries are answered: this room knows none. */
  readonly matchDocs: MatchDocs
  /** No split is begun after this. */
  readonly deadlineMs?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: DeletesProgress) => void
}

export interface DeletesProgress {
  readonly doneSplitCount: number
  /** Splits that were behind when the run began. */
  readonly splitCount: number
  readonly erasedDocCount: number
}

export interface DeletesResult {
  /** Splits looked at. */
  readonly checkedSplitCount: number
  readonly rewrittenSplitCount: number
  readonly droppedSplitCount: number
  readonly erasedDocCount: number
  /** Splits that could not be searched or written anew: their tasks stay unfinished. */
  readonly failures: readonly { readonly splitId: string; readonly error: string }[]
  /** Whether the deadline or the signal left splits behind. */
  readonly incomplete: boolean
}

/** Splits without a match whose numbers are written together. */
const UNTOUCHED_BATCH = 100

/**
 * Carries out the erasures that were asked for: each split published before them is searched, and
 * written anew without what was found. Killed or overtaken, it leaves an orphan and the split as it
 * was; the next run goes on. Old objects go with the janitor, after the grace.
 *
 * Costs one conditional GET where nothing is asked for. Per split that is behind the reads of a search;
 * with a match also a GET and a PUT of the split and a PUT of the metastore.
 */
export async function runDeletes(
  components: IndexingComponents,
  request: DeletesRequest,
): Promise<DeletesResult> {
  const file = await components.metastore.load(request.indexId, request.signal)
  if (pendingTasks(file).length === 0) return new DeleteRun(components, request, []).result(false)
  const run = new DeleteRun(components, request, splitsBehind(file))
  const isDone = await run.perform()
  return run.result(!isDone)
}

function splitsBehind(file: IndexFile): SplitRecord[] {
  const opstamp = latestOpstamp(file)
  return publishedSplits(file).filter((split) => split.deleteOpstamp < opstamp)
}

class DeleteRun {
  readonly #components: IndexingComponents
  readonly #request: DeletesRequest
  /** Those behind at the beginning, then those that took their place. */
  #behind: readonly SplitRecord[]
  readonly #splitCount: number
  #untouched = new Map<string, number>()
  readonly #failures: { splitId: string; error: string }[] = []
  #checkedCount = 0
  #rewrittenCount = 0
  #droppedCount = 0
  #erasedDocCount = 0

  constructor(
    components: IndexingComponents,
    request: DeletesRequest,
    behind: readonly SplitRecord[],
  ) {
    this.#components = components
    this.#request = request
    this.#behind = behind
    this.#splitCount = behind.length
  }

  result(incomplete: boolean): DeletesResult {
    return {
      checkedSplitCount: this.#checkedCount,
      rewrittenSplitCount: this.#rewrittenCount,
      droppedSplitCount: this.#droppedCount,
      erasedDocCount: this.#erasedDocCount,
      failures: this.#failures,
      incomplete,
    }
  }

  /** False when it had to stop before all splits were looked at. */
  async perform(): Promise<boolean> {
    while (this.#behind.length > 0) {
      for (const split of this.#behind) {
        if (this.#mustStop()) {
          await this.#writeUntouched()
          return false
        }
        await this.#erase(split)
      }
      await this.#writeUntouched()
      this.#behind = await this.#leftBehind()
    }
    const { metastore, clock } = this.#components
    await metastore.update(this.#request.indexId, (file) => finishTasks(file, clock.nowMs()))
    return true
  }

  #mustStop(): boolean {
    const { deadlineMs, signal } = this.#request
    if (signal?.aborted === true) return true
    return deadlineMs !== undefined && this.#components.clock.nowMs() >= deadlineMs
  }

  /** Merges that were under way may have published splits that are behind too. */
  async #leftBehind(): Promise<SplitRecord[]> {
    const file = await this.#components.metastore.load(this.#request.indexId)
    const failed = new Set(this.#failures.map(({ splitId }) => splitId))
    return splitsBehind(file).filter(({ splitId }) => !failed.has(splitId))
  }

  async #erase(split: SplitRecord): Promise<void> {
    const { indexId, signal } = this.#request
    const file = await this.#components.metastore.load(indexId, signal)
    const current = file.splits.find(({ splitId }) => splitId === split.splitId)
    if (current?.state !== 'Published' || current.deleteOpstamp >= latestOpstamp(file)) return
    try {
      const { metadata, deleteTasks: tasks } = file
      const { matchDocs } = this.#request
      const found = await findOwed({ metadata, split: current, tasks, matchDocs, signal })
      this.#checkedCount++
      if (found.docs.length === 0) {
        this.#untouched.set(current.splitId, Math.max(...found.erasedDocCounts.keys()))
        if (this.#untouched.size >= UNTOUCHED_BATCH) await this.#writeUntouched()
      } else await this.#rewrite(file, current, found)
    } catch (error) {
      if (signal?.aborted === true) return
      // One that was merged away while it was read is looked for again under its new name.
      if (isQwError(error, 'notFound') && !(await this.#isPublished(split))) return
      this.#failures.push({ splitId: split.splitId, error: messageOf(error) })
    }
    this.#request.onProgress?.({
      doneSplitCount: this.#checkedCount + this.#failures.length,
      splitCount: Math.max(this.#splitCount, this.#checkedCount + this.#failures.length),
      erasedDocCount: this.#erasedDocCount,
    })
  }

  async #isPublished({ splitId }: SplitRecord): Promise<boolean> {
    const file = await this.#components.metastore.load(this.#request.indexId)
    return publishedSplits(file).some((split) => split.splitId === splitId)
  }

  async #rewrite(file: IndexFile, split: SplitRecord, found: FoundDocs): Promise<void> {
    const { metastore } = this.#components
    const { indexId, signal } = this.#request
    const { docs } = found
    const built = await buildWithout(metastore.store, file.metadata, split, { docs, signal })
    signal?.throwIfAborted()
    const origin = { ...split, replaced: [split] }
    const rewritten = built && (await uploadSplit(this.#components, file.metadata, built, origin))
    const outcome = await metastore.publish(indexId, {
      builtFor: file.metadata,
      splits: rewritten === undefined ? [] : [rewritten],
      replacedSplitIds: [split.splitId],
      erasedDocCounts: found.erasedDocCounts,
    })
    if (outcome.kind === 'lost') {
      if (rewritten !== undefined) await dropUpload(this.#components, indexId, rewritten.splitId)
      return
    }
    this.#erasedDocCount += found.docs.length
    if (rewritten === undefined) this.#droppedCount++
    else this.#rewrittenCount++
  }

  async #writeUntouched(): Promise<void> {
    const opstamps = this.#untouched
    this.#untouched = new Map()
    if (opstamps.size === 0) return
    const { metastore, clock } = this.#components
    await metastore.update(this.#request.indexId, (file) =>
      applyUntouched(file, opstamps, clock.nowMs()),
    )
  }
}
