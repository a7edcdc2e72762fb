import {
  dateFormatProblem,
  INPUT_DATE_FORMATS,
  OUTPUT_DATE_FORMATS,
} from '../dates/datetime-format.ts'
import type { DatetimePrecision, FieldMapping, JsonOptions, TextIndexing } from './field-mapping.ts'
import type { Normalizer } from '../text/normalizer.ts'
import { probablyMeant } from './nearest.ts'
import {
  choice,
  flag,
  list,
  mapped,
  object,
  optional,
  quoteValue,
  recursive,
  refuse,
  required,
  text,
  variants,
  withDefault,
  type Place,
  type Shape,
} from './shape.ts'

const FIELD_NAME = /^[@$_\-a-zA-Z][@$_/.\-a-zA-Z0-9]{0,254}$/
const RESERVED_NAMES = ['_doc_length', '_dynamic', '_field_presence', '_source']

const BINARY_FORMAT = choice(['base64', 'hex'])
const PRECISION = choice(['seconds', 'milliseconds', 'microseconds', 'nanoseconds'])

const COMMON = {
  name: required(
    'The key in documents.',
    text({
      pattern: FIELD_NAME,
      not: RESERVED_NAMES,
      refusal: (name) =>
        RESERVED_NAMES.includes(name)
          ? `\`${name}\` is reserved (${RESERVED_NAMES.join(', ')})`
          : `\`${name}\` is no field name: letters, digits and @ $ _ - / . are allowed, not starting with a digit, a dot or a slash, up to 255 characters`,
    }),
  ),
  type: required('What its values are.', text()),
  description: optional('For people.', text()),
}

const INDEXED = withDefault('Whether queries find its terms.', flag, true)
const STORED = withDefault('Whether hits show it.', flag, true)
const FAST = withDefault('Whether it has a column: to sort, to aggregate.', flag, false)

const VALUES = { ...COMMON, indexed: INDEXED, stored: STORED, fast: FAST }

/** True, false, or an object with the normalizer of the column. */
const FAST_TEXT: Shape<Normalizer | undefined> = {
  schema: { anyOf: [flag.schema, fastOptions().schema] },
  read(value, place) {
    if (value === false) return undefined
    if (value === true) return 'raw'
    if (typeof value !== 'object') {
      refuse(place, `expected true, false or {normalizer: …}, got ${quoteValue(value)}`)
    }
    return fastOptions().read(value, place).normalizer
  },
}

function fastOptions() {
  const normalizer = choice(['raw', 'lowercase'])
  return object({ normalizer: withDefault('What the column holds.', normalizer, 'raw') })
}

const TERMS = {
  tokenizer: optional('How text becomes terms.', text()),
  record: optional('What postings say.', choice(['basic', 'freq', 'position'])),
}

const FIELDNORMS = optional('Whether scores know how long a text is.', flag)

const JSON_OPTIONS = {
  indexed: INDEXED,
  stored: STORED,
  fast: withDefault('Whether its paths have columns.', FAST_TEXT, false),
  ...TERMS,
  expand_dots: withDefault('Whether `a.b` as a key is a path.', flag, true),
}

export const DYNAMIC_MAPPING: Shape<JsonOptions> = mapped(object(JSON_OPTIONS), jsonOptions)

const TEXT = {
  ...VALUES,
  fast: withDefault('Whether it has a column.', FAST_TEXT, false),
  ...TERMS,
  fieldnorms: FIELDNORMS,
}

const NUMBER = {
  ...VALUES,
  coerce: withDefault('Whether a number may be written as text.', flag, true),
  output_format: withDefault('How hits show it.', choice(['number', 'string']), 'number'),
}

const DATETIME = {
  ...VALUES,
  input_formats: withDefault(
    'What values look like; the first that fits counts.',
    mapped(list(text()), inputFormats),
    ['rfc3339', 'unix_timestamp'],
  ),
  output_format: withDefault('How hits show it.', mapped(text(), outputFormat), 'rfc3339'),
  fast_precision: optional('What the column keeps of it: seconds unless given.', PRECISION),
  precision: optional('Another name of `fast_precision`.', PRECISION),
}

const BYTES = {
  ...VALUES,
  input_format: withDefault('How values are written.', BINARY_FORMAT, 'base64'),
  output_format: withDefault('How hits show it.', BINARY_FORMAT, 'base64'),
}

