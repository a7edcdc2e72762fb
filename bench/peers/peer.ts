import type { JsonValue } from '../../src/engine/bytes/json.ts'

/*
 * Another program that answers the same questions about the same documents. Each has a file of its own
 * here; what they share stands in this one, and as JSON it is what their processes take and give.
 */

/** How often a question is asked, after warm-ups that are thrown away: the same of everybody. */
export interface Timing {
  /** None: the answers alone. */
  readonly runs: number
  readonly warmUps: number
  /** Of the warm-ups together, and of the runs: what is answered sooner is asked more often. */
  readonly leastMs: number
}

export const TIMING: Timing = { runs: 11, warmUps: 3, leastMs: 150 }
export const ANSWERS_ALONE: Timing = { runs: 0, warmUps: 0, leastMs: 0 }

export interface Peer {
  readonly name: string
  /** One line for who does not have it. */
  readonly howToGet: string
  /** What to know beside its figures: threads, what it is not asked, whose clock. */
  readonly manner: string
  /** The most documents that it is given; undefined: all there are. */
  readonly docsMax?: number
  /** Undefined where it is not installed. */
  find(): Promise<FoundPeer | undefined>
}

export interface FoundPeer {
  readonly version: string
  /** Documents of `set` into an empty folder. */
  index(set: PeerSet, folder: string): Promise<Indexing>
  /** Of what `index` left in the folder. Undefined in place of a question that it has no means for. */
  ask(set: PeerSet, folder: string, asking: Asking): Promise<(Asked | undefined)[]>
}

/** Documents as NDJSON in a file. */
export interface PeerSet {
  readonly indexId: 'mock-sales' | 'hdfs-logs'
  readonly file: string
  readonly docs: number
}

export interface Indexing {
  readonly docs: number
  /** From the first byte until every document is found, and until nothing is left to be merged. */
  readonly searchableMs: number
  readonly wholeMs: number
  /** Of all threads until the end; undefined where nobody tells. */
  readonly cpuMs: number | undefined
  readonly bytes: number
}

export interface Asking extends Timing {
  readonly questions: readonly PeerQuestion[]
}

/** A question that needs no dialect. */
export interface PeerQuestion {
  /** All of them match. */
  readonly clauses: readonly Clause[]
  /** Documents that are handed over, not only found. */
  readonly hits: number
  /** A date whose newest come first; any hits will do without it. */
  readonly newestBy: string | undefined
  /** As Elasticsearch writes them. */
  readonly aggs: JsonValue | undefined
}

export type Clause =
  /** Cut into words as the field is, several of them a phrase. */
  | { readonly kind: 'text'; readonly field: string; readonly text: string }
  /** Bounds are exclusive. */
  | {
      readonly kind: 'range'
      readonly field: string
      readonly above: number | undefined
      readonly below: number | undefined
    }

/** The same of everybody, or they were not asked the same. */
export interface Answer {
  readonly count: number
  /** How many documents were handed over. */
  readonly hits: number
  /** Dates of the hits, where the newest were asked for. */
  readonly newestMs: readonly number[]
  /** By path: `hours/1226275200000/by/INFO`. */
  readonly exact: Readonly<Record<string, number>>
  /** Percentiles, by path and percent. */
  readonly approximate: Readonly<Record<string, number>>
}

export interface Asked {
  readonly answer: Answer
  /** Of each run, by a clock inside the peer. */
  readonly timesMs: readonly number[]
}
