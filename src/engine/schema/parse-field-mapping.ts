import type { JsonValue } from '../bytes/json.ts'
import {
  dateFormatProblem,
  INPUT_DATE_FORMATS,
  OUTPUT_DATE_FORMATS,
} from '../dates/datetime-format.ts'
import type { TokenizerRegistry } from '../text/tokenizer-registry.ts'
import { ConfigSection, quoteValue, refuseSetting } from './config-section.ts'
import type { FieldMapping, JsonOptions, TextIndexing } from './field-mapping.ts'
import type { Normalizer } from '../text/normalizer.ts'
import { probablyMeant } from './nearest.ts'

const FIELD_NAME = /^[@$_\-a-zA-Z][@$_/.\-a-zA-Z0-9]{0,254}$/
const RESERVED_NAMES = ['_doc_length', '_dynamic', '_field_presence', '_source']
const ARRAY_TYPES = [
  'text',
  'u64',
  'i64',
  'f64',
  'bool',
  'ip',
  'datetime',
  'bytes',
  'json',
] as const
const TYPES = [...ARRAY_TYPES, 'object', 'concatenate'] as const
const RECORDS = ['basic', 'freq', 'position'] as const
const NORMALIZERS = ['raw', 'lowercase'] as const
const BINARY_FORMATS = ['base64', 'hex'] as const
const PRECISIONS = ['seconds', 'milliseconds', 'microseconds', 'nanoseconds'] as const

type FieldType = (typeof TYPES)[number]

const COMMON = ['name', 'type', 'description']
const VALUES = [...COMMON, 'indexed', 'stored', 'fast']
const NUMBERS = [...VALUES, 'coerce', 'output_format']
const TEXT_INDEXING = ['tokenizer', 'record']

const KEYS: Readonly<Record<FieldType, readonly string[]>> = {
  text: [...VALUES, ...TEXT_INDEXING, 'fieldnorms'],
  u64: NUMBERS,
  i64: NUMBERS,
  f64: NUMBERS,
  bool: VALUES,
  ip: VALUES,
  datetime: [...VALUES, 'input_formats', 'output_format', 'fast_precision', 'precision'],
  bytes: [...VALUES, 'input_format', 'output_format'],
  json: [...VALUES, ...TEXT_INDEXING, 'expand_dots'],
  object: [...COMMON, 'field_mappings'],
  concatenate: [...COMMON, ...TEXT_INDEXING, 'concatenate_fields', 'include_dynamic_fields'],
}

const EVERY_KEY = [...new Set(Object.values(KEYS).flat())]

export const DYNAMIC_MAPPING_KEYS = ['indexed', 'stored', 'fast', ...TEXT_INDEXING, 'expand_dots']

/** Reads a list of fields, at the top or inside an object. Throws `invalid` with the path of the setting. */
export function parseFieldMappings(
  items: readonly JsonValue[],
  path: string,
  tokenizers: TokenizerRegistry,
): FieldMapping[] {
  const seen = new Set<string>()
  return items.map((item, i) => {
    const field = parseFieldMapping(item, `${path}[${i}]`, tokenizers)
    if (seen.has(field.name)) {
      refuseSetting(`${path}[${i}].name`, `duplicated field definition \`${field.name}\``)
    }
    seen.add(field.name)
    return field
  })
}

function parseFieldMapping(
  value: JsonValue,
  path: string,
  tokenizers: TokenizerRegistry,
): FieldMapping {
  // Two passes: the type decides which keys are allowed, the name is needed for messages about it.
  const first = new ConfigSection(value, path)
  const isNamed = first.has('name') && first.has('type')
  const unchecked = isNamed ? first : new ConfigSection(value, path, EVERY_KEY)
  const name = unchecked.requiredText('name')
  checkName(unchecked, name)
  const { type, array } = parseType(unchecked, name)
  const section = new ConfigSection(value, path, KEYS[type])
  const base = { name, description: section.text('description') }
  switch (type) {
    case 'text':
      return { ...base, array, type, ...parseText(section, tokenizers) }
    case 'u64':
    case 'i64':
    case 'f64': {
      const coerce = section.flag('coerce', true)
      const outputFormat = section.choice('output_format', ['number', 'string'], 'number')
      return { ...base, array, type, ...parseValueOptions(section), coerce, outputFormat }
    }
    case 'bool':
    case 'ip':
      return { ...base, array, type, ...parseValueOptions(section) }
    case 'datetime':
      return { ...base, array, type, ...parseValueOptions(section), ...parseDatetime(section) }
    case 'bytes': {
      if (array && section.flag('fast', false)) {
        section.refuse('fast', `\`${name}\`: a bytes field cannot be both fast and an array`)
      }
      const inputFormat = section.choice('input_format', BINARY_FORMATS, 'base64')
      const outputFormat = section.choice('output_format', BINARY_FORMATS, 'base64')
      return { ...base, array, type, ...parseValueOptions(section), inputFormat, outputFormat }
    }
    case 'json':
      return { ...base, array, type, ...parseJsonOptions(section, tokenizers) }
    case 'object':
      return { ...base, type, fieldMappings: parseObject(section, tokenizers) }
    case 'concatenate':
      return { ...base, type, ...parseConcatenate(section, tokenizers) }
  }
}

function checkName(section: ConfigSection, name: string): void {
  if (!FIELD_NAME.test(name)) {
    section.refuse(
      'name',
      `\`${name}\` is no field name: letters, digits and @ $ _ - / . are allowed, not starting with a digit, a dot or a slash, up to 255 characters`,
    )
  }
  if (RESERVED_NAMES.includes(name)) {
    section.refuse('name', `\`${name}\` is reserved (${RESERVED_NAMES.join(', ')})`)
  }
}

