import { namedDateFormat } from '../../../engine/dates/named-date-formats.ts'
import { TOKENIZER_OF_ANALYZER } from '../../../engine/query/elastic-dsl/analyzers.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../engine/bytes/json.ts'
import { FieldOptions, refused } from './field-options.ts'

/** The time field of every log shipper and of data streams: only a declared one narrows what is read. */
export const TIMESTAMP = '@timestamp'

/** Fields of an index config, as JSON, from the `properties` of Elasticsearch's mapping. */
export function fieldMappingsOf(properties: JsonValue | undefined, at = ''): JsonObject[] {
  if (properties === undefined) return []
  if (!isJsonObject(properties)) throw refused(`\`${at}properties\` has to be an object`)
  return Object.entries(properties).map(([name, mapping]) => {
    const path = `${at}${name}`
    if (!isJsonObject(mapping)) throw refused(`the mapping of \`${path}\` has to be an object`)
    const { type, ...field } = fieldOf(path, mapping)
    // Any field of Elasticsearch may hold several values; the time of a document is one.
    const isSingle = type === 'object' || path === TIMESTAMP
    return { name, type: isSingle ? type : `array<${type}>`, ...field }
  })
}

type FieldConfig = JsonObject & { readonly type: string }

const NUMBERS: Readonly<Record<string, string>> = {
  long: 'i64',
  integer: 'i64',
  short: 'i64',
  byte: 'i64',
  unsigned_long: 'u64',
  double: 'f64',
  float: 'f64',
  half_float: 'f64',
  scaled_float: 'f64',
}

const RECORDS: Readonly<Record<string, string>> = {
  docs: 'basic',
  freqs: 'freq',
  positions: 'position',
  offsets: 'position',
}

function fieldOf(path: string, mapping: JsonObject): FieldConfig {
  const { type = 'properties' in mapping ? 'object' : undefined } = mapping
  if (typeof type !== 'string') throw refused(`the mapping of \`${path}\` names no \`type\``)
  const options = new FieldOptions(path, mapping)
  const field = fieldOfType(type, options)
  options.refuseTheRest()
  return field
}

function fieldOfType(type: string, options: FieldOptions): FieldConfig {
  const number = NUMBERS[type]
  if (number !== undefined) {
    if (type === 'scaled_float') options.take('scaling_factor')
    return { type: number, coerce: options.flag('coerce', true), ...options.indexing() }
  }
  switch (type) {
    case 'text':
    case 'match_only_text':
    case 'search_as_you_type':
      return textField(options)
    case 'keyword':
    case 'constant_keyword':
    case 'wildcard':
      return keywordField(options)
    case 'boolean':
      return { type: 'bool', ...options.indexing() }
    case 'date':
    case 'date_nanos': {
      const precision = type === 'date' ? 'milliseconds' : 'nanoseconds'
      const formats = dateInputFormats(options.path, options.text('format'))
      options.take('locale')
      const base = { input_formats: formats, fast_precision: precision, output_format: 'rfc3339' }
      return { type: 'datetime', ...base, ...options.indexing() }
    }
    case 'ip':
      return { type: 'ip', ...options.indexing() }
    case 'binary':
      return { type: 'bytes', indexed: false, fast: options.flag('doc_values', false) }
    case 'flattened':
      options.take('depth_limit')
      return { type: 'json', ...(options.flag('doc_values', true) ? { fast: true } : {}) }
    case 'object':
      return objectField(options)
    default:
      throw refused(
        `\`${options.path}\`: a field of type \`${type}\` cannot be kept`,
        'the types that can are text, keyword, long, double, boolean, date, ip, binary, object and flattened',
      )
  }
}

