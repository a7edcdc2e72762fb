import type { JsonObject } from '../../bytes/json.ts'
import { QwError } from '../../errors.ts'
import { parseIndexConfig } from '../../schema/config-text.ts'
import type { IndexConfig } from '../../schema/index-config.ts'
import type { SourceFormat } from '../../schema/source-format.ts'
import { type SourceTemplate, templateFor } from '../templates/source-templates.ts'
import { collectFacts, type FieldFacts, MAX_WHOLE_BYTES } from './field-facts.ts'
import type { DateUnit, FieldProposal } from './mapping-proposal.ts'
import { writeMappingYaml } from './mapping-yaml.ts'

export type InferredField = FieldProposal

interface InferredConfig {
  readonly config: IndexConfig
  /** The same config as commented YAML that `parseIndexConfig` accepts. */
  readonly yaml: string
  readonly fields: readonly FieldProposal[]
  /** Keys that cannot be declared (their name or their values) and stay dynamic, with the reason. */
  readonly leftDynamic: readonly { readonly name: string; readonly reason: string }[]
  /** Fields that look like the document's time, best first. */
  readonly timestampCandidates: readonly string[]
  /** The ready mapping that was taken, since the documents are of its kind. */
  readonly template: string | undefined
}

interface InferOptions {
  readonly indexId: string
  /** Otherwise the best candidate, or none. */
  readonly timestampField?: string
  /** How the documents were written: in some formats all values are text. Default NDJSON. */
  readonly format?: SourceFormat
}

const DECLARABLE = /^[@$_\-a-zA-Z][@$_/.\-a-zA-Z0-9]{0,254}$/
/** A mapping is for people to read; keys by the thousand are data, and dynamic mode takes them. */
const MAX_DECLARED_FIELDS = 1_000
const TOO_MANY = `one of more than ${MAX_DECLARED_FIELDS.toLocaleString('en-US')} keys`
const RESERVED = ['_doc_length', '_dynamic', '_field_presence', '_source']

/** Proposes a mapping for documents like these. Throws `invalid` when there are none, or when the
 *  wanted timestamp field holds no dates. */
export function inferIndexConfig(
  sampleDocs: readonly JsonObject[],
  { indexId, timestampField, format }: InferOptions,
): InferredConfig {
  if (sampleDocs.length === 0) {
    throw new QwError('invalid', 'no documents to infer a mapping from')
  }
  const ready = format === undefined ? undefined : templateFor(format, sampleDocs)
  if (ready !== undefined && fits(ready, sampleDocs, timestampField)) {
    return fromTemplate(ready, indexId, sampleDocs)
  }
  const leftDynamic: { name: string; reason: string }[] = []
  const fields: FieldProposal[] = []
  const { byName, others } = collectFacts(sampleDocs, hasTypes(format))
  for (const [name, facts] of byName) {
    const field = proposeField(name, facts, sampleDocs.length)
    if ('leave' in field) leftDynamic.push({ name, reason: field.leave })
    else if (fields.length >= MAX_DECLARED_FIELDS) leftDynamic.push({ name, reason: TOO_MANY })
    else fields.push(field)
  }
  for (const name of others) leftDynamic.push({ name, reason: TOO_MANY })
  const timestampCandidates = rankTimestamps(fields)
  if (timestampField !== undefined && !timestampCandidates.includes(timestampField)) {
    const found = timestampCandidates.map((name) => `\`${name}\``).join(', ')
    const message = `the field \`${timestampField}\` does not hold one date in every sampled document`
    const fix =
      found === ''
        ? 'none does: leave it out, for an index without a time'
        : `fields that do: ${found}`
    throw new QwError('invalid', message, { fix })
  }
  const timestamp = timestampField ?? timestampCandidates[0]
  const yaml = writeMappingYaml({ indexId, fields, leftDynamic, timestamp })
  const config = parseIndexConfig(yaml, 'yaml')
  return { config, yaml, fields, leftDynamic, timestampCandidates, template: undefined }
}

/** A template's time is in every document; an odd file without it is better off with what is there. */
function fits(
  { timestamp }: SourceTemplate,
  docs: readonly JsonObject[],
  timestampField: string | undefined,
): boolean {
  const isWanted = timestampField === undefined || timestampField === timestamp
  return isWanted && docs.every((doc) => (doc[timestamp] ?? null) !== null)
}

