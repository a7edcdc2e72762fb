// Indexed reads of arrays are cast: loop bounds keep them inside.
import { deflateRawSync } from 'node:zlib'
import { ByteStrings } from '../bytes/byte-strings.ts'
import { bitWidth } from '../bytes/bit-packing.ts'
import { ByteWriter } from '../bytes/cursor.ts'
import type { ByteReader } from '../bytes/cursor.ts'
import { GrowableUint32 } from '../bytes/growable.ts'
import { decodeSequence, encodeSequence } from '../bytes/int-sequence.ts'
import type { SequenceValues } from '../bytes/int-sequence.ts'
import { DecodedNumbers, NumberValues, parsed, parseNumber } from './shaped-numbers.ts'

/*
 * Texts of one place in the documents of a block:
 *
 *   form u8
 *   0 plain      sequence of sizes, then the bytes
 *   1 words      sequence of words per text (spaces + 1)
 *                word count varint, words ascending: size varint, bytes
 *                sequence of word numbers
 *   2 templates  a number in a text is a run of digits that prints back (shaped-numbers.ts)
 *                template count varint, templates: size varint, bytes, 0x00 for each number
 *                sequence of template numbers, one per text
 *                per template and number in it: numbers
 */
const Form = { plain: 0, words: 1, templates: 2 } as const
const SPACE = 0x20
const ZERO = 0x30
const NINE = 0x39
/** Texts per template, on average, that make templates worth their numbers' overhead. */
const MIN_TEXTS_PER_TEMPLATE = 16
/** How much of the texts is deflated to see what plain would cost. */
const SAMPLE_BYTES = 16 * 1024
/** Words deflate to about this share in a sorted list. */
const WORD_LIST_SHARE = 0.6

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
    const { buffer, byteOffset, byteLength } = this.#source
    const texts: Texts = {
      source: Buffer.from(buffer, byteOffset, byteLength),
      starts: this.#starts.view(),
      ends: this.#ends.view(),
    }
    if (encodeTemplates(texts, out)) return
    if (encodeWords(texts, out)) return
    encodePlain(texts, out)
  }
}

interface Texts {
  readonly source: Buffer
  readonly starts: Uint32Array
  readonly ends: Uint32Array
}

function encodePlain({ source, starts, ends }: Texts, out: ByteWriter): void {
  out.u8(Form.plain)
  const sizes = ends.map((end, i) => end - (starts[i] as number))
  encodeSequence(sizes, sizes.length, out)
  for (let i = 0; i < starts.length; i++) out.bytes(source.subarray(starts[i], ends[i]))
}

interface Template {
  readonly id: number
  /** Between the literals stand numbers. */
  readonly literals: readonly Uint8Array[]
  readonly slots: readonly NumberValues[]
}

/** False, and nothing written, when the texts do not follow few templates with numbers. */
function encodeTemplates({ source, starts, ends }: Texts, out: ByteWriter): boolean {
  const limit = Math.max(1, Math.floor(starts.length / MIN_TEXTS_PER_TEMPLATE))
  const templates = new Map<string, Template>()
  const ids = new Uint32Array(starts.length)
  const runs: Runs = { literals: [], values: [] }
  let hasNumbers = false
  for (let i = 0; i < starts.length; i++) {
    if (!findRuns(source, starts[i] as number, ends[i] as number, runs)) return false
    const key = templateKey(source, runs.literals)
    let template = templates.get(key)
    if (template === undefined) {
      if (templates.size >= limit) return false
      template = newTemplate(templates.size, source, runs)
      templates.set(key, template)
    }
    ids[i] = template.id
    for (let slot = 0; slot < runs.values.length; slot++) {
      hasNumbers = true
      template.slots[slot]?.pushInteger(runs.values[slot] as number)
    }
  }
  if (!hasNumbers) return false
  out.u8(Form.templates)
  out.varint(templates.size)
  for (const { literals } of templates.values()) out.sized(joinWithZero(literals))
  encodeSequence(ids, ids.length, out)
  for (const { slots } of templates.values()) for (const slot of slots) slot.encode(out)
  return true
}

/** A text taken apart: literal i is [literals[2 * i], literals[2 * i + 1]), value i follows it. */
interface Runs {
  readonly literals: number[]
  readonly values: number[]
}

/** False when a zero byte, which marks numbers, is in the text. */
function findRuns(
  source: Uint8Array,
  start: number,
  end: number,
  { literals, values }: Runs,
): boolean {
  literals.length = 0
  values.length = 0
  let literalStart = start
  let at = start
  while (at < end) {
    const byte = source[at] as number
    if (byte === 0) return false
    if (byte < ZERO || byte > NINE) {
      at++
      continue
    }
    const runEnd = endOfDigits(source, at, end)
    parseNumber(source, at, runEnd)
    if (parsed.end === runEnd) {
      literals.push(literalStart, at)
      values.push(parsed.mantissa)
      literalStart = runEnd
    }
    at = runEnd
  }
  literals.push(literalStart, end)
  return true
}

function templateKey(source: Buffer, literals: readonly number[]): string {
  let key = ''
  for (let i = 0; i < literals.length; i += 2) {
    if (i > 0) key += '\0'
    key += source.toString('latin1', literals[i], literals[i + 1])
  }
  return key
}

function newTemplate(id: number, source: Uint8Array, runs: Runs): Template {
  const literals: Uint8Array[] = []
  for (let i = 0; i < runs.literals.length; i += 2) {
    literals.push(source.subarray(runs.literals[i], runs.literals[i + 1]))
  }
  return { id, literals, slots: runs.values.map(() => new NumberValues()) }
}

