import { QwError } from '../errors.ts'
import type { ByteRange, ObjectStore } from '../ports.ts'
import type { Column } from '../split/column.ts'
import type { Fieldnorms } from '../split/fieldnorms.ts'
import type { SplitField, SplitFooter } from '../split/footer.ts'
import { WHOLE_SPLIT_BYTES } from '../split/hot-cache.ts'
import { decodePostings, type Postings } from '../split/postings.ts'
import type { TermEntry } from '../split/term-dictionary.ts'
import type { SearchCaches } from './caches.ts'
import { listOf, type DocSet } from './doc-set.ts'
import type { HotSplits } from './hot-splits.ts'
import {
  columnNeeds,
  decodePart,
  fieldnormNeeds,
  needKey,
  positionNeeds,
  postingNeeds,
  termNeeds,
  type Need,
  type Part,
  type PartValues,
} from './needs.ts'
import { termPositions, type TermPositions } from './position-list.ts'
import type { RankedDocs } from './ranked-docs.ts'
import { readChunks, type Chunk } from './read-ranges.ts'
import { WorkBudget } from './work-budget.ts'

/** How bytes that are needed become requests. */
export interface ReadSizes {
  /** A split up to this size is read whole, in one request, instead of in four rounds of parts. */
  readonly wholeSplitBytes: number
  /** Read along with the footer: dictionaries, columns and fieldnorms stand before it, and what of them
   *  fits in here saves the round that would read them. Twice as much saved no round more in splits of
   *  20,000 to a million documents. */
  readonly tailBytes: number
  /** Ranges closer than this become one read: about what S3 delivers in the time of one round trip. */
  readonly gapBytes: number
}

export const READ_SIZES: ReadSizes = {
  wholeSplitBytes: WHOLE_SPLIT_BYTES,
  tailBytes: 128 * 1024,
  gapBytes: 128 * 1024,
}

interface SplitPlace {
  readonly key: string
  /** Its end is the size of the object. */
  readonly footer: ByteRange
}

export interface FetchContext {
  readonly store: ObjectStore
  readonly caches: SearchCaches
  /** Steps that a query may take in one split; SPLIT_WORK_LIMIT unless given. */
  readonly splitWorkLimit?: number | undefined
  /** READ_SIZES unless given. */
  readonly readSizes?: ReadSizes | undefined
  /** What is here of splits before they are opened. */
  readonly hot?: HotSplits | undefined
}

/** At most one read. Throws `corrupt`, `notFound` and what the store throws. */
export async function openSplit(
  { key, footer: range }: SplitPlace,
  context: FetchContext,
  signal: AbortSignal | undefined,
): Promise<FetchedSplit> {
  const { wholeSplitBytes, tailBytes } = context.readSizes ?? READ_SIZES
  const parts = new FetchedParts(key, context)
  if (range.end <= wholeSplitBytes) {
    const whole: Need<'whole'> = { part: 'whole', start: 0, end: range.end }
    await parts.fetch([whole], signal)
    parts.cutFrom({ start: 0, bytes: parts.get(whole) })
  }
  for (const chunk of context.hot?.get(key) ?? []) parts.cutFrom(chunk)
  const footer: Need<'footer'> = { part: 'footer', ...range }
  const tail = { start: Math.max(0, range.start - tailBytes), end: range.start }
  await parts.fetch([footer], signal, [tail])
  return new FetchedSplit(parts, parts.get(footer), new WorkBudget(context.splitWorkLimit))
}

/**
 * The parts of one split during one search: the only way to them. A part is known by its split and its
 * need; what this search or the process has already is not read.
 */
class FetchedParts {
  readonly #splitKey: string
  readonly #context: FetchContext
  /** Read, and perhaps more than was asked for; parts are cut out when they are first taken. */
  readonly #chunks: Chunk[] = []
  /** Held for this search, whatever the cache drops meanwhile. */
  readonly #held = new Map<string, PartValues[Part]>()

  constructor(splitKey: string, context: FetchContext) {
    this.#splitKey = splitKey
    this.#context = context
  }