type FieldShape = (array: boolean) => Shape<FieldMapping>

const textField: FieldShape = (array) =>
  mapped(object(TEXT), (raw, place) => {
    const indexing = indexingOf(raw, 'default', place)
    return { ...base(raw), type: 'text', array, stored: raw.stored, indexing, fast: raw.fast }
  })

const numberField =
  (type: 'u64' | 'i64' | 'f64'): FieldShape =>
  (array) =>
    mapped(object(NUMBER), (raw) => {
      const { coerce, output_format: outputFormat } = raw
      return { ...base(raw), type, array, ...valueOptions(raw), coerce, outputFormat }
    })

const plainField =
  (type: 'bool' | 'ip'): FieldShape =>
  (array) =>
    mapped(object(VALUES), (raw) => ({ ...base(raw), type, array, ...valueOptions(raw) }))

const datetimeField: FieldShape = (array) =>
  mapped(object(DATETIME), (raw, place) => ({
    ...base(raw),
    type: 'datetime',
    array,
    ...valueOptions(raw),
    inputFormats: raw.input_formats,
    outputFormat: raw.output_format,
    fastPrecision: precisionOf(raw, place),
  }))

const bytesField: FieldShape = (array) =>
  mapped(object(BYTES), (raw, place) => {
    if (array && raw.fast) {
      refuse(at(place, 'fast'), `\`${raw.name}\`: a bytes field cannot be both fast and an array`)
    }
    const formats = { inputFormat: raw.input_format, outputFormat: raw.output_format }
    return { ...base(raw), type: 'bytes', array, ...valueOptions(raw), ...formats }
  })

const jsonField: FieldShape = (array) =>
  mapped(object({ ...COMMON, ...JSON_OPTIONS }), (raw, place) => {
    return { ...base(raw), type: 'json', array, ...jsonOptions(raw, place) }
  })

const objectField: Shape<FieldMapping> = mapped(
  object({
    ...COMMON,
    fast: optional('Without effect, as elsewhere: the fields inside say it themselves.', flag),
    array: withDefault('Whether documents may have a list of them.', flag, false),
    field_mappings: required(
      'The fields inside it.',
      recursive('field_mappings', () => FIELD_MAPPINGS),
    ),
  }),
  (raw, place) => {
    const { field_mappings: fieldMappings } = raw
    if (fieldMappings.length === 0) {
      refuse(at(place, 'field_mappings'), 'an object needs at least one field')
    }
    return { ...base(raw), type: 'object', array: raw.array, fieldMappings }
  },
)

const concatenateField: Shape<FieldMapping> = mapped(
  object({
    ...COMMON,
    ...TERMS,
    concatenate_fields: withDefault('The fields beside it that feed it.', list(text()), []),
    include_dynamic_fields: withDefault('Whether undeclared fields feed it.', flag, false),
  }),
  (raw, place) => {
    const { concatenate_fields: concatenateFields } = raw
    const includeDynamicFields = raw.include_dynamic_fields
    if (concatenateFields.length === 0 && !includeDynamicFields) {
      refuse(
        at(place, 'concatenate_fields'),
        'at least one field is needed, or `include_dynamic_fields: true`',
      )
    }
    const indexing = termsOf({ ...raw, fieldnorms: undefined }, 'default')
    return { ...base(raw), type: 'concatenate', indexing, concatenateFields, includeDynamicFields }
  },
)

/** A type by itself and as `array<type>`. */
function andArray(type: string, shape: FieldShape): Record<string, Shape<FieldMapping>> {
  return { [type]: shape(false), [`array<${type}>`]: shape(true) }
}

const FIELD_TYPES: Readonly<Record<string, Shape<FieldMapping>>> = {
  ...andArray('text', textField),
  ...andArray('u64', numberField('u64')),
  ...andArray('i64', numberField('i64')),
  ...andArray('f64', numberField('f64')),
  ...andArray('bool', plainField('bool')),
  ...andArray('ip', plainField('ip')),
  ...andArray('datetime', datetimeField),
  ...andArray('bytes', bytesField),
  ...andArray('json', jsonField),
  object: objectField,
  concatenate: concatenateField,
}