function fromTemplate(
  template: SourceTemplate,
  indexId: string,
  docs: readonly JsonObject[],
): InferredConfig {
  const yaml = template.yaml(indexId)
  const fields = template.fields.map((field) => {
    const count = docs.filter((doc) => (doc[field.name] ?? null) !== null).length
    return { ...field, presence: count / docs.length }
  })
  return {
    config: parseIndexConfig(yaml, 'yaml'),
    yaml,
    fields,
    leftDynamic: [],
    timestampCandidates: [template.timestamp],
    template: template.name,
  }
}

function hasTypes(format: SourceFormat | undefined): boolean {
  if (format === undefined) return true
  return format.kind !== 'delimited' && !(format.kind === 'lines' && format.pattern === 'logfmt')
}

function proposeField(
  name: string,
  facts: FieldFacts,
  docCount: number,
): FieldProposal | { readonly leave: string } {
  if (!DECLARABLE.test(name) || RESERVED.includes(name)) return { leave: 'not a field name' }
  if (facts.valueCount === 0) return { leave: 'no values in the sample' }
  const shape = proposeType(name, facts)
  if (typeof shape === 'string') return { leave: shape }
  const none = { tokenizer: undefined, dateFormats: [], dateUnit: undefined }
  return { ...none, ...shape, name, array: facts.isArray, presence: facts.docCount / docCount }
}

type Shape = Pick<FieldProposal, 'type' | 'fast' | 'reason'> & Partial<FieldProposal>

/** A text says why the key is left dynamic. */
function proposeType(name: string, facts: FieldFacts): Shape | string {
  const { valueCount } = facts
  if (facts.nestedArrays > 0) return 'arrays inside arrays'
  if (facts.objects === valueCount) return proposeJson(facts)
  if (facts.booleans === valueCount) return { type: 'bool', fast: true, reason: 'true or false' }
  if (facts.numbers === valueCount) return proposeNumber(name, facts)
  if (facts.strings === valueCount) return proposeDigits(name, facts) ?? proposeText(facts)
  if (facts.numbers + facts.strings === valueCount) {
    return proposeDigits(name, facts) ?? proposeMixedTime(name, facts) ?? 'values of several types'
  }
  return 'values of several types'
}

function proposeJson({ nestedSpaced, nestedIdeographic }: FieldFacts): Shape {
  const tokenizer = nestedIdeographic ? 'chinese_compatible' : nestedSpaced ? 'default' : 'raw'
  const reason = tokenizer === 'raw' ? 'nested objects' : 'nested objects, with words'
  return { type: 'json', fast: true, tokenizer, reason }
}

/** Words of a name that say that its value is a moment; `timeout` and `uptime` are other words. */
const TIME_WORDS =
  /^(?:time|times|timestamp|ts|date|datetime|day|epoch|unixtime|created|updated|modified|published|started|ended|finished|expires|expiry|at|seen|when)$/

/** Words that say that it is who did it, or how often: `created_by`, `seen_count`. */
const OTHER_WORDS = /^(?:by|user|id|ids|count)$/

function isTimeName(name: string): boolean {
  const words = name
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
  return (
    words.some((word) => TIME_WORDS.test(word)) && !words.some((word) => OTHER_WORDS.test(word))
  )
}

/** A bare number is a time only by its name, and when every sample could be one: ids and counts look
 *  like timestamps too. */
function proposeNumber(name: string, facts: FieldFacts): Shape | string {
  const timestamps =
    isTimeName(name) && !facts.hasOtherThanTimes ? proposeTimestamps(facts) : undefined
  if (timestamps !== undefined) return timestamps
  if (facts.floats > 0) {
    const isExact = isSafe(facts.greatest) && isSafe(facts.least)
    if (!isExact) return 'fractions, and whole numbers too large to be exact beside them'
    return { type: 'f64', fast: true, reason: 'numbers with a fraction' }
  }
  if (facts.greatest > MAX_U64 || facts.least < MIN_I64) return 'numbers beyond 64 bits'
  if (facts.negatives === 0) return { type: 'u64', fast: true, reason: 'whole numbers' }
  if (facts.greatest > MAX_I64) return 'numbers beyond 64 bits, some negative'
  return { type: 'i64', fast: true, reason: 'whole numbers, some negative' }
}

