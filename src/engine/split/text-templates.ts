// Indexed reads of arrays are cast: loop bounds keep them inside.
import { ByteReader, ByteWriter } from '../bytes/cursor.ts'
import { hashWith } from '../bytes/byte-string-table.ts'
import { decodeSequence, encodeSequence } from '../bytes/int-sequence.ts'
import { DecodedNumbers, MAX_DIGITS, NumberValues } from './shaped-numbers.ts'
import type { DecodedTexts, TextSlices } from './text-slices.ts'

/*
 * Texts such as "Item 7" that follow few templates with numbers:
 *
 *   template count varint, templates: size varint, bytes in which stand for digits
 *     0x00           a number: up to MAX_DIGITS digits, no zero in front of others
 *     0x01, width u8 a number with zeros in front, as many digits as `width` says. Not in texts of form
 *                    `numbers`, where 0x01 is itself
 *   sequence of template numbers, one per text
 *   per template and number in it: numbers
 *
 * A run of more than MAX_DIGITS digits is several numbers, all but the first of MAX_DIGITS digits.
 */
const NUMBER = 0
const PADDED = 1
const ZERO = 0x30
const NINE = 0x39
/** Such a number fits 32 bits. */
const SMALL_DIGITS = 9
/** Uses per template, on average, that make templates worth their numbers' overhead. */
const MIN_USES_PER_TEMPLATE = 16
/** Texts that share nothing are given up early: the first so many templates may come at once, then
 *  one in so many texts. */
const FREE_TEMPLATES = 64
const MIN_TEXTS_PER_EARLY_TEMPLATE = 6

/** False, and nothing written, when the texts do not follow few templates with numbers. `uses` is how
 *  often the texts come, all together. */
export function encodeTemplates(
  { source, starts, ends }: TextSlices,
  uses: number,
  out: ByteWriter,
): boolean {
  const limit = Math.max(1, Math.floor(uses / MIN_USES_PER_TEMPLATE))
  const templates = new Templates(source)
  const ids = new Uint32Array(starts.length)
  for (let i = 0; i < starts.length; i++) {
    const maxCount = Math.min(limit, FREE_TEMPLATES + i / MIN_TEXTS_PER_EARLY_TEMPLATE)
    const id = templates.add(starts[i] as number, ends[i] as number, maxCount)
    if (id < 0) return false
    ids[i] = id
  }
  if (!templates.haveNumbers) return false
  templates.encode(ids, out)
  return true
}

/** What the texts of one place follow. Arrays and objects of one kind each, for V8 compiles what reads them anew
 *  for each kind that it meets. */
class Templates {
  readonly #source: Uint8Array
  readonly #all: Template[] = []
  readonly #byHash = new Map<number, Template>()
  readonly #runs = new Runs()
  /** Of the text before. */
  #last: Template | undefined
  haveNumbers = false

  constructor(source: Uint8Array) {
    this.#source = source
  }

