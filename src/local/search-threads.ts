import { availableParallelism } from 'node:os'
import type { ApiSettings } from '../api/services.ts'
import { CallGate } from '../engine/search/call-gate.ts'
import type { HandedRequest, HandedResponse } from './handed-request.ts'
import { SearchCrew } from './search-crew.ts'
import { type StackPlace, StackThread } from './stack-thread.ts'
import type { StackWork } from './stack-work.ts'

/** More threads than this would hold more caches than they are worth. */
const MAX_THREADS = 4

/** Requests in each thread at once, others wait: it computes one after the other anyway, and each holds
 *  what it has read until its end. */
const REQUESTS_PER_THREAD = 8

type SearchThread = Pick<StackThread, 'start' | 'callCount' | 'close'> & {
  readonly work: Pick<StackWork, 'answer'>
}

/**
 * Threads that answer searches, one for each core. Requests are handed over whole: no search stands in
 * the way of another connection, and what is heavy besides scanning (merging, writing JSON) goes along.
 * A search remembers nothing, so any thread answers any page of it. A large one is shared with threads
 * that have nothing to do.
 */
export class SearchThreads {
  readonly #threads: readonly SearchThread[]
  readonly #gate: CallGate

  /** There must be at least one. */
  constructor(threads: readonly SearchThread[]) {
    this.#threads = threads
    this.#gate = new CallGate(threads.length * REQUESTS_PER_THREAD)
  }

  /** Undefined where threads cannot be started. */
  static open(place: StackPlace, api: ApiSettings): SearchThreads | undefined {
    const count = Math.min(MAX_THREADS, availableParallelism())
    const crew = new SearchCrew(count)
    const settings = { ...place, api, cacheShare: 1 / count, niceness: 1 }
    const threads = Array.from({ length: count }, (_, index) =>
      StackThread.open({ ...settings, crew: crew.placeOf(index) }, (worker) =>
        crew.started(index, worker),
      ),
    ).filter((thread) => thread !== undefined)
    return threads.length === 0 ? undefined : new SearchThreads(threads)
  }

  /** Each takes some of the time in which this thread could answer: not in the middle of requests. */
  start(): void {
    for (const thread of this.#threads) thread.start()
  }

  /** By the thread that has the fewest requests. */
  async answer(request: HandedRequest, signal: AbortSignal): Promise<HandedResponse> {
    return await this.#gate.run(() => this.#idlest().work.answer(request, { signal }), signal)
  }

  #idlest(): SearchThread {
    let [chosen] = this.#threads
    for (const thread of this.#threads) {
      if (chosen === undefined || thread.callCount < chosen.callCount) chosen = thread
    }
    if (chosen === undefined) throw new Error('opened with threads')
    return chosen
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()))
  }
}
