import { JsonFloat, type JsonObject, type JsonValue } from '../../bytes/json.ts'
import type { DateValue } from '../../dates/datetime.ts'
import { fromUnixFloat, fromUnixInteger, fromUnixText } from '../../dates/unix-timestamp.ts'
import { parseIp } from '../../schema/ip.ts'
import { DateFacts, fractionUnit } from './date-facts.ts'
import type { DateUnit } from './mapping-proposal.ts'

/** Keys of which facts are kept, in the order in which they come: about 2 KB each. */
const MAX_KEPT_KEYS = 20_000
/** Different values kept per field while counting them. */
const MAX_COUNTED_VALUES = 10_000
/** A longer value is no term of a field of whole values. */
export const MAX_WHOLE_BYTES = 254

/** What has been seen of one key. Numbers of elements, nulls left out. */
export interface FieldFacts {
  /** Documents that have it. */
  docCount: number
  isArray: boolean
  valueCount: number
  objects: number
  /** Arrays inside arrays. */
  nestedArrays: number
  booleans: number
  numbers: number
  floats: number
  negatives: number
  /** Largest and smallest whole number; exact. */
  greatest: number | bigint
  least: number | bigint
  /** Whether some number could be no timestamp of our time. */
  hasOtherThanTimes: boolean
  /** Of all that could be timestamps, and whether some have a fraction: they are in seconds. */
  readonly units: Set<DateUnit>
  hasFractions: boolean
  strings: number
  /** Texts of digits that could be timestamps of our time. */
  timeTexts: number
  readonly texts: Set<string>
  /** Texts with white space inside. */
  spaced: number
  ips: number
  /** Texts with ideographs. */
  ideographic: number
  longestBytes: number
  readonly dates: DateFacts
  /** Texts inside objects: whether some have white space, or ideographs. */
  nestedSpaced: boolean
  nestedIdeographic: boolean
}

interface CollectedFacts {
  readonly byName: ReadonlyMap<string, FieldFacts>
  /** Keys beyond `MAX_KEPT_KEYS`. */
  readonly others: ReadonlySet<string>
}

/**
 * Facts by key. `hasTypes` is false for sources in which all values are text, such as CSV: there, text
 * that is a number in the one way that a number is written counts as the number.
 */
export function collectFacts(docs: readonly JsonObject[], hasTypes: boolean): CollectedFacts {
  const collected = factsOf(docs, (_name, item) => (hasTypes ? item : (numberIn(item) ?? item)))
  // `007` among numbers: then the others are text too.
  const isMixed = (name: string): boolean => {
    const facts = collected.byName.get(name)
    return facts !== undefined && facts.numbers > 0 && facts.strings > 0
  }
  if (hasTypes || ![...collected.byName.keys()].some(isMixed)) return collected
  return factsOf(docs, (name, item) => (isMixed(name) ? item : (numberIn(item) ?? item)))
}

function factsOf(
  docs: readonly JsonObject[],
  read: (name: string, item: JsonValue) => JsonValue,
): CollectedFacts {
  const byName = new Map<string, FieldFacts>()
  const others = new Set<string>()
  for (const doc of docs) {
    for (const [name, value] of Object.entries(doc)) {
      if (value === null) continue
      let facts = byName.get(name)
      if (facts === undefined) {
        if (byName.size === MAX_KEPT_KEYS) {
          others.add(name)
          continue
        }
        byName.set(name, (facts = newFacts()))
      }
      facts.docCount++
      if (Array.isArray(value)) facts.isArray = true
      for (const item of Array.isArray(value) ? value : [value]) {
        if (item !== null) observe(facts, read(name, item))
      }
    }
  }
  return { byName, others }
}

function newFacts(): FieldFacts {
  return {
    docCount: 0,
    isArray: false,
    valueCount: 0,
    objects: 0,
    nestedArrays: 0,
    booleans: 0,
    numbers: 0,
    floats: 0,
    negatives: 0,
    greatest: 0,
    least: 0,
    hasOtherThanTimes: false,
    units: new Set(),
    hasFractions: false,
    strings: 0,
    timeTexts: 0,
    texts: new Set(),
    spaced: 0,
    ips: 0,
    ideographic: 0,
    longestBytes: 0,
    dates: new DateFacts(),
    nestedSpaced: false,
    nestedIdeographic: false,
  }
}

