import { SeenDocs, type TimedDoc } from './seen-docs.ts'

/** A document as the tail shows it. */
export interface TailRow extends TimedDoc {
  /** Counts up: no two rows of a tail have the same. */
  readonly id: number
}

/** One page of what matches and has a time, with what the next page starts after. */
export interface TailPage<C> {
  readonly docs: readonly TimedDoc[]
  readonly next: C
  /** Whether there may be documents after the last one. */
  readonly isFull: boolean
}

/** How the tail asks; what it is told has to be of one moment per page. */
export interface TailSource<C> {
  /** Changes whenever documents were published, and costs no search. */
  readonly state: (signal: AbortSignal) => Promise<string>
  /** The newest documents, oldest first. */
  readonly newest: (signal: AbortSignal) => Promise<TailPage<C>>
  /** From a time on, oldest first. */
  readonly since: (
    ns: bigint | undefined,
    after: C | undefined,
    signal: AbortSignal,
  ) => Promise<TailPage<C>>
}

/** Of the newest documents so many are shown at the beginning. */
const FIRST_SHOWN = 100

/**
 * The newest documents and then those that come, each once, whatever is merged meanwhile. One that
 * comes so late that it is older than what is remembered (`SeenDocs`) is not shown.
 */
export class Tail<C> {
  readonly #source: TailSource<C>
  #seen = new SeenDocs()
  #state: string | undefined
  #lastId = 0

  constructor(source: TailSource<C>) {
    this.#source = source
  }

  /** Documents that were not shown yet; none where nothing was published. A call that fails can be
   *  repeated: nothing counts as shown before it is returned. */
  async poll(signal: AbortSignal): Promise<TailRow[]> {
    const state = await this.#source.state(signal)
    if (state === this.#state) return []
    const rows = this.#state === undefined ? await this.#first(signal) : await this.#later(signal)
    // The state of before the search: what was published meanwhile is looked for the next time.
    this.#state = state
    return rows
  }

  async #first(signal: AbortSignal): Promise<TailRow[]> {
    const { docs, isFull } = await this.#source.newest(signal)
    this.#seen.begin(docs, isFull)
    return this.#rows(docs.slice(-FIRST_SHOWN))
  }

  async #later(signal: AbortSignal): Promise<TailRow[]> {
    const all: TimedDoc[] = []
    let after: C | undefined
    for (;;) {
      const page = await this.#source.since(this.#seen.floorNs, after, signal)
      all.push(...page.docs)
      if (!page.isFull) break
      after = page.next
    }
    return this.#rows(this.#seen.update(all))
  }

  #rows(docs: readonly TimedDoc[]): TailRow[] {
    return docs.map(({ timeNs, source }) => ({ id: ++this.#lastId, timeNs, source }))
  }
}