function parseType(section: ConfigSection, name: string): { type: FieldType; array: boolean } {
  const written = section.requiredText('type')
  const inner = /^array<(.*)>$/.exec(written)?.[1]?.trim()
  if (inner !== undefined) {
    const type = ARRAY_TYPES.find((known) => known === inner)
    if (type !== undefined) return { type, array: true }
  } else {
    const type = TYPES.find((known) => known === written)
    if (type !== undefined) return { type, array: false }
  }
  const meant = probablyMeant(inner ?? written, inner === undefined ? TYPES : ARRAY_TYPES)
  const fix = inner === undefined ? meant : `array<${meant}>`
  return section.refuse(
    'type',
    `unknown type \`${written}\` of field \`${name}\`; allowed: ${TYPES.join(', ')}, and array<T> of the first nine`,
    meant === undefined ? undefined : `did you mean \`${fix}\`?`,
  )
}

function parseValueOptions(section: ConfigSection) {
  return {
    stored: section.flag('stored', true),
    indexed: section.flag('indexed', true),
    fast: section.flag('fast', false),
  }
}

function parseText(section: ConfigSection, tokenizers: TokenizerRegistry) {
  return {
    stored: section.flag('stored', true),
    indexing: parseIndexing(section, 'default', tokenizers),
    fast: parseFastText(section),
  }
}

export function parseJsonOptions(
  section: ConfigSection,
  tokenizers: TokenizerRegistry,
): JsonOptions {
  return {
    stored: section.flag('stored', true),
    indexing: parseIndexing(section, 'raw', tokenizers),
    fast: parseFastText(section),
    expandDots: section.flag('expand_dots', true),
  }
}

/** Undefined for `indexed: false`, which excludes the options of the inverted index. */
function parseIndexing(
  section: ConfigSection,
  defaultTokenizer: string,
  tokenizers: TokenizerRegistry,
): TextIndexing | undefined {
  if (!section.flag('indexed', true)) {
    for (const key of [...TEXT_INDEXING, 'fieldnorms']) {
      if (section.has(key) && section.raw(key) !== false) {
        section.refuse(key, 'cannot be set together with `indexed: false`')
      }
    }
    return undefined
  }
  const tokenizer = section.text('tokenizer') ?? defaultTokenizer
  if (tokenizers.get(tokenizer) === undefined) {
    section.refuseChoice('tokenizer', tokenizer, tokenizers.names())
  }
  return {
    tokenizer,
    record: section.choice('record', RECORDS, 'basic'),
    fieldnorms: section.flag('fieldnorms', false),
  }
}

function parseFastText(section: ConfigSection): Normalizer | undefined {
  const value = section.raw('fast')
  if (value === undefined || value === false) return undefined
  if (value === true) return 'raw'
  if (typeof value !== 'object') {
    section.refuse('fast', `expected true, false or {normalizer: …}, got ${quoteValue(value)}`)
  }
  return section.section('fast', ['normalizer']).choice('normalizer', NORMALIZERS, 'raw')
}

function parseDatetime(section: ConfigSection) {
  if (section.has('fast_precision') && section.has('precision')) {
    section.refuse('precision', 'is another name of `fast_precision`: set one of them')
  }
  const formats = section.texts('input_formats')
  const inputFormats = formats.length === 0 ? ['rfc3339', 'unix_timestamp'] : [...new Set(formats)]
  inputFormats.forEach((format, i) => {
    checkDateFormat(format, INPUT_DATE_FORMATS, `${section.pathOf('input_formats')}[${i}]`)
  })
  const outputFormat = section.text('output_format') ?? 'rfc3339'
  checkDateFormat(outputFormat, OUTPUT_DATE_FORMATS, section.pathOf('output_format'))
  const precisionKey = section.has('precision') ? 'precision' : 'fast_precision'
  const fastPrecision = section.choice(precisionKey, PRECISIONS, 'seconds')
  return { inputFormats, outputFormat, fastPrecision }
}

function checkDateFormat(format: string, names: readonly string[], path: string): void {
  const problem = dateFormatProblem(format, names)
  if (problem === undefined) return
  const meant = probablyMeant(format, names)
  refuseSetting(
    path,
    `unknown date format \`${format}\` (${problem}); allowed: ${names.join(', ')} or a pattern such as %Y-%m-%d`,
    meant === undefined ? undefined : `did you mean \`${meant}\`?`,
  )
}

function parseObject(section: ConfigSection, tokenizers: TokenizerRegistry): FieldMapping[] {
  const items = section.list('field_mappings')
  if (items.length === 0) section.refuse('field_mappings', 'an object needs at least one field')
  return parseFieldMappings(items, section.pathOf('field_mappings'), tokenizers)
}

function parseConcatenate(section: ConfigSection, tokenizers: TokenizerRegistry) {
  const indexing = parseIndexing(section, 'default', tokenizers)
  const concatenateFields = section.texts('concatenate_fields')
  const includeDynamicFields = section.flag('include_dynamic_fields', false)
  if (indexing === undefined || (concatenateFields.length === 0 && !includeDynamicFields)) {
    return section.refuse(
      'concatenate_fields',
      'at least one field is needed, or `include_dynamic_fields: true`',
    )
  }
  return { indexing, concatenateFields, includeDynamicFields }
}