function textField(options: FieldOptions): FieldConfig {
  const { path } = options
  const analyzer = options.text('analyzer') ?? 'standard'
  const tokenizer = TOKENIZER_OF_ANALYZER[analyzer]
  if (tokenizer === undefined) {
    throw refused(
      `\`${path}\`: there is no analyzer \`${analyzer}\``,
      `choose from ${Object.keys(TOKENIZER_OF_ANALYZER).join(', ')}, or create the index from an index config with its own tokenizers`,
    )
  }
  options.mustBe('search_analyzer', analyzer)
  options.mustBe('search_quote_analyzer', analyzer)
  options.mustBe('similarity', 'BM25')
  const record = RECORDS[options.text('index_options') ?? 'positions']
  const { indexed } = options.indexing({ hasColumn: false })
  const terms = { tokenizer, record: record ?? 'position', fieldnorms: options.flag('norms', true) }
  const fast = options.flag('fielddata', false)
  return { type: 'text', fast, ...(indexed === true ? terms : { indexed: false }) }
}

function keywordField(options: FieldOptions): FieldConfig {
  options.take('value')
  options.mustBe('normalizer', 'lowercase')
  const isLower = options.text('normalizer') === 'lowercase'
  options.flag('norms', false)
  options.mustBe('index_options', 'docs')
  options.mustBe('similarity', 'BM25')
  const { indexed, fast } = options.indexing()
  const tokenizer = isLower ? 'raw_lowercase' : 'raw'
  const column = isLower && fast === true ? { normalizer: 'lowercase' } : (fast ?? false)
  return { type: 'text', fast: column, ...(indexed === true ? { tokenizer } : { indexed: false }) }
}

/** Without declared members it holds whatever comes. */
function objectField(options: FieldOptions): FieldConfig {
  const properties = options.take('properties')
  const dynamic = options.take('dynamic')
  options.mustBe('enabled', true)
  options.mustBe('subobjects', true)
  const members = fieldMappingsOf(properties, `${options.path}.`)
  if (members.length === 0) return { type: 'json', fast: true }
  if (dynamic !== undefined && dynamic !== true && dynamic !== 'true') {
    throw refused(
      `\`${options.path}\`: \`dynamic\` of one object cannot be set`,
      'set it for the whole mapping',
    )
  }
  return { type: 'object', array: true, field_mappings: members }
}

/** Input formats by the names that Elasticsearch has for them. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  epoch_millis: ['unix_timestamp'],
  epoch_second: ['unix_timestamp'],
  date_optional_time: ['rfc3339', 'iso8601', '%Y-%m-%d'],
  date_time: ['rfc3339'],
  date_time_no_millis: ['rfc3339'],
  date: ['%Y-%m-%d'],
  iso8601: ['iso8601'],
}

/** Parts of Java's patterns, by length and letter, as strptime writes them. */
const TOKENS: Readonly<Record<string, string>> = {
  yyyy: '%Y',
  uuuu: '%Y',
  MM: '%m',
  dd: '%d',
  HH: '%H',
  mm: '%M',
  ss: '%S',
  SSS: '%f',
  Z: '%z',
  XXX: '%z',
  XX: '%z',
}

const DEFAULT = 'strict_date_optional_time||epoch_millis'

/** `a||b` as a list of input formats, without duplicates. Throws for what cannot be read so. */
function dateInputFormats(path: string, format: string = DEFAULT): string[] {
  const formats = format.split('||').flatMap((name) => {
    const plain = name
      .trim()
      .replace(/^strict_/, '')
      .replace(/_nanos$/, '')
    return NAMED[plain] ?? [strptimeOf(path, namedDateFormat(plain) ?? plain)]
  })
  return [...new Set(formats)]
}

function strptimeOf(path: string, pattern: string): string {
  const parts = pattern.match(/'[^']*'|([a-zA-Z])\1*|[^a-zA-Z']+/g) ?? []
  return parts
    .map((part) => {
      if (part.startsWith("'")) return part.slice(1, -1)
      if (!/[a-zA-Z]/.test(part)) return part
      const token = TOKENS[part]
      if (token !== undefined) return token
      throw refused(
        `\`${path}\`: the date format \`${pattern}\` cannot be read (\`${part}\`)`,
        'use strict_date_optional_time, epoch_millis, or a pattern of yyyy MM dd HH mm ss Z',
      )
    })
    .join('')
}
