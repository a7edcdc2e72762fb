import { stringifyExact, type JsonObject } from '../api/exact-json.ts'

/** How far back late documents are looked for: as long as a batch may take to arrive. */
const OVERLAP_NS = 10n * 60n * 1_000_000_000n
/** Documents remembered at most; a busier index is looked back into less far. */
const MAX_REMEMBERED = 5_000

/** A document with its time in nanoseconds. */
export interface TimedDoc {
  readonly timeNs: bigint
  readonly source: JsonObject
}

interface Seen {
  readonly timeNs: bigint
  readonly identity: string
}

/**
 * Which documents were shown already. They are known by time and content, not by address: a merge
 * moves a document into another split. Equal documents are counted.
 */
export class SeenDocs {
  #docs: readonly Seen[] = []
  #floorNs: bigint | undefined

  /** Earlier documents are not asked for again; undefined before the first document. */
  get floorNs(): bigint | undefined {
    return this.#floorNs
  }

  /**
   * The newest documents, oldest first, count as shown. Where there are others before them, the first
   * instant may be cut in two: what is asked for again begins with the next one.
   */
  begin(docs: readonly TimedDoc[], hasEarlier: boolean): void {
    const cut = hasEarlier ? docs[0]?.timeNs : undefined
    const whole = docs.filter(({ timeNs }) => timeNs !== cut)
    if (cut !== undefined) this.#floorNs = whole[0]?.timeNs
    this.update(whole.length > 0 ? whole : docs)
  }

  /** Takes everything that is there from `floorNs` on, oldest first; returns what was not shown yet. */
  update<T extends TimedDoc>(docs: readonly T[]): T[] {
    const counts = new Map<string, number>()
    for (const { identity } of this.#docs) counts.set(identity, (counts.get(identity) ?? 0) + 1)
    const fresh: T[] = []
    const seen = docs.map((doc) => {
      const identity = `${doc.timeNs} ${stringifyExact(doc.source)}`
      const left = counts.get(identity) ?? 0
      if (left > 0) counts.set(identity, left - 1)
      else fresh.push(doc)
      return { timeNs: doc.timeNs, identity }
    })
    this.#remember(seen)
    return fresh
  }

  /** The overlap, or the newest documents of it where there are too many. */
  #remember(docs: readonly Seen[]): void {
    const newest = docs.at(-1)?.timeNs
    if (newest === undefined) return
    const overlap = newest - OVERLAP_NS
    const floor = this.#floorNs === undefined || overlap > this.#floorNs ? overlap : this.#floorNs
    const inOverlap = docs.filter(({ timeNs }) => timeNs >= floor)
    // Documents of one instant stay together: what is asked for again begins at a time.
    const cut =
      inOverlap.length > MAX_REMEMBERED ? inOverlap.at(-MAX_REMEMBERED)?.timeNs : undefined
    const later = cut === undefined ? [] : inOverlap.filter(({ timeNs }) => timeNs > cut)
    this.#docs = later.length > 0 ? later : inOverlap
    // A time that documents have: the index cuts bounds to the precision of its times.
    this.#floorNs = later[0]?.timeNs ?? floor
  }
}
