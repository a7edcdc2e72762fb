import { QwError } from '../errors.ts'
import type { ByteRange, ObjectStore } from '../ports.ts'
import type { RecordOption } from '../schema/field-spec.ts'
import { compareBytes } from '../bytes/byte-order.ts'
import type { Column } from '../split/column.ts'
import { decodeColumn } from '../split/column.ts'
import { decodeFieldnorms } from '../split/fieldnorms.ts'
import type { SplitField, SplitFooter } from '../split/footer.ts'
import { decodeFooter, fieldKey } from '../split/footer.ts'
import type { Positions, Postings } from '../split/postings.ts'
import { decodePositions, decodePostings } from '../split/postings.ts'
import type { TermEntry } from '../split/term-dictionary.ts'
import { findTerms, locateTerm } from '../split/term-dictionary.ts'
import type { Fieldnorms, SearchCaches } from './caches.ts'
import type { Chunk } from './read-ranges.ts'
import { readChunks } from './read-ranges.ts'
import { WorkBudget } from './work-budget.ts'

/** A split up to this size is read whole, in one request, instead of in four rounds of parts. */
export const WHOLE_SPLIT_BYTES = 512 * 1024

/** Read along with the footer: dictionaries, columns and fieldnorms stand before it, and what of them
 *  fits in here saves the round that would read them. */
const OPEN_TAIL_BYTES = 256 * 1024

/** Memory of a decoded footer, roughly, per byte of it. */
const FOOTER_EXPANSION = 4
/** Memory of a cached dictionary entry, roughly. */
const ENTRY_BYTES = 256

export interface SplitPlace {
  readonly key: string
  /** Its end is the size of the object. */
  readonly footer: ByteRange
}

export interface ReaderContext {
  readonly store: ObjectStore
  readonly caches: SearchCaches
  /** Steps that a query may take in one split; SPLIT_WORK_LIMIT unless given. */
  readonly splitWorkLimit?: number | undefined
}

/**
 * One split during one search. Clauses and collectors first say what they will need (`want…`), then
 * `fetch` reads all of it in one round, then they take it; what the process has cached is not read.
 */
export class SplitReader {
  readonly footer: SplitFooter
  readonly work: WorkBudget
  readonly #place: SplitPlace
  readonly #context: ReaderContext
  readonly #wanted: ByteRange[] = []
  readonly #chunks: Chunk[] = []
  /** Held for this search, whatever the caches drop meanwhile. */
  readonly #blocks = new Map<number, Uint8Array>()
  readonly #columns = new Map<string, Column>()
  readonly #fieldnorms = new Map<string, Fieldnorms>()
  readonly #entries = new Map<string, TermEntry | null>()
  /** Terms still to be looked up, by the start of the block that may hold them: a block is unpacked and
   *  walked once for all of them. */
  readonly #wantedTerms = new Map<number, Uint8Array[]>()
  readonly #postings = new Map<string, Postings>()
  /** By where they stand in the file. */
  readonly #positions = new Map<number, Positions>()

  private constructor(place: SplitPlace, context: ReaderContext, opened: Opened) {
    this.#place = place
    this.#context = context
    this.footer = opened.footer
    this.work = new WorkBudget(context.splitWorkLimit)
    if (opened.chunk !== undefined) this.#chunks.push(opened.chunk)
  }

  /** At most one read. Throws `corrupt`, `notFound` and what the store throws. */
  static async open(
    place: SplitPlace,
    context: ReaderContext,
    signal: AbortSignal | undefined,
  ): Promise<SplitReader> {
    const { key, footer: range } = place
    const { caches, store } = context
    const isSmall = range.end <= WHOLE_SPLIT_BYTES
    const cached = caches.footers.get(key)
    const whole = isSmall ? caches.blocks.get(key) : undefined
    if (cached !== undefined && (whole !== undefined || !isSmall)) {
      const chunk = whole === undefined ? undefined : { start: 0, bytes: whole }
      return new SplitReader(place, context, { footer: cached, chunk })
    }
    const start = isSmall ? 0 : Math.max(0, range.start - OPEN_TAIL_BYTES)
    const bytes = await store.read(key, { start, end: range.end }, signal)
    const footer = decodeFooter(bytes.subarray(range.start - start))
    caches.footers.set(key, footer, (range.end - range.start) * FOOTER_EXPANSION)
    if (isSmall) caches.blocks.set(key, bytes, bytes.length)
    return new SplitReader(place, context, { footer, chunk: { start, bytes } })
  }

