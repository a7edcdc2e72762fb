import { messageOf } from '../engine/errors.ts'
import type { IndexingComponents } from '../engine/indexing/components.ts'
import { runDeletes, type DeletesResult } from '../engine/indexing/deletes.ts'
import { LIST_EVERY_MS, runJanitor } from '../engine/indexing/janitor.ts'
import { runMerges } from '../engine/indexing/merge.ts'
import { docMatcher } from '../engine/search/match-docs.ts'
import type { InvocationLog } from '../functions/invocation-log.ts'
import { giveBackMemory } from './give-back.ts'

const CLEAN_UP_INTERVAL_MS = 30 * 60_000
/** Splits merged at once, which take up to three times as much memory: the share of merges in a server of
 *  1 GB (docs/decisions/0044). What it leaves apart `qw-lambda merge` puts together. */
const MERGE_BYTES = 80 << 20

/**
 * Erasures, merges and clean-up of indexes that get their documents by HTTP: every commit is a split, and nobody
 * else would put them together. One index at a time, in the background; what fails is logged, since
 * the documents are published.
 */
export class Upkeep {
  readonly #indexing: IndexingComponents
  readonly #log: InvocationLog
  readonly #stop = new AbortController()
  /** Asked for and not begun. */
  readonly #due = new Set<string>()
  readonly #cleanedAtMs = new Map<string, number>()
  #running: Promise<void> = Promise.resolve()

  constructor(indexing: IndexingComponents, log: InvocationLog) {
    this.#indexing = indexing
    this.#log = log
  }

  /** Asking again before it has begun changes nothing. */
  ask(indexId: string): void {
    if (this.#due.has(indexId) || this.#stop.signal.aborted) return
    this.#due.add(indexId)
    this.#running = this.#running.then(() => this.#perform(indexId))
  }

  /** Carries out the erasures that were asked for, after what is under way. */
  async erase(indexId: string): Promise<DeletesResult> {
    const erased = this.#running.then(() => this.#erase(indexId))
    this.#running = erased.then(
      () => undefined,
      () => undefined,
    )
    return await erased
  }

  async #erase(indexId: string): Promise<DeletesResult> {
    const { signal } = this.#stop
    const matchDocs = docMatcher(this.#indexing.metastore.store)
    const erased = await runDeletes(this.#indexing, { indexId, matchDocs, signal })
    if (erased.checkedSplitCount > 0) {
      this.#log({ event: 'erased', indexId, ...erased })
      giveBackMemory()
    }
    return erased
  }

  /** Waits for what is asked for. */
  async settled(): Promise<void> {
    await this.#running
  }

  /** Breaks off a merge in progress; the next one does it again. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async #perform(indexId: string): Promise<void> {
    this.#due.delete(indexId)
    const { signal } = this.#stop
    const nowMs = this.#indexing.clock.nowMs()
    try {
      if (signal.aborted) return
      await this.#erase(indexId)
      const merged = await runMerges(this.#indexing, {
        indexId,
        maxMergeBytes: MERGE_BYTES,
        signal,
      })
      if (merged.mergeCount > 0) {
        this.#log({ event: 'merged', indexId, ...merged })
        giveBackMemory()
      }
      if (nowMs < (this.#cleanedAtMs.get(indexId) ?? -Infinity) + CLEAN_UP_INTERVAL_MS) return
      this.#cleanedAtMs.set(indexId, nowMs)
      await runJanitor(this.#indexing, { indexId, listEveryMs: LIST_EVERY_MS, signal })
    } catch (error) {
      if (signal.aborted) return
      this.#log({ event: 'maintenance-failed', indexId, error: messageOf(error) })
    }
  }
}