function joinWithZero(parts: readonly Uint8Array[]): Uint8Array {
  const out = new ByteWriter(64)
  parts.forEach((part, i) => {
    if (i > 0) out.u8(0)
    out.bytes(part)
  })
  return out.copy()
}

function endOfDigits(source: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end && (source[at] as number) >= ZERO && (source[at] as number) <= NINE) at++
  return at
}

/** False, and nothing written, when words repeat too little to beat deflate. */
function encodeWords(texts: Texts, out: ByteWriter): boolean {
  const { starts, ends, source } = texts
  const words = new WordNumbers(source)
  const counts = new Uint32Array(starts.length)
  const numbers = new GrowableUint32()
  for (let i = 0; i < starts.length; i++) {
    const end = ends[i] as number
    let wordStart = starts[i] as number
    for (;;) {
      let at = wordStart
      while (at < end && source[at] !== SPACE) at++
      numbers.push(words.numberOf(wordStart, at))
      counts[i] = (counts[i] as number) + 1
      if (at >= end) break
      wordStart = at + 1
    }
  }
  const bits = numbers.length * bitWidth(Math.max(0, words.count - 1))
  if (bits / 8 + words.sizeBytes * WORD_LIST_SHARE > deflatedEstimate(texts)) return false
  const { order, rankOf } = words.sorted()
  out.u8(Form.words)
  encodeSequence(counts, counts.length, out)
  out.varint(order.length)
  for (const word of order) out.sized(words.at(word))
  const ranks = numbers.view().map((number) => rankOf[number] as number)
  encodeSequence(ranks, ranks.length, out)
  return true
}

function deflatedEstimate({ source, starts, ends }: Texts): number {
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
  #starts = new GrowableUint32()
  #ends = new GrowableUint32()
  /** Number + 1 of the word, 0 when free. */
  #table = new Uint32Array(4096)

  constructor(source: Uint8Array) {
    this.#source = source
  }

  get count(): number {
    return this.#starts.length
  }

  get sizeBytes(): number {
    return this.#words.sizeBytes
  }

  numberOf(start: number, end: number): number {
    const mask = this.#table.length - 1
    let slot = this.#hash(start, end) & mask
    for (;;) {
      const number = (this.#table[slot] as number) - 1
      if (number < 0) break
      if (this.#equals(number, start, end)) return number
      slot = (slot + 1) & mask
    }
    const number = this.#words.addBytes(this.#source.subarray(start, end))
    this.#starts.push(start)
    this.#ends.push(end)
    this.#table[slot] = number + 1
    if (this.count * 2 > this.#table.length) this.#grow()
    return number
  }

  #hash(start: number, end: number): number {
    let hash = end - start
    for (let at = start; at < end; at++) {
      hash = Math.imul(hash ^ (this.#source[at] as number), 0x01000193)
    }
    return hash ^ (hash >>> 15)
  }

  #equals(number: number, start: number, end: number): boolean {
    let at = this.#starts.at(number)
    if (this.#ends.at(number) - at !== end - start) return false
    for (let i = start; i < end; i++) if (this.#source[i] !== this.#source[at++]) return false
    return true
  }

  #grow(): void {
    const table = new Uint32Array(this.#table.length * 2)
    const mask = table.length - 1
    for (let number = 0; number < this.count; number++) {
      let slot = this.#hash(this.#starts.at(number), this.#ends.at(number)) & mask
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

export interface DecodedTexts {
  /** Appends text `index`. */
  append(index: number, out: ByteWriter): void
}

/** Throws `corrupt`. */
export function decodeTexts(reader: ByteReader, count: number): DecodedTexts {
  const form = reader.u8()
  if (form === Form.plain) return decodePlain(reader, count)
  if (form === Form.words) return decodeWords(reader, count)
  if (form === Form.templates) return decodeTemplates(reader, count)
  throw reader.invalid(`text form ${form}`)
}

function decodePlain(reader: ByteReader, count: number): DecodedTexts {
  const ends = runningSums(decodeSequence(reader, count).values)
  const bytes = reader.bytes(count === 0 ? 0 : (ends[count] as number))
  return { append: (index, out) => out.bytes(bytes.subarray(ends[index], ends[index + 1])) }
}

function decodeWords(reader: ByteReader, count: number): DecodedTexts {
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

function decodeTemplates(reader: ByteReader, count: number): DecodedTexts {
  const templates: Uint8Array[][] = []
  for (let left = reader.varint(); left > 0; left--) templates.push(splitAtZero(reader.sized()))
  const { values: ids } = decodeSequence(reader, count)
  const uses = new Uint32Array(templates.length)
  const useOf = new Uint32Array(count)
  for (let i = 0; i < count; i++) {
    const id = ids[i] as number
    if (id >= templates.length) throw reader.invalid(`template ${id}`)
    useOf[i] = uses[id] as number
    uses[id] = (uses[id] as number) + 1
  }
  const slots = templates.map((literals, id) =>
    literals.slice(1).map(() => new DecodedNumbers(reader, uses[id] as number)),
  )
  return {
    append(index, out) {
      const id = ids[index] as number
      const use = useOf[index] as number
      templates[id]?.forEach((literal, i) => {
        if (i > 0) out.ascii(slots[id]?.[i - 1]?.text(use) ?? '')
        out.bytes(literal)
      })
    },
  }
}

function splitAtZero(bytes: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = []
  let start = 0
  for (let end = bytes.indexOf(0); end >= 0; end = bytes.indexOf(0, start)) {
    parts.push(bytes.subarray(start, end))
    start = end + 1
  }
  parts.push(bytes.subarray(start))
  return parts
}

function runningSums(values: SequenceValues): Uint32Array {
  const sums = new Uint32Array(values.length + 1)
  for (let i = 0; i < values.length; i++) sums[i + 1] = (sums[i] as number) + (values[i] as number)
  return sums
}