  /** One round of reads; none when all is there. `along` is read if anything is. */
  async fetch(
    needs: readonly Need[],
    signal: AbortSignal | undefined,
    along: readonly ByteRange[] = [],
  ): Promise<void> {
    const missing = needs.filter((need) => !this.has(need))
    if (missing.length === 0) return
    const { store, caches, readSizes } = this.#context
    const { gapBytes } = readSizes ?? READ_SIZES
    const from = { store, flights: caches.reads, key: this.#splitKey, gapBytes }
    this.#chunks.push(...(await readChunks(from, [...missing, ...along], signal)))
  }

  cutFrom(chunk: Chunk): void {
    this.#chunks.push(chunk)
  }

  /** Throws `internal` for what was not fetched, and what decoding throws. */
  get<N extends Need>(need: N): PartValues[N['part']] {
    const key = needKey(need)
    let value = this.#held.get(key)
    if (value === undefined) {
      // Another search may have decoded it since this one began to read.
      value = this.#context.caches.parts.get(this.#cacheKey(key)) ?? this.#decode(need, key)
      this.#held.set(key, value)
    }
    return value as PartValues[N['part']] // the key names the part
  }

  #decode(need: Need, key: string): PartValues[Part] {
    const { value, memoryBytes } = decodePart(need, this.#bytesOf(need))
    this.#context.caches.parts.set(this.#cacheKey(key), value, memoryBytes)
    return value
  }

  has(need: Need): boolean {
    const key = needKey(need)
    if (this.#held.has(key)) return true
    const cached = this.#context.caches.parts.get(this.#cacheKey(key))
    if (cached !== undefined) this.#held.set(key, cached)
    return cached !== undefined || this.#chunkOf(need) !== undefined
  }

  #cacheKey(key: string): string {
    return `${this.#splitKey} ${key}`
  }

  #chunkOf({ start, end }: ByteRange): Chunk | undefined {
    return this.#chunks.find(
      (chunk) => chunk.start <= start && end <= chunk.start + chunk.bytes.length,
    )
  }

  #bytesOf(need: Need): Uint8Array {
    const chunk = this.#chunkOf(need)
    if (chunk === undefined) {
      throw new QwError('internal', `${needKey(need)} of a split was not fetched`)
    }
    return chunk.bytes.subarray(need.start - chunk.start, need.end - chunk.start)
  }
}

/** A split whose footer is there and whose other parts are fetched in rounds; all but `fetch` is without
 *  `await`, and throws `internal` for what was not fetched and `corrupt` for damaged bytes. */
export class FetchedSplit {
  readonly footer: SplitFooter
  readonly work: WorkBudget
  readonly #parts: FetchedParts
  /** Decoded once for all phrases of a query with the same word. */
  readonly #positions = new Map<number, TermPositions>()

  constructor(parts: FetchedParts, footer: SplitFooter, work: WorkBudget) {
    this.#parts = parts
    this.footer = footer
    this.work = work
  }

  get docCount(): number {
    return this.footer.docCount
  }

  /** One round of reads; none when all is there. */
  fetch(needs: readonly Need[], signal: AbortSignal | undefined): Promise<void> {
    return this.#parts.fetch(needs, signal)
  }

  /** Whether fetching it would read nothing. */
  has(need: Need): boolean {
    return this.#parts.has(need)
  }

  get<N extends Need>(need: N): PartValues[N['part']] {
    return this.#parts.get(need)
  }

  /** Undefined: the field has no such term here. */
  term(field: SplitField, term: Uint8Array): TermEntry | undefined {
    const [need] = termNeeds(field, term)
    return need && this.get(need).find(term)
  }

  column(field: SplitField): Column | undefined {
    const [need] = columnNeeds(field)
    return need && this.get(need)
  }

  columnsAt(path: string): Column[] {
    return this.footer.fieldsAt(path).flatMap((field) => this.column(field) ?? [])
  }

  fieldnorms(field: SplitField): Fieldnorms | undefined {
    const [need] = fieldnormNeeds(field)
    return need && this.get(need)
  }

  docs(field: SplitField, entry: TermEntry): DocSet {
    const [need] = postingNeeds(field, entry)
    return need
      ? this.get(need).docs(this.docCount)
      : listOf(decodePostings(undefined, entry, 'basic').docs)
  }

  /** Undefined: they are few, and a list. */
  rankedDocs(field: SplitField, entry: TermEntry): RankedDocs | undefined {
    const [need] = postingNeeds(field, entry)
    return need && this.get(need).ranked(this.docCount)
  }

  /** With frequencies where the field records them. */
  postings(field: SplitField, entry: TermEntry): Postings {
    const [need] = postingNeeds(field, entry)
    return need ? this.get(need).withFreqs() : decodePostings(undefined, entry, 'freq')
  }

  /** Where the term stands in each document of `postings`. */
  positions(field: SplitField, entry: TermEntry): TermPositions {
    const [need] = positionNeeds(field, entry)
    const known = need && this.#positions.get(need.start)
    if (known !== undefined) return known
    const { docs, freqs } = this.postings(field, entry)
    const each = freqs ?? new Uint32Array(docs.length).fill(1)
    if (need === undefined) return termPositions(undefined, entry, each)
    const positions = this.get(need).decoded(entry, each)
    this.#positions.set(need.start, positions)
    return positions
  }
}