/** `007`, `+1`, `1e3` and `.5` are written like codes, and stay text. */
const WHOLE = /^(?:0|-?[1-9]\d{0,18})$/
const FRACTION = /^-?(?:0|[1-9]\d{0,14})\.\d{1,15}$/

function numberIn(value: JsonValue): number | bigint | JsonFloat | undefined {
  if (typeof value !== 'string') return undefined
  if (WHOLE.test(value)) {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : BigInt(value)
  }
  if (!FRACTION.test(value)) return undefined
  const number = Number(value)
  return Number.isInteger(number) ? new JsonFloat(number) : number
}

function observe(facts: FieldFacts, value: JsonValue): void {
  facts.valueCount++
  switch (typeof value) {
    case 'string':
      observeText(facts, value)
      return
    case 'boolean':
      facts.booleans++
      return
    case 'number':
    case 'bigint':
      observeNumber(facts, value, typeof value === 'number' && !Number.isInteger(value))
      return
    default:
      if (value instanceof JsonFloat) observeNumber(facts, value.value, true)
      else if (Array.isArray(value)) facts.nestedArrays++
      else if (value !== null) observeObject(facts, value)
  }
}

function observeObject(facts: FieldFacts, value: JsonObject): void {
  facts.objects++
  const waiting: JsonValue[] = [value]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next === 'string') {
      if (/\s/.test(next.trim())) facts.nestedSpaced = true
      if (IDEOGRAPH.test(next)) facts.nestedIdeographic = true
    } else if (typeof next === 'object' && next !== null && !(next instanceof JsonFloat)) {
      for (const inner of Object.values(next)) waiting.push(inner)
    }
  }
}

/** Times of machines that are still of interest; a number outside is an id or a count. */
const EARLIEST_MS = Date.UTC(1990, 0)
const LATEST_MS = Date.UTC(2100, 0)

function observeNumber(facts: FieldFacts, value: number | bigint, isFloat: boolean): void {
  facts.numbers++
  if (isFloat) facts.floats++
  if (value < 0) facts.negatives++
  if (value > facts.greatest) facts.greatest = value
  if (value < facts.least) facts.least = value
  const date = isFloat ? fromUnixFloat(Number(value)) : fromUnixInteger(value)
  if (!isOfOurTime(date)) facts.hasOtherThanTimes = true
  observeTimestamp(facts, value, isFloat)
}

function observeTimestamp(
  facts: FieldFacts,
  value: number | bigint | string,
  isFraction: boolean,
): void {
  facts.units.add(isFraction ? fractionUnit(String(value)) : unitOf(value))
  if (isFraction) facts.hasFractions = true
}

function isOfOurTime(date: DateValue | undefined): boolean {
  const ms = typeof date === 'bigint' ? Number(date / 1_000_000n) : date
  return ms !== undefined && ms >= EARLIEST_MS && ms < LATEST_MS
}

/** By magnitude, as timestamps themselves are read. */
function unitOf(timestamp: number | bigint | string): DateUnit {
  const value = Number(timestamp)
  if (value < 1e10) return 'seconds'
  if (value < 1e13) return 'milliseconds'
  return value < 1e16 ? 'microseconds' : 'nanoseconds'
}

/** Characters that are words without spaces between them. */
const IDEOGRAPH = /[\u3400-\u4dbf\u4e00-\u9fff\u3040-\u30ff\u{20000}-\u{2ceaf}]/u

function observeText(facts: FieldFacts, value: string): void {
  facts.strings++
  if (facts.texts.size < MAX_COUNTED_VALUES) facts.texts.add(value)
  if (/\s/.test(value.trim())) facts.spaced++
  if (IDEOGRAPH.test(value)) facts.ideographic++
  if (parseIp(value) !== undefined) facts.ips++
  if (facts.longestBytes <= MAX_WHOLE_BYTES) {
    facts.longestBytes = Math.max(facts.longestBytes, Buffer.byteLength(value))
  }
  facts.dates.observe(value)
  if (isOfOurTime(fromUnixText(value))) {
    facts.timeTexts++
    observeTimestamp(facts, value, value.includes('.'))
  }
}
