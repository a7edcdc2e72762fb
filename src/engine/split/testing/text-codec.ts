import { ByteReader, ByteWriter } from '../../bytes/cursor.ts'
import type { DecodedTexts, TextSlices } from '../text-slices.ts'

/** Texts one after the other in one buffer, as the document store hands them over. */
export function slicesOf(texts: readonly string[]): TextSlices {
  const parts = texts.map((text) => new TextEncoder().encode(text))
  const starts = new Uint32Array(texts.length)
  const ends = new Uint32Array(texts.length)
  const source = new ByteWriter()
  parts.forEach((part, i) => {
    starts[i] = source.length
    source.bytes(part)
    ends[i] = source.length
  })
  return { source: source.copy(), starts, ends }
}

/** All texts of an encoded form. */
export function textsOf(
  decode: (reader: ByteReader, count: number) => DecodedTexts,
  bytes: Uint8Array,
  count: number,
): string[] {
  const texts = decode(new ByteReader(bytes, 'texts'), count)
  return Array.from({ length: count }, (_, index) => {
    const out = new ByteWriter()
    texts.append(index, out)
    return Buffer.from(out.view()).toString()
  })
}

/** Texts of eight words of lower-case letters, drawn from `wordCount` words in no order. */
export function sentences(count: number, wordCount: number): string[] {
  let state = 1
  const below = (end: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return (state >>> 8) % end
  }
  const letters = (): string => String.fromCharCode(97 + below(26))
  const words = Array.from({ length: wordCount }, () => Array.from({ length: 7 }, letters).join(''))
  return Array.from({ length: count }, () =>
    Array.from({ length: 8 }, () => words[below(wordCount)] ?? '').join(' '),
  )
}
