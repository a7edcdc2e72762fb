import { at, isJsonObject, listOf, plainText, type Json } from '../api/exact-json.ts'

/** What the page has to know of a field to ask for one of its values. */
export interface FieldFacts {
  /** As queries name it: names joined by `.`, a dot inside a name written `\.`. */
  readonly path: string
  /** Of the mapping: text, u64, i64, f64, bool, ip, datetime, bytes, json; `dynamic` where it has none. */
  readonly type: string
  /** Can be sorted by, aggregated and drawn. */
  readonly fast: boolean
  /** `whole`: a text is one term. `phrase`: words in their order. `words`: words alone. */
  readonly text: 'whole' | 'phrase' | 'words'
  /** How dates, bytes and numbers are written in hits. */
  readonly outputFormat: string | undefined
}

export interface MappingFacts {
  readonly timestampField: string | undefined
  /** Fields of words that name none. */
  readonly searchFields: readonly string[]
  /** In the order of the mapping, objects as the paths inside them. */
  readonly declared: readonly FieldFacts[]
  /** What is known of a path, declared, inside a json field or dynamic. */
  readonly field: (path: string) => FieldFacts
}

/** Of an answer of `GET /api/v1/indexes/{id}`. */
export function mappingFacts(metadata: Json): MappingFacts {
  const mapping = at(metadata, 'index_config', 'doc_mapping')
  const declared = fieldsOf(at(mapping, 'field_mappings'), '')
  const byPath = new Map(declared.map((field) => [field.path, field]))
  const open = at(mapping, 'dynamic_mapping') ?? {}
  const timestamp = plainText(at(mapping, 'timestamp_field'))
  return {
    timestampField: timestamp === '' ? undefined : timestamp,
    searchFields: listOf(
      at(metadata, 'index_config', 'search_settings', 'default_search_fields'),
    ).map(plainText),
    declared,
    field(path) {
      const known = byPath.get(path)
      if (known !== undefined) return known
      const parent = declared.find(({ type, path: own }) => type === 'json' && isBelow(path, own))
      if (parent !== undefined) return { ...parent, path, type: 'dynamic' }
      return fieldOf(open, path, 'dynamic')
    },
  }
}

/** The path of a value in a document, from the keys that lead to it. */
export function pathOf(keys: readonly string[]): string {
  return keys.map((key) => key.replaceAll('.', '\\.')).join('.')
}

function fieldsOf(mappings: Json | undefined, prefix: string): FieldFacts[] {
  return listOf(mappings)
    .filter(isJsonObject)
    .flatMap((mapping) => {
      const path = prefix + pathOf([plainText(mapping['name'])])
      const type = plainText(mapping['type']).replace(/^array<(.*)>$/, '$1')
      return type === 'object'
        ? fieldsOf(mapping['field_mappings'], `${path}.`)
        : [fieldOf(mapping, path, type)]
    })
}

const WHOLE_TEXT = new Set(['raw', 'raw_lowercase', 'lowercase'])

function fieldOf(mapping: Json, path: string, type: string): FieldFacts {
  const tokenizer = plainText(at(mapping, 'tokenizer'))
  const hasPositions = at(mapping, 'record') === 'position'
  const isIndexed = at(mapping, 'indexed') !== false
  const format = plainText(at(mapping, 'output_format'))
  return {
    path,
    type,
    fast: (at(mapping, 'fast') ?? false) !== false,
    text: !isIndexed || WHOLE_TEXT.has(tokenizer) ? 'whole' : hasPositions ? 'phrase' : 'words',
    outputFormat: format === '' ? undefined : format,
  }
}

function isBelow(path: string, parent: string): boolean {
  return path.startsWith(`${parent}.`)
}
