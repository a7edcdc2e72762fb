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

interface Template {
  readonly id: number
  /** Between the literals stand numbers. */
  readonly literals: readonly Uint8Array[]
  /** Of each number; 0: as many digits as it has. */
  readonly widths: readonly number[]
  readonly slots: readonly NumberValues[]
  /** Another one of the same hash. */
  readonly next: Template | undefined
}

/** False, and nothing written, when the texts do not follow few templates with numbers. `uses` is how
 *  often the texts come, all together. */
export function encodeTemplates(
  { source, starts, ends }: TextSlices,
  uses: number,
  out: ByteWriter,
): boolean {
  const limit = Math.max(1, Math.floor(uses / MIN_USES_PER_TEMPLATE))
  const templates: Template[] = []
  const byHash = new Map<number, Template>()
  const ids = new Uint32Array(starts.length)
  const runs = new Runs()
  let hasNumbers = false
  let template: Template | undefined
  for (let i = 0; i < starts.length; i++) {
    if (!findRuns(source, starts[i] as number, ends[i] as number, runs)) return false
    if (template === undefined || !isLike(template, source, runs)) {
      const first = byHash.get(runs.hash)
      template = first
      while (template !== undefined && !isLike(template, source, runs)) template = template.next
      if (template === undefined) {
        if (templates.length >= Math.min(limit, FREE_TEMPLATES + i / MIN_TEXTS_PER_EARLY_TEMPLATE))
          return false
        template = newTemplate(source, runs, { id: templates.length, next: first })
        templates.push(template)
        byHash.set(runs.hash, template)
      }
    }
    ids[i] = template.id
    if (runs.count > 0) hasNumbers = true
    for (let slot = 0; slot < runs.count; slot++) {
      template.slots[slot]?.pushInteger(runs.values[slot] as number)
    }
  }
  if (!hasNumbers) return false
  out.varint(templates.length)
  for (const template of templates) out.sized(templateBytes(template))
  encodeSequence(ids, ids.length, out)
  for (const { slots } of templates) for (const slot of slots) slot.encode(out)
  return true
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

function isLike(template: Template, source: Uint8Array, runs: Runs): boolean {
  const { count, starts, ends, widths } = runs
  const expected = template.literals
  if (expected.length !== count + 1) return false
  for (let i = 0; i < count; i++) if (widths[i] !== template.widths[i]) return false
  for (let i = 0; i < expected.length; i++) {
    const literal = expected[i] as Uint8Array
    const start = starts[i] as number
    if ((ends[i] as number) - start !== literal.length) return false
    for (let k = 0; k < literal.length; k++) if (literal[k] !== source[start + k]) return false
  }
  return true
}

function newTemplate(
  source: Uint8Array,
  runs: Runs,
  known: Pick<Template, 'id' | 'next'>,
): Template {
  const literals: Uint8Array[] = []
  for (let i = 0; i <= runs.count; i++) literals.push(source.subarray(runs.starts[i], runs.ends[i]))
  const widths = [...runs.widths.subarray(0, runs.count)]
  return { ...known, literals, widths, slots: widths.map(() => new NumberValues()) }
}

function templateBytes({ literals, widths }: Template): Uint8Array {
  const out = new ByteWriter(64)
  literals.forEach((literal, i) => {
    const width = widths[i - 1]
    if (width === 0) out.u8(NUMBER)
    else if (width !== undefined) {
      out.u8(PADDED)
      out.u8(width)
    }
    out.bytes(literal)
  })
  return out.copy()
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
  const templates: Pick<Template, 'literals' | 'widths'>[] = []
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
      const { literals, widths } = templates[id] as Template
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

function takeApart(bytes: Uint8Array, greatestMark: number): Pick<Template, 'literals' | 'widths'> {
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
