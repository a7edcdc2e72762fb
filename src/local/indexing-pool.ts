import type { IndexingResult } from '../engine/indexing/indexing-result.ts'
import { type StackPlace, StackThread } from './stack-thread.ts'
import type { IndexFileHooks, IndexFileJob } from './stack-work.ts'

/**
 * Threads that index files side by side. Every file is a source of its own and every commit a
 * conditional write, so that they need to know nothing of each other.
 */
export class IndexingPool {
  readonly #place: StackPlace
  readonly #threads: StackThread[]

  private constructor(place: StackPlace, first: StackThread) {
    this.#place = place
    this.#threads = [first]
  }

  /** Undefined where threads cannot be started. */
  static open(place: StackPlace): IndexingPool | undefined {
    const first = StackThread.open(place)
    return first && new IndexingPool(place, first)
  }

  /** Rejects with the QwError that indexing threw. Starts a thread when none is idle. */
  async index(job: IndexFileJob, hooks: IndexFileHooks): Promise<IndexingResult> {
    const thread =
      this.#threads.find(({ callCount }) => callCount === 0) ?? StackThread.open(this.#place)
    if (thread === undefined) throw new Error('threads could be started before')
    if (!this.#threads.includes(thread)) this.#threads.push(thread)
    return await thread.work.indexFile(job, hooks)
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()))
  }
}
