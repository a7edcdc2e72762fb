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
const TIME: Shape = {
  type: 'datetime',
  fast: true,
  dateFormats: ['rfc3339'],
  dateUnit: 'microseconds',
  reason: 'the time',
}

/** The declared fields of a column or template field; an address is two. */
export function proposals(field: Column | TemplateField): FieldProposal[] {
  const { name, kind } = field
  const one = (shape: Shape, as = name): FieldProposal => ({
    array: false,
    tokenizer: undefined,
    dateFormats: [],
    dateUnit: undefined,
    presence: 1,
    ...shape,
    name: as,
  })
  switch (kind) {
    case 'keyword':
      return [one(KEYWORD)]
    case 'words':
      return [one(WORDS)]
    case 'list':
      return [one({ ...KEYWORD, array: true })]
    case 'id':
      return [one({ ...KEYWORD, fast: false, reason: 'ids' })]
    case 'ip':
      return [one(ADDRESS)]
    case 'host':
      return [
        one(ADDRESS),
        one({ ...KEYWORD, reason: 'names in place of addresses' }, `${name}_host`),
      ]
    case 'address':
      return [one(ADDRESS, `${name}_ip`), one({ ...NUMBER, reason: 'ports' }, `${name}_port`)]
    case 'request':
      return [
        one(KEYWORD, 'method'),
        one(WORDS, 'url'),
        one(KEYWORD, 'protocol'),
        one({ ...WORDS, reason: 'request lines that are none' }, 'request'),
      ]
    case 'u64':
      return [one(NUMBER)]
    case 'i64':
      return [one({ type: 'i64', fast: true, reason: 'whole numbers, some negative' })]
    case 'f64':
      return [one({ type: 'f64', fast: true, reason: 'numbers with a fraction' })]
    case 'time':
    case 'clfTime':
      return [one(TIME)]
    case 'seconds':
    case 'millis':
      return [
        one({
          ...TIME,
          dateFormats: ['unix_timestamp'],
          dateUnit: kind === 'millis' ? 'milliseconds' : 'seconds',
        }),
      ]
    case 'bool':
      return [one({ type: 'bool', fast: true, reason: 'true or false' })]
    case 'json':
    case 'jsons':
      return [
        one({
          type: 'json',
          fast: true,
          tokenizer: 'raw',
          array: kind === 'jsons',
          reason: 'nested objects',
        }),
      ]
    case 'object': {
      const children = 'fields' in field ? (field.fields ?? []) : []
      return [
        one({
          type: 'object',
          fast: false,
          reason: 'an object',
          fields: children.flatMap(proposals),
        }),
      ]
    }
    case 'skip':
      return []
  }
}
