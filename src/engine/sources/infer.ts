import { JsonFloat, type JsonObject, type JsonValue } from '../bytes/json.ts'
import { QwError } from '../errors.ts'
import { parseIso8601 } from '../dates/datetime-format.ts'
import { parseRfc2822, parseRfc3339 } from '../dates/datetime.ts'
import { parseIndexConfig } from '../schema/config-text.ts'
import type { IndexConfig } from '../schema/index-config.ts'
import { writeInferredYaml } from './infer-yaml.ts'
import { parseIp } from '../schema/ip.ts'
import { compileDatePattern } from '../dates/strptime.ts'
import { fromUnixFloat, fromUnixInteger } from '../dates/unix-timestamp.ts'

type InferredType = 'text' | 'u64' | 'i64' | 'f64' | 'bool' | 'datetime' | 'ip' | 'json'

export interface InferredField {
  /** A key of the documents. */
  readonly name: string
  readonly type: InferredType
  readonly array: boolean
  readonly fast: boolean
  /** For text. */
  readonly tokenizer: 'raw' | 'default' | undefined
  /** For datetime. */
  readonly dateFormat: string | undefined
  readonly dateUnit: 'seconds' | 'milliseconds' | 'microseconds' | 'nanoseconds' | undefined
  /** Why it was taken for this, in a few words. */
  readonly reason: string
  /** Share of the documents that have it, 0 to 1. */
  readonly presence: number
}

interface InferredConfig {
  readonly config: IndexConfig
  /** The same config as commented YAML that `parseIndexConfig` accepts. */
  readonly yaml: string
  readonly fields: readonly InferredField[]
  /** Keys that cannot be declared (their name or their values) and stay dynamic, with the reason. */
  readonly leftDynamic: readonly { readonly name: string; readonly reason: string }[]
  /** Fields that look like the document's time, best first. */
  readonly timestampCandidates: readonly string[]
}

interface InferOptions {
  readonly indexId: string
  /** Otherwise the best candidate, or none. */
  readonly timestampField?: string
}

const DECLARABLE = /^[@$_\-a-zA-Z][@$_/.\-a-zA-Z0-9]{0,254}$/
const RESERVED = ['_doc_length', '_dynamic', '_field_presence', '_source']

/** Text with at most this many different values is worth a column whatever the sample's size. */
const FEW_VALUES = 50
/** Different values kept per field while counting them. */
const MAX_COUNTED_VALUES = 10_000

/** Proposes a mapping for documents like these. Throws `invalid` when there are none, or when the
 *  wanted timestamp field holds no dates. */
export function inferIndexConfig(
  sampleDocs: readonly JsonObject[],
  { indexId, timestampField }: InferOptions,
): InferredConfig {
  if (sampleDocs.length === 0) {
    throw new QwError('invalid', 'no documents to infer a mapping from')
  }
  const leftDynamic: { name: string; reason: string }[] = []
  const inferred: InferredField[] = []
  for (const [name, facts] of collectFacts(sampleDocs)) {
    const field = inferField(name, facts, sampleDocs.length)
    if ('leave' in field) leftDynamic.push({ name, reason: field.leave })
    else inferred.push(field)
  }
  const timestampCandidates = rankTimestamps(inferred)
  if (timestampField !== undefined && !timestampCandidates.includes(timestampField)) {
    const found = timestampCandidates.map((name) => `\`${name}\``).join(', ')
    const message = `the field \`${timestampField}\` does not hold one date in every sampled document`
    throw new QwError('invalid', message, found === '' ? {} : { fix: `fields that do: ${found}` })
  }
  const timestamp = timestampField ?? timestampCandidates[0]
  const yaml = writeInferredYaml({ indexId, fields: inferred, leftDynamic, timestamp })
  const config = parseIndexConfig(yaml, 'yaml')
  return { config, yaml, fields: inferred, leftDynamic, timestampCandidates }
}