const MAX_U64 = 2n ** 64n - 1n
const MAX_I64 = 2n ** 63n - 1n
const MIN_I64 = -(2n ** 63n)

function isSafe(value: number | bigint): boolean {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER
}

function finest(units: ReadonlySet<DateUnit>): DateUnit {
  const all: readonly DateUnit[] = ['nanoseconds', 'microseconds', 'milliseconds', 'seconds']
  return all.find((unit) => units.has(unit)) ?? 'seconds'
}

/** Undefined when their sizes are those of several units. */
function proposeTimestamps({ units, hasFractions }: FieldFacts): Shape | undefined {
  const [unit, ...others] = units
  if (unit === undefined || (others.length > 0 && !hasFractions)) return undefined
  const reason = `Unix timestamps in ${hasFractions ? 'seconds and fractions' : unit}`
  const dateFormats = ['unix_timestamp']
  return { type: 'datetime', fast: true, dateFormats, dateUnit: finest(units), reason }
}

/** Timestamps in quotes, as systemd's journal and nginx have them, under the name of a time. */
function proposeDigits(name: string, facts: FieldFacts): Shape | undefined {
  const areTimes = facts.timeTexts === facts.strings && !facts.hasOtherThanTimes
  return areTimes && isTimeName(name) ? proposeTimestamps(facts) : undefined
}

/** Written dates in some documents and timestamps in others, under the name of a time. */
function proposeMixedTime(name: string, facts: FieldFacts): Shape | undefined {
  const { spellings, unit } = facts.dates
  if (spellings.length === 0 || facts.hasOtherThanTimes || !isTimeName(name)) return undefined
  const dateFormats = [...spellings, 'unix_timestamp']
  const dateUnit = finest(new Set([unit, ...facts.units]))
  return { type: 'datetime', fast: true, dateFormats, dateUnit, reason: datesReason(dateFormats) }
}

function datesReason(formats: readonly string[]): string {
  return `dates (${formats.join(', ')})`
}

/** Text with at most this many different values is worth a column whatever the sample's size. */
const FEW_VALUES = 50

function proposeText(facts: FieldFacts): Shape {
  const { spellings, unit } = facts.dates
  if (spellings.length > 0) {
    const reason = datesReason(spellings)
    return { type: 'datetime', fast: true, dateFormats: spellings, dateUnit: unit, reason }
  }
  if (facts.ips === facts.valueCount) return { type: 'ip', fast: true, reason: 'IP addresses' }
  const distinct = facts.texts.size
  const values = `${distinct} different value${distinct === 1 ? '' : 's'}`
  const repeats = distinct * 2 <= facts.strings
  const isFew = (distinct <= FEW_VALUES && repeats) || distinct * 10 <= facts.strings
  const isShort = facts.longestBytes <= MAX_WHOLE_BYTES
  const tokenizer = facts.ideographic > 0 ? 'chinese_compatible' : 'default'
  const isProse = facts.spaced > 0 || facts.ideographic > 0
  if (isFew && isShort) {
    return { type: 'text', fast: true, tokenizer, reason: `${values}: words, and whole to count` }
  }
  if (isProse || !isShort) {
    return { type: 'text', fast: false, tokenizer, reason: `free text, ${values}` }
  }
  const fast = distinct <= FEW_VALUES
  return { type: 'text', fast, tokenizer: 'raw', reason: `${values}, taken whole` }
}

const TIME_NAMES = ['timestamp', '@timestamp', 'ts', 'time', 'datetime', 'date', 'created_at']

/** Single dates that every document has: written ones before numbers, then telling names and finer
 *  units first. */
function rankTimestamps(fields: readonly FieldProposal[]): string[] {
  const score = ({ name, dateUnit, dateFormats }: FieldProposal) => {
    const isWritten = dateFormats.some((format) => format !== 'unix_timestamp')
    const named = TIME_NAMES.indexOf(name.toLowerCase())
    const byName = named >= 0 ? 20 - named : isTimeName(name) ? 2 : 0
    return (isWritten ? 100 : 0) + byName + (dateUnit === 'seconds' ? 0 : 0.5)
  }
  return fields
    .filter(({ type, array, presence }) => type === 'datetime' && !array && presence === 1)
    .map((field) => ({ name: field.name, score: score(field) }))
    .sort((a, b) => b.score - a.score)
    .map(({ name }) => name)
}