const FIELD = variants<FieldMapping>({
  key: 'type',
  variants: FIELD_TYPES,
  refuseOther(written, { name }, place) {
    const types = Object.keys(FIELD_TYPES)
    const plain = types.filter((type) => !type.startsWith('array<'))
    const meant = probablyMeant(written, written.startsWith('array<') ? types : plain)
    const field = typeof name === 'string' ? ` of field \`${name}\`` : ''
    return refuse(
      place,
      `unknown type \`${written}\`${field}; allowed: ${plain.join(', ')}, and array<T> of the first nine`,
      meant === undefined ? undefined : `did you mean \`${meant}\`?`,
    )
  },
})

/** A list of fields, at the top or inside an object; no name twice. */
export const FIELD_MAPPINGS: Shape<readonly FieldMapping[]> = mapped(
  list(FIELD),
  (fields, place) => {
    const seen = new Set<string>()
    fields.forEach(({ name }, i) => {
      if (seen.has(name)) {
        const path = `${place.path}[${i}].name`
        refuse({ ...place, path }, `duplicated field definition \`${name}\``)
      }
      seen.add(name)
    })
    return fields
  },
)

function at(place: Place, key: string): Place {
  return { ...place, path: `${place.path}.${key}` }
}

function base({ name, description }: { name: string; description: string | undefined }) {
  return { name, description }
}

function valueOptions({ stored, indexed, fast }: Record<'stored' | 'indexed' | 'fast', boolean>) {
  return { stored, indexed, fast }
}

interface RawTerms {
  readonly tokenizer: string | undefined
  readonly record: TextIndexing['record'] | undefined
  readonly fieldnorms?: boolean | undefined
}

function termsOf(raw: RawTerms, defaultTokenizer: string): TextIndexing {
  const { tokenizer = defaultTokenizer, record = 'basic', fieldnorms = false } = raw
  return { tokenizer, record, fieldnorms }
}

/** Undefined for `indexed: false`, which excludes the options of the inverted index. */
function indexingOf(
  raw: RawTerms & { readonly indexed: boolean },
  defaultTokenizer: string,
  place: Place,
): TextIndexing | undefined {
  if (raw.indexed) return termsOf(raw, defaultTokenizer)
  const { tokenizer, record, fieldnorms } = raw
  for (const [key, value] of Object.entries({ tokenizer, record, fieldnorms })) {
    if (value === undefined || value === false) continue
    refuse(at(place, key), 'cannot be set together with `indexed: false`')
  }
  return undefined
}

function jsonOptions(
  raw: RawTerms & {
    readonly indexed: boolean
    readonly stored: boolean
    readonly fast: Normalizer | undefined
    readonly expand_dots: boolean
  },
  place: Place,
): JsonOptions {
  const { stored, fast, expand_dots: expandDots } = raw
  return { stored, indexing: indexingOf(raw, 'raw', place), fast, expandDots }
}

function inputFormats(formats: readonly string[], place: Place): readonly string[] {
  formats.forEach((format, i) => {
    checkDateFormat(format, INPUT_DATE_FORMATS, { ...place, path: `${place.path}[${i}]` })
  })
  return formats.length === 0 ? ['rfc3339', 'unix_timestamp'] : [...new Set(formats)]
}

function outputFormat(format: string, place: Place): string {
  checkDateFormat(format, OUTPUT_DATE_FORMATS, place)
  return format
}

function checkDateFormat(format: string, names: readonly string[], place: Place): void {
  const problem = dateFormatProblem(format, names)
  if (problem === undefined) return
  const meant = probablyMeant(format, names)
  refuse(
    place,
    `unknown date format \`${format}\` (${problem}); allowed: ${names.join(', ')} or a pattern such as %Y-%m-%d`,
    meant === undefined ? undefined : `did you mean \`${meant}\`?`,
  )
}

function precisionOf(
  raw: {
    readonly precision: DatetimePrecision | undefined
    readonly fast_precision: DatetimePrecision | undefined
  },
  place: Place,
): DatetimePrecision {
  if (raw.precision !== undefined && raw.fast_precision !== undefined) {
    refuse(at(place, 'precision'), 'is another name of `fast_precision`: set one of them')
  }
  return raw.fast_precision ?? raw.precision ?? 'seconds'
}
