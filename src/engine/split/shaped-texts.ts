// Indexed reads of arrays are cast: loop bounds keep them inside.
import type { ByteReader, ByteWriter } from '../bytes/cursor.ts'
import { bitWidth } from '../bytes/bit-packing.ts'
import { ByteStringTable, hashBytes } from '../bytes/byte-string-table.ts'
import { GrowableUint32 } from '../bytes/growable.ts'
import { decodeSequence, encodeSequence, type SequenceValues } from '../bytes/int-sequence.ts'
import { runningSums, type DecodedTexts, type TextSlices } from './text-slices.ts'
import { decodeTemplates, encodeTemplates } from './text-templates.ts'
import { decodeWords, encodeWords } from './text-words.ts'

/*
 * Texts of one place in the documents of a block:
 *
 *   form u8
 *   0 plain      sequence of sizes, then the bytes
 *   1 words      text-words.ts, whole words
 *   2 numbers    text-templates.ts, without padded numbers
 *   3 distinct   text count varint; per place the number of its text; then the texts in another form.
 *                Numbers of up to 16 texts are a sequence; others the lowest byte of each, then the next
 *                ones, up to the last that text count - 1 needs
 *   4 templates  text-templates.ts
 *   5 words      text-words.ts, with shared beginnings
 *
 * Writers before version 3 of the format have forms 1 and 2 where others have 5 and 4.
 */
const Form = { plain: 0, wholeWords: 1, numbers: 2, distinct: 3, templates: 4, words: 5 } as const
/** Texts per distinct text, on average, that are worth a number each. */
const MIN_USES = 2
const MAX_PACKED_TEXTS = 16
/** So many texts may all differ before the others are not looked at. */
const TRIED_TEXTS = 256
/** Of the table that tells them apart, at first. */
const PLACES = 1024

/** Texts inside `source`: text i is [starts[i], ends[i]). */
export class TextValues {
  readonly #source: Uint8Array
  readonly #starts = new GrowableUint32()
  readonly #ends = new GrowableUint32()

  constructor(source: Uint8Array) {
    this.#source = source
  }

  get count(): number {
    return this.#starts.length
  }

  push(start: number, end: number): void {
    this.#starts.push(start)
    this.#ends.push(end)
  }

  encode(out: ByteWriter): void {
    const texts: TextSlices = {
      source: this.#source,
      starts: this.#starts.view(),
      ends: this.#ends.view(),
    }
    const distinct = distinctOf(texts)
    if (distinct === undefined) return encodeTexts(texts, texts.starts.length, out)
    const { numbers, slices } = distinct
    out.u8(Form.distinct)
    out.varint(slices.starts.length)
    encodeNumbers(numbers, slices.starts.length, out)
    encodeTexts(slices, numbers.length, out)
  }
}

/** Bytes rather than bits where texts are many: some come far more often than others, and deflate sees
 *  that in bytes alone. */
function encodeNumbers(numbers: Uint32Array, textCount: number, out: ByteWriter): void {
  if (textCount <= MAX_PACKED_TEXTS) return encodeSequence(numbers, numbers.length, out)
  for (let plane = 0; plane < planesOf(textCount); plane++) {
    const bytes = out.reserve(numbers.length)
    const at = out.length
    for (let i = 0; i < numbers.length; i++) {
      bytes[at + i] = (numbers[i] as number) >>> (8 * plane)
    }
    out.advance(numbers.length)
  }
}

function decodeNumbers(reader: ByteReader, count: number, textCount: number): SequenceValues {
  if (textCount <= MAX_PACKED_TEXTS) return decodeSequence(reader, count).values
  const numbers = new Uint32Array(count)
  for (let plane = 0; plane < planesOf(textCount); plane++) {
    const bytes = reader.bytes(count)
    for (let i = 0; i < count; i++) {
      numbers[i] = (numbers[i] as number) | ((bytes[i] as number) << (8 * plane))
    }
  }
  return numbers
}

function planesOf(textCount: number): number {
  return Math.ceil(bitWidth(textCount - 1) / 8)
}

interface DistinctTexts {
  /** Of each text, the place of its like in `slices`. */
  readonly numbers: Uint32Array
  readonly slices: TextSlices
}

/** Undefined when most texts come once: then numbers for them would cost more than they save. */
function distinctOf({ source, starts, ends }: TextSlices): DistinctTexts | undefined {
  const count = starts.length
  const table = new ByteStringTable(PLACES)
  const numbers = new Uint32Array(count)
  const firsts = new GrowableUint32()
  for (let i = 0; i < count; i++) {
    const start = starts[i] as number
    const end = ends[i] as number
    numbers[i] = table.numberOf(source, start, end, hashBytes(source, start, end))
    if (table.count === firsts.length) continue
    firsts.push(i)
    const isHopeless = i >= TRIED_TEXTS && firsts.length * MIN_USES > i
    if (isHopeless || firsts.length * MIN_USES > count) return undefined
  }
  const pick = (all: Uint32Array): Uint32Array => firsts.view().map((i) => all[i] as number)
  return { numbers, slices: { source, starts: pick(starts), ends: pick(ends) } }
}

/** `uses`: of the texts, all together. */
function encodeTexts(texts: TextSlices, uses: number, out: ByteWriter): void {
  const formAt = out.length
  out.u8(Form.templates)
  if (encodeTemplates(texts, uses, out)) return
  out.truncate(formAt)
  out.u8(Form.words)
  if (encodeWords(texts, out)) return
  out.truncate(formAt)
  out.u8(Form.plain)
  encodePlain(texts, out)
}

function encodePlain({ source, starts, ends }: TextSlices, out: ByteWriter): void {
  const sizes = ends.map((end, i) => end - (starts[i] as number))
  encodeSequence(sizes, sizes.length, out)
  for (let i = 0; i < starts.length; i++) out.slice(source, starts[i] as number, ends[i] as number)
}

/** Throws `corrupt`. */
export function decodeTexts(reader: ByteReader, count: number): DecodedTexts {
  const form = reader.u8()
  if (form !== Form.distinct) return decodeForm(form, reader, count)
  const textCount = reader.varint()
  if (textCount > count) throw reader.invalid(`${textCount} texts for ${count} places`)
  const numbers = decodeNumbers(reader, count, textCount)
  const texts = decodeForm(reader.u8(), reader, textCount)
  return {
    append(index, out) {
      const number = numbers[index] as number
      if (number >= textCount) throw reader.invalid(`text ${number} of ${textCount}`)
      texts.append(number, out)
    },
  }
}

function decodeForm(form: number, reader: ByteReader, count: number): DecodedTexts {
  if (form === Form.plain) return decodePlain(reader, count)
  if (form === Form.wholeWords) return decodeWords(reader, count, 'whole words')
  if (form === Form.words) return decodeWords(reader, count, 'shared beginnings')
  if (form === Form.numbers) return decodeTemplates(reader, count, 'numbers')
  if (form === Form.templates) return decodeTemplates(reader, count, 'numbers and padded ones')
  throw reader.invalid(`text form ${form}`)
}

function decodePlain(reader: ByteReader, count: number): DecodedTexts {
  const ends = runningSums(decodeSequence(reader, count).values)
  const bytes = reader.bytes(count === 0 ? 0 : (ends[count] as number))
  return { append: (index, out) => out.bytes(bytes.subarray(ends[index], ends[index + 1])) }
}