/** What has been seen of one key. */
interface Facts {
  docCount: number
  array: boolean
  /** Elements, nulls left out. */
  valueCount: number
  objects: number
  readonly texts: Set<string>
  numbers: number
  floats: number
  negatives: number
  beyondI64: boolean
  booleans: number
  strings: number
  spaced: number
  ips: number
  /** Still possible date formats of all strings, and units of all numbers. */
  dateFormats: Set<string>
  unix: Set<string>
  /** The most digits after the seconds of a time that a text has. */
  fractionDigits: number
  /** Whether every number, read as a timestamp, is of this century. */
  ofThisCentury: boolean
}

function collectFacts(docs: readonly JsonObject[]): Map<string, Facts> {
  const byName = new Map<string, Facts>()
  for (const doc of docs) {
    for (const [name, value] of Object.entries(doc)) {
      if (value === null) continue
      let facts = byName.get(name)
      if (facts === undefined) byName.set(name, (facts = newFacts()))
      facts.docCount++
      if (Array.isArray(value)) facts.array = true
      for (const item of Array.isArray(value) ? value : [value]) {
        if (item !== null) observe(facts, item)
      }
    }
  }
  return byName
}

function newFacts(): Facts {
  return {
    docCount: 0,
    array: false,
    valueCount: 0,
    objects: 0,
    texts: new Set(),
    numbers: 0,
    floats: 0,
    negatives: 0,
    beyondI64: false,
    booleans: 0,
    strings: 0,
    spaced: 0,
    ips: 0,
    dateFormats: new Set(DATE_FORMATS.keys()),
    unix: new Set(UNITS),
    fractionDigits: 0,
    ofThisCentury: true,
  }
}

function observe(facts: Facts, value: JsonValue): void {
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
      else facts.objects++
  }
}

function observeNumber(facts: Facts, value: number | bigint, isFloat: boolean): void {
  facts.numbers++
  if (isFloat) facts.floats++
  if (value < 0) facts.negatives++
  if (value > 2n ** 63n - 1n) facts.beyondI64 = true
  const date = isFloat ? fromUnixFloat(Number(value)) : fromUnixInteger(value)
  const ms = typeof date === 'bigint' ? Number(date / 1_000_000n) : (date ?? 0)
  if (ms < CENTURY_START_MS || ms >= CENTURY_END_MS) facts.ofThisCentury = false
  const unit = date === undefined ? undefined : unitOf(value)
  for (const other of UNITS) if (other !== unit) facts.unix.delete(other)
}

function observeText(facts: Facts, value: string): void {
  facts.strings++
  if (facts.texts.size < MAX_COUNTED_VALUES) facts.texts.add(value)
  if (/\s/.test(value.trim())) facts.spaced++
  if (parseIp(value) !== undefined) facts.ips++
  const fraction = /:\d\d[.,](\d+)/.exec(value)?.[1] ?? ''
  facts.fractionDigits = Math.max(facts.fractionDigits, fraction.length)
  for (const format of facts.dateFormats) {
    if (DATE_FORMATS.get(format)?.(value) !== true) facts.dateFormats.delete(format)
  }
}

const CENTURY_START_MS = Date.UTC(2000, 0)
const CENTURY_END_MS = Date.UTC(2100, 0)

const UNITS = ['seconds', 'milliseconds', 'microseconds', 'nanoseconds'] as const

/** By magnitude, as dates themselves are read. */
function unitOf(value: number | bigint): (typeof UNITS)[number] {
  if (value < 1e10) return 'seconds'
  if (value < 1e13) return 'milliseconds'
  return value < 1e16 ? 'microseconds' : 'nanoseconds'
}

/** Formats of date strings worth proposing, most precise first. */
const DATE_FORMATS: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ['rfc3339', (text: string) => parseRfc3339(text) !== undefined],
  ['rfc2822', (text: string) => parseRfc2822(text) !== undefined],
  ...[
    '%Y-%m-%d %H:%M:%S.%f',
    '%Y-%m-%d %H:%M:%S',
    '%Y/%m/%d %H:%M:%S',
    '%d/%b/%Y:%H:%M:%S %z',
    '%Y-%m-%d',
    '%Y/%m/%d',
  ].map((pattern) => [pattern, patternTest(pattern)] as const),
  ['iso8601', (text: string) => text.includes('-') && parseIso8601(text) !== undefined],
])

function patternTest(pattern: string): (text: string) => boolean {
  const compiled = compileDatePattern(pattern)
  return (text) => !('problem' in compiled) && compiled.parse(text, 0) !== undefined
}

