// Indexed reads of arrays are cast: loop bounds keep them inside.
import { deflateRawSync } from 'node:zlib'
import { bitWidth } from '../bytes/bit-packing.ts'
import { ByteStrings } from '../bytes/byte-strings.ts'
import type { ByteReader, ByteWriter } from '../bytes/cursor.ts'
import { GrowableUint32 } from '../bytes/growable.ts'
import { decodeSequence, encodeSequence } from '../bytes/int-sequence.ts'
import { runningSums, type DecodedTexts, type TextSlices } from './text-slices.ts'

/*
 * Texts as words with one space between each two:
 *
 *   sequence of words per text (spaces + 1)
 *   word count varint, words ascending: size varint, bytes
 *   sequence of word numbers
 */
const SPACE = 0x20
/** How much of the texts is deflated to see what plain would cost. */
const SAMPLE_BYTES = 16 * 1024
/** Words deflate to about this share in a sorted list. */
const WORD_LIST_SHARE = 0.6

/** False, and nothing written, when words repeat too little to beat deflate. */
export function encodeWords(texts: TextSlices, out: ByteWriter): boolean {
  const { starts, ends, source } = texts
  const words = new WordNumbers(source)
  const counts = new Uint32Array(starts.length)
  const numbers = new GrowableUint32()
  for (let i = 0; i < starts.length; i++) {
    const end = ends[i] as number
    let count = 0
    let at = (starts[i] as number) - 1
    do {
      numbers.push(words.numberAt(at + 1, end))
      count++
      at = words.wordEnd
    } while (at < end)
    counts[i] = count
  }
  const bits = numbers.length * bitWidth(Math.max(0, words.count - 1))
  if (bits / 8 + words.sizeBytes * WORD_LIST_SHARE > deflatedEstimate(texts)) return false
  const { order, rankOf } = words.sorted()
  encodeSequence(counts, counts.length, out)
  out.varint(order.length)
  for (const word of order) out.sized(words.at(word))
  const ranks = numbers.view()
  for (let i = 0; i < ranks.length; i++) ranks[i] = rankOf[ranks[i] as number] as number
  encodeSequence(ranks, ranks.length, out)
  return true
}

function deflatedEstimate({ source, starts, ends }: TextSlices): number {
  let totalBytes = 0
  for (let i = 0; i < starts.length; i++) totalBytes += (ends[i] as number) - (starts[i] as number)
  const sample = new Uint8Array(Math.min(totalBytes, SAMPLE_BYTES))
  let filled = 0
  for (let i = 0; i < starts.length && filled < sample.length; i++) {
    const start = starts[i] as number
    const size = Math.min((ends[i] as number) - start, sample.length - filled)
    sample.set(source.subarray(start, start + size), filled)
    filled += size
  }
  if (sample.length === 0) return 0
  return (deflateRawSync(sample, { level: 1 }).length * totalBytes) / sample.length
}

/** Distinct byte strings of a source, numbered as they come, in an open-addressing table: a Map
 *  would need a string per word. */
class WordNumbers {
  readonly #source: Uint8Array
  readonly #words = new ByteStrings()
  readonly #starts = new GrowableUint32()
  readonly #ends = new GrowableUint32()
  readonly #hashes = new GrowableUint32()
  /** Number + 1 of the word, 0 when free. */
  #table = new Uint32Array(4096)
  /** Where the word of the last `numberAt` ends. */
  wordEnd = 0

  constructor(source: Uint8Array) {
    this.#source = source
  }

  get count(): number {
    return this.#starts.length
  }

  get sizeBytes(): number {
    return this.#words.sizeBytes
  }

  /** The number of the word that starts there and goes on to a space or `limit`. */
  numberAt(start: number, limit: number): number {
    const source = this.#source
    let hash = 0
    let end = start
    for (; end < limit; end++) {
      const byte = source[end] as number
      if (byte === SPACE) break
      hash = Math.imul(hash ^ byte, 0x01000193)
    }
    this.wordEnd = end
    hash = (hash ^ (hash >>> 15)) >>> 0
    const table = this.#table
    const mask = table.length - 1
    let slot = hash & mask
    for (;;) {
      const number = (table[slot] as number) - 1
      if (number < 0) return this.#add(start, end, hash, slot)
      if (this.#hashes.at(number) === hash && this.#equals(number, start, end)) return number
      slot = (slot + 1) & mask
    }
  }

  #add(start: number, end: number, hash: number, slot: number): number {
    const number = this.#words.addBytes(this.#source.subarray(start, end))
    this.#starts.push(start)
    this.#ends.push(end)
    this.#hashes.push(hash)
    this.#table[slot] = number + 1
    if (this.count * 2 > this.#table.length) this.#grow()
    return number
  }

  #equals(number: number, start: number, end: number): boolean {
    const source = this.#source
    let at = this.#starts.at(number)
    if (this.#ends.at(number) - at !== end - start) return false
    for (let i = start; i < end; i++) if (source[i] !== source[at++]) return false
    return true
  }

  #grow(): void {
    const table = new Uint32Array(this.#table.length * 2)
    const mask = table.length - 1
    for (let number = 0; number < this.count; number++) {
      let slot = this.#hashes.at(number) & mask
      while (table[slot] !== 0) slot = (slot + 1) & mask
      table[slot] = number + 1
    }
    this.#table = table
  }

  at(number: number): Uint8Array {
    return this.#words.at(number)
  }

  sorted(): { readonly order: Uint32Array; readonly rankOf: Uint32Array } {
    const order = this.#words.sorted()
    const rankOf = new Uint32Array(order.length)
    for (let rank = 0; rank < order.length; rank++) rankOf[order[rank] as number] = rank
    return { order, rankOf }
  }
}

/** Throws `corrupt`. */
export function decodeWords(reader: ByteReader, count: number): DecodedTexts {
  const starts = runningSums(decodeSequence(reader, count).values)
  const words: Uint8Array[] = []
  for (let left = reader.varint(); left > 0; left--) words.push(reader.sized())
  const { values: numbers } = decodeSequence(reader, starts[count] as number)
  return {
    append(index, out) {
      const start = starts[index] as number
      const end = starts[index + 1] as number
      for (let i = start; i < end; i++) {
        if (i > start) out.u8(SPACE)
        const word = words[numbers[i] as number]
        if (word === undefined) throw reader.invalid('unknown word')
        out.bytes(word)
      }
    },
  }
}
