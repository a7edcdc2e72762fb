// Indexed reads of arrays are cast: loop bounds keep them inside.
import { ByteWriter, type ByteReader } from '../bytes/cursor.ts'
import { decodeSequence, encodeSequence } from '../bytes/int-sequence.ts'
import { DecodedNumbers, NumberValues, parsed, parseNumber } from './shaped-numbers.ts'
import type { DecodedTexts, TextSlices } from './text-slices.ts'

/*
 * Texts such as "Item 7" that follow few templates with numbers. A number in a text is a run of
 * digits that prints back (shaped-numbers.ts).
 *
 *   template count varint, templates: size varint, bytes, 0x00 for each number
 *   sequence of template numbers, one per text
 *   per template and number in it: numbers
 */
const ZERO = 0x30
const NINE = 0x39
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
  readonly slots: readonly NumberValues[]
}

/** False, and nothing written, when the texts do not follow few templates with numbers. `uses` is how
 *  often the texts come, all together. */
export function encodeTemplates(
  { source, starts, ends }: TextSlices,
  uses: number,
  out: ByteWriter,
): boolean {
  const limit = Math.max(1, Math.floor(uses / MIN_USES_PER_TEMPLATE))
  const templates = new Map<string, Template>()
  const ids = new Uint32Array(starts.length)
  const runs: Runs = { literals: [], values: [] }
  let hasNumbers = false
  let template: Template | undefined
  for (let i = 0; i < starts.length; i++) {
    if (!findRuns(source, starts[i] as number, ends[i] as number, runs)) return false
    // Most texts follow the template of the one before: no key is made for them.
    if (template === undefined || !hasLiterals(template, source, runs.literals)) {
      const key = templateKey(source, runs.literals)
      template = templates.get(key)
      if (template === undefined) {
        if (templates.size >= Math.min(limit, FREE_TEMPLATES + i / MIN_TEXTS_PER_EARLY_TEMPLATE))
          return false
        template = newTemplate(templates.size, source, runs)
        templates.set(key, template)
      }
    }
    ids[i] = template.id
    for (let slot = 0; slot < runs.values.length; slot++) {
      hasNumbers = true
      template.slots[slot]?.pushInteger(runs.values[slot] as number)
    }
  }
  if (!hasNumbers) return false
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

function hasLiterals(template: Template, source: Uint8Array, literals: readonly number[]): boolean {
  const expected = template.literals
  if (expected.length * 2 !== literals.length) return false
  for (let i = 0; i < expected.length; i++) {
    const literal = expected[i] as Uint8Array
    const start = literals[2 * i] as number
    if ((literals[2 * i + 1] as number) - start !== literal.length) return false
    for (let k = 0; k < literal.length; k++) if (literal[k] !== source[start + k]) return false
  }
  return true
}

function templateKey(bytes: Uint8Array, literals: readonly number[]): string {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
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

/** Throws `corrupt`. */
export function decodeTemplates(reader: ByteReader, count: number): DecodedTexts {
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