  get docCount(): number {
    return this.footer.docCount
  }

  field(path: string, type: string): SplitField | undefined {
    return this.footer.fields.get(`${path}\0${type}`)
  }

  want(range: ByteRange): void {
    if (range.end <= range.start || this.#blocks.has(range.start)) return
    const cached = this.#context.caches.blocks.get(this.#blockKey(range))
    if (cached !== undefined) this.#blocks.set(range.start, cached)
    else if (!this.#covers(range)) this.#wanted.push(range)
  }

  wantColumn(field: SplitField): void {
    const key = fieldKey(field)
    if (field.column === undefined || this.#columns.has(key)) return
    const cached = this.#context.caches.columns.get(this.#place.key + key)
    if (cached !== undefined) this.#columns.set(key, cached)
    else if (!this.#covers(field.column)) this.#wanted.push(field.column)
  }

  wantFieldnorms(field: SplitField): void {
    const key = fieldKey(field)
    if (field.fieldnorms === undefined || this.#fieldnorms.has(key)) return
    const cached = this.#context.caches.fieldnorms.get(this.#place.key + key)
    if (cached !== undefined) this.#fieldnorms.set(key, cached)
    else if (!this.#covers(field.fieldnorms)) this.#wanted.push(field.fieldnorms)
  }

  /** Wants the dictionary block of a term, unless its entry is known already. */
  wantTerm(field: SplitField, term: Uint8Array): void {
    if (field.terms === undefined) return
    const key = this.#entryKey(field, term)
    const cached = this.#context.caches.entries.get(key)
    if (cached !== undefined) {
      this.#entries.set(key, cached)
      return
    }
    const block = locateTerm(field.terms, term)
    if (block === undefined) return
    this.want(block)
    const wanted = this.#wantedTerms.get(block.start)
    if (wanted === undefined) this.#wantedTerms.set(block.start, [term])
    else wanted.push(term)
  }

  /** `record` as in `postings`. */
  wantPostings({ postings }: TermEntry, record: RecordOption): void {
    if (postings.kind !== 'range') return
    const key = this.#postingsKey(postings, record)
    const cached = this.#context.caches.postings.get(key)
    if (cached === undefined) this.want(postings)
    else this.#postings.set(key, cached)
  }

  wantPositions(entry: TermEntry): void {
    if (entry.positions?.kind === 'range') this.want(entry.positions)
  }

  /** One round: reads everything wanted since the last one. */
  async fetch(signal: AbortSignal | undefined): Promise<void> {
    if (this.#wanted.length === 0) return
    const ranges = this.#wanted.splice(0)
    const chunks = await readChunks(this.#context.store, this.#place.key, ranges, signal)
    this.#chunks.push(...chunks)
  }

  /** Exactly this range, wanted and fetched before; the block cache keeps it. */
  bytes(range: ByteRange): Uint8Array {
    const held = this.#blocks.get(range.start)
    if (held !== undefined && held.length === range.end - range.start) return held
    // A copy, so that a small block does not keep a large read alive.
    const bytes = this.#fromChunks(range).slice()
    this.#blocks.set(range.start, bytes)
    this.#context.caches.blocks.set(this.#blockKey(range), bytes, bytes.length)
    return bytes
  }

  column(field: SplitField): Column | undefined {
    const key = fieldKey(field)
    if (field.column === undefined) return undefined
    let column = this.#columns.get(key)
    if (column === undefined) {
      column = decodeColumn(this.#fromChunks(field.column), field.column)
      this.#columns.set(key, column)
      this.#context.caches.columns.set(this.#place.key + key, column, columnBytes(column))
    }
    return column
  }

  fieldnorms(field: SplitField): Fieldnorms | undefined {
    const key = fieldKey(field)
    if (field.fieldnorms === undefined) return undefined
    let norms = this.#fieldnorms.get(key)
    if (norms === undefined) {
      norms = decodeFieldnorms(this.#fromChunks(field.fieldnorms), this.docCount)
      this.#fieldnorms.set(key, norms)
      this.#context.caches.fieldnorms.set(this.#place.key + key, norms, norms.byteLength)
    }
    return norms
  }

  term(field: SplitField, term: Uint8Array): TermEntry | undefined {
    if (field.terms === undefined) return undefined
    const key = this.#entryKey(field, term)
    if (!this.#entries.has(key)) {
      const block = locateTerm(field.terms, term)
      if (block === undefined) this.#keepEntry(key, null)
      else this.#lookUp(field, block, term)
    }
    return this.#entries.get(key) ?? undefined
  }

  /** Finds `term` and all wanted terms of the same block. */
  #lookUp(field: SplitField, block: ByteRange, term: Uint8Array): void {
    const terms = [term, ...(this.#wantedTerms.get(block.start) ?? [])].sort(compareBytes)
    this.#wantedTerms.delete(block.start)
    const entries = findTerms(this.bytes(block), terms)
    terms.forEach((found, i) => this.#keepEntry(this.#entryKey(field, found), entries[i] ?? null))
  }

  #keepEntry(key: string, entry: TermEntry | null): void {
    this.#entries.set(key, entry)
    this.#context.caches.entries.set(key, entry, ENTRY_BYTES + key.length * 2)
  }

  /** `record`: 'basic' for documents alone. */
  postings(entry: TermEntry, record: RecordOption): Postings {
    const { postings: place } = entry
    if (place.kind !== 'range') return decodePostings(undefined, entry, record)
    const key = this.#postingsKey(place, record)
    let postings = this.#postings.get(key)
    if (postings === undefined) {
      postings = decodePostings(this.bytes(place), entry, record)
      this.#postings.set(key, postings)
      const size = postings.docs.byteLength + (postings.freqs?.byteLength ?? 0)
      this.#context.caches.postings.set(key, postings, size)
    }
    return postings
  }

  /** Where the term stands in each document of `postings(entry, 'freq')`. */
  positions(entry: TermEntry): Positions {
    const place = entry.positions
    const bytes = place?.kind === 'range' ? this.bytes(place) : undefined
    const known = place?.kind === 'range' ? this.#positions.get(place.start) : undefined
    if (known !== undefined) return known
    const { docs, freqs } = this.postings(entry, 'freq')
    const decoded = decodePositions(bytes, entry, freqs ?? new Uint32Array(docs.length).fill(1))
    if (place?.kind === 'range') this.#positions.set(place.start, decoded)
    return decoded
  }

  #postingsKey(range: ByteRange, record: RecordOption): string {
    return `${this.#place.key}\0${range.start}\0${record === 'basic' ? 'docs' : 'freqs'}`
  }

  #blockKey(range: ByteRange): string {
    return `${this.#place.key}\0${range.start}`
  }

  #entryKey(field: SplitField, term: Uint8Array): string {
    return `${this.#place.key}\0${fieldKey(field)}\0${Buffer.from(term).toString('latin1')}`
  }

  #covers(range: ByteRange): boolean {
    return this.#chunks.some((chunk) => holds(chunk, range))
  }

  #fromChunks(range: ByteRange): Uint8Array {
    const chunk = this.#chunks.find((candidate) => holds(candidate, range))
    if (chunk === undefined) {
      throw new QwError('internal', `bytes ${range.start}..${range.end} were not planned`)
    }
    return chunk.bytes.subarray(range.start - chunk.start, range.end - chunk.start)
  }
}

interface Opened {
  readonly footer: SplitFooter
  /** What was read, or is cached, besides the footer. */
  readonly chunk: Chunk | undefined
}

function holds(chunk: Chunk, range: ByteRange): boolean {
  return chunk.start <= range.start && range.end <= chunk.start + chunk.bytes.length
}

function columnBytes(column: Column): number {
  const bounds = column.blockMins.byteLength + column.blockMaxs.byteLength
  const values = column.values.byteLength + (column.starts?.byteLength ?? 0) + bounds
  if (column.kind === 'int') return values + (column.wide?.byteLength ?? 0)
  return column.kind === 'ordinal' ? values + column.dictionary.termCount * 32 : values
}
