import { createHash } from 'node:crypto'
import { stringifyJson } from '../../engine/bytes/json.ts'
import type { ElasticHit } from './elastic-request.ts'

/** How far back late documents are looked for: as long as a batch may take to arrive. */
export const OVERLAP_NS = 10n * 60n * 1_000_000_000n
/** Documents remembered at most; a busier index is looked back into less far. */
export const MAX_REMEMBERED = 5_000

interface Seen {
  readonly timeNs: bigint
  readonly digest: string
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
  begin(hits: readonly ElasticHit[], hasEarlier: boolean): void {
    const [first] = hits
    const cut = hasEarlier && first !== undefined ? timeOf(first) : undefined
    const whole = hits.filter((hit) => timeOf(hit) !== cut)
    const [second] = whole
    if (cut !== undefined && second !== undefined) this.#floorNs = timeOf(second)
    this.update(second === undefined ? hits : whole)
  }

  /** Takes everything that is there from `floorNs` on, oldest first; returns what was not shown yet. */
  update(hits: readonly ElasticHit[]): ElasticHit[] {
    const counts = new Map<string, number>()
    for (const { digest } of this.#docs) counts.set(digest, (counts.get(digest) ?? 0) + 1)
    const fresh: ElasticHit[] = []
    const docs: Seen[] = []
    for (const hit of hits) {
      const seen = seenOf(hit)
      docs.push(seen)
      const left = counts.get(seen.digest) ?? 0
      if (left > 0) counts.set(seen.digest, left - 1)
      else fresh.push(hit)
    }
    this.#remember(docs)
    return fresh
  }

  /** The overlap, or the newest documents of it where there are too many. */
  #remember(docs: readonly Seen[]): void {
    const newest = docs.at(-1)?.timeNs
    if (newest === undefined) return
    const overlap = newest - OVERLAP_NS
    const floor = this.#floorNs === undefined || overlap > this.#floorNs ? overlap : this.#floorNs
    const inOverlap = docs.filter((doc) => doc.timeNs >= floor)
    // Documents of one instant stay together: what is asked for again begins at a time.
    const cut =
      inOverlap.length > MAX_REMEMBERED ? inOverlap.at(-MAX_REMEMBERED)?.timeNs : undefined
    const later = cut === undefined ? [] : inOverlap.filter((doc) => doc.timeNs > cut)
    this.#docs = later.length > 0 ? later : inOverlap
    // A time that documents have: the index cuts bounds to the precision of its times.
    this.#floorNs = later[0]?.timeNs ?? floor
  }
}

function seenOf(hit: ElasticHit): Seen {
  const timeNs = timeOf(hit)
  const digest = createHash('sha1').update(stringifyJson(hit.source)).digest('base64')
  return { timeNs, digest: `${timeNs} ${digest}` }
}

/** The first sort value is the time in nanoseconds. */
function timeOf({ sort: [first] }: ElasticHit): bigint {
  return typeof first === 'bigint' ? first : BigInt(Math.trunc(Number(first ?? 0)))
}