function inferField(
  name: string,
  facts: Facts,
  docCount: number,
): InferredField | { readonly leave: string } {
  if (!DECLARABLE.test(name) || RESERVED.includes(name)) return { leave: 'not a field name' }
  if (facts.valueCount === 0) return { leave: 'no values in the sample' }
  const shape = inferType(name, facts)
  if (shape === undefined) return { leave: 'values of several types' }
  const none = { tokenizer: undefined, dateFormat: undefined, dateUnit: undefined }
  return { ...none, ...shape, name, array: facts.array, presence: facts.docCount / docCount }
}

type Shape = Pick<InferredField, 'type' | 'fast' | 'reason'> & Partial<InferredField>

function inferType(name: string, facts: Facts): Shape | undefined {
  const { valueCount } = facts
  if (facts.objects === valueCount) return { type: 'json', fast: true, reason: 'nested objects' }
  if (facts.booleans === valueCount) return { type: 'bool', fast: true, reason: 'true or false' }
  if (facts.numbers === valueCount) return inferNumber(name, facts)
  if (facts.strings === valueCount) return inferText(facts)
  return undefined
}

const TIME_NAME = /time|date|epoch|created|updated|(?:^|[_.@-])(?:ts|at|on)$/i

/** Timestamps by magnitude alone are easily ids: those need the name of a time, or fine units. */
function inferNumber(name: string, facts: Facts): Shape | undefined {
  const [unit] = facts.unix
  const isTime = TIME_NAME.test(name) || (unit !== 'seconds' && facts.ofThisCentury)
  if (unit !== undefined && isTime) {
    const dateUnit = UNITS.find((known) => known === unit)
    const reason = `Unix timestamps in ${unit}`
    return { type: 'datetime', fast: true, dateFormat: 'unix_timestamp', dateUnit, reason }
  }
  if (facts.floats > 0) return { type: 'f64', fast: true, reason: 'numbers with a fraction' }
  if (facts.negatives > 0) {
    if (facts.beyondI64) return undefined
    return { type: 'i64', fast: true, reason: 'whole numbers, some negative' }
  }
  return { type: 'u64', fast: true, reason: 'whole numbers' }
}

function inferText(facts: Facts): Shape {
  const [dateFormat] = facts.dateFormats
  if (dateFormat !== undefined) {
    const dateUnit = UNITS[Math.min(3, Math.ceil(facts.fractionDigits / 3))]
    return { type: 'datetime', fast: true, dateFormat, dateUnit, reason: `dates (${dateFormat})` }
  }
  if (facts.ips === facts.valueCount) return { type: 'ip', fast: true, reason: 'IP addresses' }
  const distinct = facts.texts.size
  const values = `${distinct} different value${distinct === 1 ? '' : 's'}`
  const isFew = distinct <= FEW_VALUES || distinct * 10 <= facts.strings
  const longest = Math.max(...[...facts.texts].map((text) => text.length))
  const isKey = facts.spaced === 0 || (distinct <= FEW_VALUES && distinct * 2 <= facts.strings)
  if (isKey && longest < 255) {
    return { type: 'text', fast: isFew, tokenizer: 'raw', reason: `${values}, taken whole` }
  }
  return { type: 'text', fast: false, tokenizer: 'default', reason: `free text, ${values}` }
}

const TIME_NAMES = ['timestamp', '@timestamp', 'ts', 'time', 'datetime', 'date', 'created_at']

/** Single dates that every document has; telling names and finer units first. */
function rankTimestamps(fields: readonly InferredField[]): string[] {
  const score = ({ name, dateUnit }: InferredField) => {
    const named = TIME_NAMES.indexOf(name.toLowerCase())
    const hints = /time|date|_at$|_ts$/i.test(name) ? 2 : 0
    return (named >= 0 ? 20 - named : hints) + (dateUnit === 'seconds' ? 0 : 0.5)
  }
  return fields
    .filter(({ type, array, presence }) => type === 'datetime' && !array && presence === 1)
    .map((field) => ({ name: field.name, score: score(field) }))
    .sort((a, b) => b.score - a.score)
    .map(({ name }) => name)
}
