// Indexed reads of arrays are cast: loop bounds keep them inside.
import { deflateRawSync } from 'node:zlib'
import { bitWidth } from '../bytes/bit-packing.ts'
import { sharedPrefix } from '../bytes/byte-order.ts'
import { ByteStringTable, hashWith } from '../bytes/byte-string-table.ts'
import type { ByteReader, ByteWriter } from '../bytes/cursor.ts'
import { GrowableUint32 } from '../bytes/growable.ts'
import { decodeSequence, encodeSequence } from '../bytes/int-sequence.ts'
import { runningSums, type DecodedTexts, type TextSlices } from './text-slices.ts'

/*
 * Texts as words with one space between each two:
 *
 *   sequence of words per text (spaces + 1)
 *   word count varint, words ascending: bytes shared with the word before varint, the rest (size varint,
 *                      bytes). In form `whole words` nothing is shared, nor written of it
 *   sequence of word numbers
 */
const SPACE = 0x20
const MIN_USES_PER_WORD = 1.5
const WORD_PLACES = 4096
/** How much of the texts is deflated to see what plain would cost. */
const SAMPLE_BYTES = 16 * 1024
/** Words deflate to about this share in a sorted list. */
const WORD_LIST_SHARE = 0.4

/** False, and nothing written, when words repeat too little to beat deflate. */
export function encodeWords(texts: TextSlices, out: ByteWriter): boolean {
  const { starts, ends, source } = texts
  const words = new ByteStringTable(WORD_PLACES)
  const counts = new Uint32Array(starts.length)
  const numbers = new GrowableUint32()
  for (let i = 0; i < starts.length; i++) {
    const end = ends[i] as number
    let start = starts[i] as number
    let hash = 0
    let count = 1
    for (let at = start; at < end; at++) {
      const byte = source[at] as number
      if (byte !== SPACE) {
        hash = hashWith(hash, byte)
        continue
      }
      numbers.push(words.numberOf(source, start, at, hash))
      start = at + 1
      hash = 0
      count++
    }
    numbers.push(words.numberOf(source, start, end, hash))
    counts[i] = count
  }
  // Words that are mostly new cost their bytes and their numbers, which deflate does better.
  if (words.count * MIN_USES_PER_WORD > numbers.length) return false
  const { strings } = words
  const bits = numbers.length * bitWidth(Math.max(0, words.count - 1))
  if (bits / 8 + strings.sizeBytes * WORD_LIST_SHARE > deflatedEstimate(texts)) return false
  const order = strings.sorted()
  const rankOf = new Uint32Array(order.length)
  for (let rank = 0; rank < order.length; rank++) rankOf[order[rank] as number] = rank
  encodeSequence(counts, counts.length, out)
  out.varint(order.length)
  let previous: Uint8Array = new Uint8Array(0)
  for (const number of order) {
    const word = strings.at(number)
    const shared = sharedPrefix(previous, word)
    out.varint(shared)
    out.sized(word.subarray(shared))
    previous = word
  }
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

/** Throws `corrupt`. */
export function decodeWords(
  reader: ByteReader,
  count: number,
  form: 'whole words' | 'shared beginnings',
): DecodedTexts {
  const starts = runningSums(decodeSequence(reader, count).values)
  const words: Uint8Array[] = []
  let previous: Uint8Array = new Uint8Array(0)
  for (let left = reader.varint(); left > 0; left--) {
    const shared = form === 'whole words' ? 0 : reader.varint()
    if (shared > previous.length) throw reader.invalid('beginning longer than the word before')
    const rest = reader.sized()
    previous = shared === 0 ? rest : joined(previous.subarray(0, shared), rest)
    words.push(previous)
  }
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

function joined(beginning: Uint8Array, rest: Uint8Array): Uint8Array {
  const word = new Uint8Array(beginning.length + rest.length)
  word.set(beginning)
  word.set(rest, beginning.length)
  return word
}