  /** The number of the template of source[start, end), whose numbers it keeps. Negative when it has none, or needs
   *  one more than there may be. */
  add(start: number, end: number, maxCount: number): number {
    const runs = this.#runs
    if (!findRuns(this.#source, start, end, runs)) return -1
    let template = this.#last
    if (template === undefined || !template.isLike(this.#source, runs)) {
      template = this.#found() ?? this.#made(maxCount)
      if (template === undefined) return -1
      this.#last = template
    }
    const { slots, id } = template
    if (runs.count > 0) this.haveNumbers = true
    for (let i = 0; i < runs.count; i++) {
      // A slot for each of them.
      ;(slots[i] as NumberValues).pushInteger(runs.values[i] as number)
    }
    return id
  }

  #found(): Template | undefined {
    let template = this.#byHash.get(this.#runs.hash)
    while (template !== undefined && !template.isLike(this.#source, this.#runs)) {
      template = template.next
    }
    return template
  }

  #made(maxCount: number): Template | undefined {
    const id = this.#all.length
    if (id >= maxCount) return undefined
    const { hash } = this.#runs
    const template = new Template(id, this.#runs, this.#byHash.get(hash))
    this.#all.push(template)
    this.#byHash.set(hash, template)
    return template
  }

  /** `ids`: of the texts. */
  encode(ids: Uint32Array, out: ByteWriter): void {
    out.varint(this.#all.length)
    for (const template of this.#all) out.sized(template.bytes(this.#source))
    encodeSequence(ids, ids.length, out)
    for (const { slots } of this.#all) for (const slot of slots) slot.encode(out)
  }
}

/** Between literals, which are [starts[i], ends[i]) of the source, stand numbers. */
class Template {
  readonly id: number
  /** Another one of the same hash. */
  readonly next: Template | undefined
  /** Of each number. */
  readonly slots: readonly NumberValues[]
  readonly #starts: Uint32Array
  readonly #ends: Uint32Array
  /** Of each number; 0: as many digits as it has. */
  readonly #widths: Uint8Array

  constructor(id: number, { count, starts, ends, widths }: Runs, next: Template | undefined) {
    this.id = id
    this.next = next
    this.#starts = starts.slice(0, count + 1)
    this.#ends = ends.slice(0, count + 1)
    this.#widths = widths.slice(0, count)
    this.slots = Array.from({ length: count }, () => new NumberValues())
  }

  isLike(source: Uint8Array, runs: Runs): boolean {
    const { count } = runs
    const widths = this.#widths
    if (widths.length !== count) return false
    for (let i = 0; i < count; i++) if (widths[i] !== runs.widths[i]) return false
    for (let i = 0; i <= count; i++) {
      let at = this.#starts[i] as number
      const end = this.#ends[i] as number
      let from = runs.starts[i] as number
      if ((runs.ends[i] as number) - from !== end - at) return false
      while (at < end) if (source[at++] !== source[from++]) return false
    }
    return true
  }

  /** As they are written. */
  bytes(source: Uint8Array): Uint8Array {
    const out = new ByteWriter(64)
    this.#starts.forEach((start, i) => {
      const width = this.#widths[i - 1]
      if (width === 0) out.u8(NUMBER)
      else if (width !== undefined) {
        out.u8(PADDED)
        out.u8(width)
      }
      out.slice(source, start, this.#ends[i] as number)
    })
    return out.copy()
  }
}

/** A text taken apart: literal i is [starts[i], ends[i]), value i follows it, `count` of them; the last literal
 *  ends the text. Arrays of one kind each, which are used again: there are millions of texts. */
class Runs {
  starts = new Uint32Array(16)
  ends = new Uint32Array(16)
  /** As of a template. */
  widths = new Uint8Array(16)
  values = new Float64Array(16)
  count = 0
  /** Of the literals. */
  hash = 0

  /** `width`: as of a template. */
  push(literalStart: number, numberStart: number, width: number, value: number): void {
    const at = this.count++
    // One more literal follows the last value.
    if (this.count === this.starts.length) this.#grow()
    this.starts[at] = literalStart
    this.ends[at] = numberStart
    this.widths[at] = width
    this.values[at] = value
  }

  #grow(): void {
    const length = 2 * this.starts.length
    const { starts, ends, widths, values } = this
    this.starts = new Uint32Array(length)
    this.ends = new Uint32Array(length)
    this.widths = new Uint8Array(length)
    this.values = new Float64Array(length)
    this.starts.set(starts)
    this.ends.set(ends)
    this.widths.set(widths)
    this.values.set(values)
  }

  /** `hash`: of the literals. */
  finish(literalStart: number, end: number, hash: number): void {
    this.starts[this.count] = literalStart
    this.ends[this.count] = end
    this.hash = hash
  }
}

/** False when a byte that marks numbers is in the text. */
function findRuns(source: Uint8Array, start: number, end: number, runs: Runs): boolean {
  runs.count = 0
  let literalStart = start
  let at = start
  let hash = 0
  while (at < end) {
    const byte = source[at] as number
    if (byte <= PADDED) return false
    if (byte < ZERO || byte > NINE) {
      hash = hashWith(hash, byte)
      at++
      continue
    }
    const runEnd = endOfDigits(source, at, end)
    let numberEnd = at + ((runEnd - at) % MAX_DIGITS || MAX_DIGITS)
    let isPadded = byte === ZERO && numberEnd - at > 1
    for (; at < runEnd; numberEnd += MAX_DIGITS) {
      const value = numberOf(source, at, numberEnd)
      runs.push(literalStart, at, isPadded ? numberEnd - at : 0, value)
      at = numberEnd
      literalStart = at
      isPadded = true
    }
  }
  runs.finish(literalStart, end, hash)
  return true
}

/** Of up to MAX_DIGITS digits. Integers of 32 bits are added up faster than doubles. */
function numberOf(source: Uint8Array, start: number, end: number): number {
  if (end - start <= SMALL_DIGITS) return smallNumberOf(source, start, end)
  const middle = end - SMALL_DIGITS
  return smallNumberOf(source, start, middle) * 1e9 + smallNumberOf(source, middle, end)
}

function smallNumberOf(source: Uint8Array, start: number, end: number): number {
  let value = 0
  for (let at = start; at < end; at++) value = value * 10 + (source[at] as number) - ZERO
  return value
}

function endOfDigits(source: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end && (source[at] as number) >= ZERO && (source[at] as number) <= NINE) at++
  return at
}

/** `marks`: those that stand for digits. Throws `corrupt`. */
export function decodeTemplates(
  reader: ByteReader,
  count: number,
  marks: 'numbers' | 'numbers and padded ones',
): DecodedTexts {
  const templates: DecodedTemplate[] = []
  const greatestMark = marks === 'numbers' ? NUMBER : PADDED
  for (let left = reader.varint(); left > 0; left--) {
    templates.push(takeApart(reader.sized(), greatestMark))
  }
  const { values: ids } = decodeSequence(reader, count)
  const uses = new Uint32Array(templates.length)
  const useOf = new Uint32Array(count)
  for (let i = 0; i < count; i++) {
    const id = ids[i] as number
    if (id >= templates.length) throw reader.invalid(`template ${id}`)
    useOf[i] = uses[id] as number
    uses[id] = (uses[id] as number) + 1
  }
  const slots = templates.map(({ widths }, id) =>
    widths.map(() => new DecodedNumbers(reader, uses[id] as number)),
  )
  return {
    append(index, out) {
      const id = ids[index] as number
      const use = useOf[index] as number
      const { literals, widths } = templates[id] as DecodedTemplate
      literals.forEach((literal, i) => {
        if (i > 0) {
          const digits = slots[id]?.[i - 1]?.text(use) ?? ''
          out.ascii(digits.padStart(widths[i - 1] as number, '0'))
        }
        out.bytes(literal)
      })
    },
  }
}

interface DecodedTemplate {
  /** Between the literals stand numbers. */
  readonly literals: readonly Uint8Array[]
  /** Of each number; 0: as many digits as it has. */
  readonly widths: readonly number[]
}

function takeApart(bytes: Uint8Array, greatestMark: number): DecodedTemplate {
  const literals: Uint8Array[] = []
  const widths: number[] = []
  const reader = new ByteReader(bytes, 'text template')
  let start = 0
  while (reader.remaining > 0) {
    const byte = reader.u8()
    if (byte > greatestMark) continue
    literals.push(bytes.subarray(start, reader.offset - 1))
    widths.push(byte === PADDED ? reader.u8() : 0)
    start = reader.offset
  }
  literals.push(bytes.subarray(start))
  return { literals, widths }
}
