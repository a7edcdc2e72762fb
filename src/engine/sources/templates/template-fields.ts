import type { FieldProposal } from '../infer/mapping-proposal.ts'
import type { Column, ColumnKind } from '../patterns/columns.ts'

/** What a field of a template holds: as a column, or what JSON alone can hold. */
type FieldKind = ColumnKind | 'bool' | 'json' | 'jsons' | 'object' | 'millis'

interface TemplateField {
  readonly name: string
  readonly kind: FieldKind
  /** Of an object. */
  readonly fields?: readonly TemplateField[]
}

/** `fields('a', 'b:ip')`: the kind of a bare name is keyword. */
export function fields(...specs: readonly (string | TemplateField)[]): readonly TemplateField[] {
  return specs.map((spec) => {
    if (typeof spec !== 'string') return spec
    const [name = '', kind = 'keyword'] = spec.split(':')
    return { name, kind: kind as FieldKind } // every kind in use is met when the templates are parsed
  })
}

type Shape = Pick<FieldProposal, 'type' | 'fast' | 'reason'> & Partial<FieldProposal>

const KEYWORD: Shape = { type: 'text', fast: true, tokenizer: 'raw', reason: 'whole values' }
const WORDS: Shape = {
  type: 'text',
  fast: true,
  tokenizer: 'default',
  reason: 'words to search, whole to count',
}
const NUMBER: Shape = { type: 'u64', fast: true, reason: 'whole numbers' }
const ADDRESS: Shape = { type: 'ip', fast: true, reason: 'addresses' }
const JSON_OBJECT: Shape = { type: 'json', fast: true, tokenizer: 'raw', reason: 'nested objects' }
const TIME: Shape = {
  type: 'datetime',
  fast: true,
  dateFormats: ['rfc3339'],
  dateUnit: 'microseconds',
  reason: 'the time',
}
const UNIX_TIME: Shape = { ...TIME, dateFormats: ['unix_timestamp'], dateUnit: 'seconds' }

/** Kinds that are one field each. */
const SHAPES: Readonly<
  Record<Exclude<FieldKind, 'host' | 'address' | 'request' | 'object' | 'skip'>, Shape>
> = {
  keyword: KEYWORD,
  list: { ...KEYWORD, array: true },
  id: { ...KEYWORD, fast: false, reason: 'ids' },
  words: WORDS,
  ip: ADDRESS,
  u64: NUMBER,
  i64: { type: 'i64', fast: true, reason: 'whole numbers, some negative' },
  f64: { type: 'f64', fast: true, reason: 'numbers with a fraction' },
  bool: { type: 'bool', fast: true, reason: 'true or false' },
  json: JSON_OBJECT,
  jsons: { ...JSON_OBJECT, array: true },
  time: TIME,
  clfTime: TIME,
  seconds: UNIX_TIME,
  millis: { ...UNIX_TIME, dateUnit: 'milliseconds' },
}

/** The declared fields of a column or template field; an address is two. */
export function proposals(field: Column | TemplateField): FieldProposal[] {
  const { name, kind } = field
  switch (kind) {
    case 'host': {
      const host = { ...KEYWORD, reason: 'names in place of addresses' }
      return [proposal(name, ADDRESS), proposal(`${name}_host`, host)]
    }
    case 'address': {
      const port = { ...NUMBER, reason: 'ports' }
      return [proposal(`${name}_ip`, ADDRESS), proposal(`${name}_port`, port)]
    }
    case 'request': {
      const odd = { ...WORDS, reason: 'request lines that are none' }
      return [
        proposal('method', KEYWORD),
        proposal('url', WORDS),
        proposal('protocol', KEYWORD),
        proposal('request', odd),
      ]
    }
    case 'object': {
      const inner = 'fields' in field ? (field.fields ?? []) : []
      const shape: Shape = { type: 'object', fast: false, reason: 'an object' }
      return [proposal(name, { ...shape, fields: inner.flatMap(proposals) })]
    }
    case 'skip':
      return []
    default:
      return [proposal(name, SHAPES[kind])]
  }
}

function proposal(name: string, shape: Shape): FieldProposal {
  const none = { array: false, tokenizer: undefined, dateFormats: [], dateUnit: undefined }
  return { ...none, presence: 1, ...shape, name }
}
