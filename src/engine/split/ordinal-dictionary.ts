// Indexed reads of arrays are cast: loop bounds keep them inside.
import { compareBytes, sharedPrefix } from '../bytes/byte-order.ts'
import { ByteReader, ByteWriter } from '../bytes/cursor.ts'
import { openBlock, type SealOptions } from '../bytes/sealed-block.ts'
import type { SealingQueue } from '../bytes/sealing-queue.ts'
import { QwError } from '../errors.ts'

/*
 * Distinct byte strings in ascending order, addressed by number:
 *
 *   termCount varint
 *   blocks      of BLOCK_TERMS strings, each a size varint and a sealed block of
 *               shared varint, suffix (size varint, bytes) per string
 *
 * Blocks are opened when a string of theirs is asked for: the ten terms of a reply do not unpack
 * a million others.
 */
const BLOCK_TERMS = 1024
const SEAL: SealOptions = { level: 6, worthwhileShare: 0.9 }
const decoder = new TextDecoder()

export interface OrdinalDictionary {
  readonly termCount: number
  term(ordinal: number): Uint8Array
  text(ordinal: number): string
  /** All in order. Keeps no block that it opens: an array per string is ten times what a string takes. */
  eachTerm(take: (term: Uint8Array, ordinal: number) => void): void
  /** The place of `term`, or where it would stand (the number of smaller terms). */
  find(term: Uint8Array): { readonly ordinal: number; readonly found: boolean }
}

/** `termAt(i)` is the string of ordinal i; a view is enough. */
export async function encodeOrdinalDictionary(
  termCount: number,
  termAt: (ordinal: number) => Uint8Array,
  queue: SealingQueue,
): Promise<Uint8Array> {
  const sealed: Promise<Uint8Array>[] = []
  for (let start = 0; start < termCount; start += BLOCK_TERMS) {
    const block = new ByteWriter()
    let previous = new Uint8Array(0)
    for (let ordinal = start; ordinal < Math.min(start + BLOCK_TERMS, termCount); ordinal++) {
      const term = termAt(ordinal)
      const shared = sharedPrefix(previous, term)
      block.varint(shared)
      block.sized(term.subarray(shared))
      previous = term.slice()
    }
    sealed.push(queue.seal(block.copy(), SEAL))
  }
  const out = new ByteWriter()
  out.varint(termCount)
  for (const block of await Promise.all(sealed)) out.sized(block)
  return out.copy()
}

export function decodeOrdinalDictionary(reader: ByteReader): OrdinalDictionary {
  const termCount = reader.varint()
  const blocks: Uint8Array[] = []
  for (let start = 0; start < termCount; start += BLOCK_TERMS) blocks.push(reader.sized())
  return new LazyDictionary(termCount, blocks)
}

class LazyDictionary implements OrdinalDictionary {
  readonly termCount: number
  readonly #sealed: readonly Uint8Array[]
  readonly #opened: (readonly Uint8Array[] | undefined)[] = []

  constructor(termCount: number, sealed: readonly Uint8Array[]) {
    this.termCount = termCount
    this.#sealed = sealed
  }

  term(ordinal: number): Uint8Array {
    const term = this.#block(Math.floor(ordinal / BLOCK_TERMS))[ordinal % BLOCK_TERMS]
    if (term === undefined) {
      throw new QwError('internal', `ordinal ${ordinal} of a dictionary of ${this.termCount}`)
    }
    return term
  }

  eachTerm(take: (term: Uint8Array, ordinal: number) => void): void {
    let ordinal = 0
    for (let index = 0; index < this.#sealed.length; index++) {
      for (const term of this.#opened[index] ?? this.#open(index)) take(term, ordinal++)
    }
  }

  text(ordinal: number): string {
    return decoder.decode(this.term(ordinal))
  }

  find(term: Uint8Array): { readonly ordinal: number; readonly found: boolean } {
    let low = 0
    let high = this.termCount
    while (low < high) {
      const middle = this.#probe(low, high)
      const order = compareBytes(this.term(middle), term)
      if (order === 0) return { ordinal: middle, found: true }
      if (order < 0) low = middle + 1
      else high = middle
    }
    return { ordinal: low, found: false }
  }

  /** Block starts as long as several blocks are in question, so that few are opened. */
  #probe(low: number, high: number): number {
    const middle = (low + high) >>> 1
    const blockStart = middle - (middle % BLOCK_TERMS)
    return blockStart > low ? blockStart : middle
  }

  #block(index: number): readonly Uint8Array[] {
    return (this.#opened[index] ??= this.#open(index))
  }

  #open(index: number): readonly Uint8Array[] {
    const sealed = this.#sealed[index]
    if (sealed === undefined) throw new QwError('internal', `dictionary block ${index} asked for`)
    return openTerms(sealed, Math.min(BLOCK_TERMS, this.termCount - index * BLOCK_TERMS))
  }
}

function openTerms(sealed: Uint8Array, count: number): Uint8Array[] {
  const what = 'column dictionary block'
  const reader = new ByteReader(openBlock(sealed, what), what)
  const terms: Uint8Array[] = []
  let previous = new Uint8Array(0)
  for (let i = 0; i < count; i++) {
    const shared = reader.varint()
    const suffix = reader.sized()
    if (shared > previous.length) throw reader.invalid('prefix longer than the term before')
    const term = new Uint8Array(shared + suffix.length)
    term.set(previous.subarray(0, shared))
    term.set(suffix, shared)
    terms.push(term)
    previous = term
  }
  return terms
}
