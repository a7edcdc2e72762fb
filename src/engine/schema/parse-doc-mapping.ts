import { tokenizerRegistry, type TokenizerRegistry } from '../text/tokenizer-registry.ts'
import type { TokenizerConfig } from '../text/tokenizer-config.ts'
import { messageOf } from '../errors.ts'
import type { ConcatenateField, FieldMapping, JsonOptions } from './field-mapping.ts'
import { buildFieldTable, type FieldTable } from './field-table.ts'
import type { DocMapping } from './index-config.ts'
import { parsePartitionKey, plainPartitionFields } from './partition-key.ts'
import { DYNAMIC_MAPPING, FIELD_MAPPINGS } from './parse-field-mapping.ts'
import { TOKENIZERS } from './parse-tokenizers.ts'
import {
  choice,
  count,
  flag,
  list,
  mapped,
  object,
  optional,
  refuseChoice,
  refuseSetting,
  text,
  withDefault,
  type Shape,
} from './shape.ts'

const MODE = choice(['dynamic', 'lenient', 'strict'])
const CONCATENABLE = ['text', 'u64', 'i64', 'f64', 'bool', 'json']

/** What undeclared fields get when the config has no `dynamic_mapping` at all. */
const DEFAULT_DYNAMIC_MAPPING: JsonOptions = {
  stored: true,
  indexing: { tokenizer: 'raw', record: 'basic', fieldnorms: false },
  fast: 'raw',
  expandDots: true,
}

const MAPPING = object({
  mode: withDefault('What happens to undeclared fields.', MODE, 'dynamic'),
  dynamic_mapping: optional('How undeclared fields are indexed.', DYNAMIC_MAPPING),
  field_mappings: withDefault('The declared fields.', FIELD_MAPPINGS, []),
  timestamp_field: optional('The time of a document; splits are pruned by it.', text()),
  tag_fields: withDefault('Fields with few values; splits are pruned by them.', list(text()), []),
  partition_key: optional('Documents of one key share splits.', text()),
  max_num_partitions: withDefault('Partitions of one index at most.', count(1), 200),
  index_field_presence: withDefault('Whether `exists` knows fields without column.', flag, false),
  store_source: withDefault('Whether hits show the whole document as it came.', flag, false),
  store_document_size: optional('Whether `_doc_length` is a column.', flag),
  document_length: optional('Another name of `store_document_size`.', flag),
  tokenizers: withDefault('Tokenizers of this index.', TOKENIZERS, []),
  doc_mapping_uid: optional('Given by the index; changes with the mapping.', text()),
})

type RawMapping = ReturnType<typeof MAPPING.read>

/** `doc_mapping`, with what its parts say about each other checked. */
export const DOC_MAPPING: Shape<DocMapping> = mapped(MAPPING, (raw, { path }) => {
  const registry = registryOf(raw.tokenizers, path)
  const fieldMappings = raw.field_mappings
  checkTokenizers(fieldMappings, `${path}.field_mappings`, registry)
  checkConcatenations(fieldMappings, `${path}.field_mappings`, raw.mode)
  const parsed: DocMapping = {
    mode: raw.mode,
    dynamicMapping: dynamicMapping(raw, path, registry),
    fieldMappings,
    timestampField: raw.timestamp_field,
    tagFields: raw.tag_fields,
    partitionKey: raw.partition_key,
    maxNumPartitions: raw.max_num_partitions,
    indexFieldPresence: raw.index_field_presence,
    storeSource: raw.store_source,
    storeDocumentSize: storeDocumentSize(raw, path),
    tokenizers: raw.tokenizers,
    docMappingUid: raw.doc_mapping_uid,
  }
  const table = buildFieldTable(parsed)
  checkTimestampField(raw.timestamp_field, `${path}.timestamp_field`, table)
  return { ...parsed, tagFields: resolveTagFields(raw, path, table) }
})

function storeDocumentSize(raw: RawMapping, path: string): boolean {
  const { store_document_size: size, document_length: length } = raw
  if (size !== undefined && length !== undefined) {
    const why = 'is another name of `store_document_size`: set one of them'
    refuseSetting(`${path}.document_length`, why)
  }
  return size ?? length ?? false
}

function dynamicMapping(
  raw: RawMapping,
  path: string,
  registry: TokenizerRegistry,
): JsonOptions | undefined {
  const { mode, dynamic_mapping: options } = raw
  if (options === undefined) return mode === 'dynamic' ? DEFAULT_DYNAMIC_MAPPING : undefined
  const at = `${path}.dynamic_mapping`
  if (mode !== 'dynamic') refuseSetting(at, `only goes with \`mode: dynamic\`, the mode is ${mode}`)
  checkTokenizer(options.indexing?.tokenizer, at, registry)
  return options
}

function registryOf(tokenizers: readonly TokenizerConfig[], path: string): TokenizerRegistry {
  tokenizers.forEach((tokenizer, i) => {
    try {
      tokenizerRegistry([tokenizer])
    } catch (error) {
      refuseSetting(`${path}.tokenizers[${i}].pattern`, messageOf(error))
    }
  })
  return tokenizerRegistry(tokenizers)
}

function checkTokenizers(
  fields: readonly FieldMapping[],
  path: string,
  registry: TokenizerRegistry,
): void {
  fields.forEach((field, i) => {
    const at = `${path}[${i}]`
    if (field.type === 'object') {
      checkTokenizers(field.fieldMappings, `${at}.field_mappings`, registry)
    }
    if ('indexing' in field) checkTokenizer(field.indexing?.tokenizer, at, registry)
  })
}

function checkTokenizer(name: string | undefined, path: string, registry: TokenizerRegistry): void {
  if (name === undefined || registry.get(name) !== undefined) return
  refuseChoice(name, registry.names(), { document: 'config', path: `${path}.tokenizer` })
}

function checkConcatenations(
  fields: readonly FieldMapping[],
  path: string,
  mode: DocMapping['mode'],
): void {
  fields.forEach((field, i) => {
    const at = `${path}[${i}]`
    if (field.type === 'object') {
      checkConcatenations(field.fieldMappings, `${at}.field_mappings`, mode)
    }
    if (field.type === 'concatenate') checkConcatenation(field, fields, at, mode)
  })
}

// oxlint-disable-next-line max-params -- one field among its siblings, where it stands and the mode
function checkConcatenation(
  field: ConcatenateField,
  siblings: readonly FieldMapping[],
  path: string,
  mode: DocMapping['mode'],
): void {
  if (field.includeDynamicFields && mode !== 'dynamic') {
    const why = `only goes with \`mode: dynamic\`, the mode is ${mode}`
    refuseSetting(`${path}.include_dynamic_fields`, why)
  }
  field.concatenateFields.forEach((name, i) => {
    const at = `${path}.concatenate_fields[${i}]`
    const found = findSibling(siblings, name)
    if (found === undefined) {
      refuseSetting(at, `\`${field.name}\` names the unknown field \`${name}\``)
    }
    if (!CONCATENABLE.includes(found.type)) {
      const allowed = CONCATENABLE.join(', ')
      refuseSetting(
        at,
        `\`${name}\` is of type ${found.type}; allowed: ${allowed} and their arrays`,
      )
    }
  })
}

/** By name, or by path into objects beside the field. */
function findSibling(fields: readonly FieldMapping[], name: string): FieldMapping | undefined {
  for (const field of fields) {
    if (field.name === name) return field
    if (field.type === 'object' && name.startsWith(`${field.name}.`)) {
      const found = findSibling(field.fieldMappings, name.slice(field.name.length + 1))
      if (found !== undefined) return found
    }
  }
  return undefined
}

function checkTimestampField(name: string | undefined, path: string, table: FieldTable): void {
  if (name === undefined) return
  const refuse = (why: string, fix?: string) => refuseSetting(path, why, fix)
  if (name.startsWith('.') || name.endsWith('.')) {
    refuse(`\`${name}\` cannot start or end with a dot`)
  }
  const entry = table.declared.get(name)
  if (entry === undefined) {
    const dates = [...table.declared.values()].filter(({ field }) => field.type === 'datetime')
    const found = dates.map(({ path }) => `\`${path}\``).join(', ')
    const fix = found === '' ? undefined : `declared datetime fields: ${found}`
    return refuse(`the field \`${name}\` is not declared`, fix)
  }
  const { field } = entry
  if (field.type !== 'datetime') {
    return refuse(`the field \`${name}\` must be of type datetime, it is ${field.type}`)
  }
  if (field.array) refuse(`the field \`${name}\` must be single-valued, it is an array`)
  if (!field.fast) refuse(`the field \`${name}\` must be fast`, `set \`fast: true\` on \`${name}\``)
}

/** Declared tags and the plain fields of the partition key that can be tags; sorted. */
function resolveTagFields(raw: RawMapping, path: string, table: FieldTable): string[] {
  const tags = new Set(raw.tag_fields)
  raw.tag_fields.forEach((name, i) => {
    if (canBeTag(table, name)) return
    const reason = table.declared.has(name)
      ? 'tags are text fields with the tokenizer raw, or u64 or i64, and indexed'
      : 'the field is not declared'
    refuseSetting(`${path}.tag_fields[${i}]`, `\`${name}\`: ${reason}`)
  })
  for (const name of partitionFields(raw.partition_key ?? '', `${path}.partition_key`)) {
    if (canBeTag(table, name)) tags.add(name)
  }
  return [...tags].toSorted()
}

function partitionFields(key: string, path: string): string[] {
  try {
    return plainPartitionFields(parsePartitionKey(key))
  } catch (error) {
    return refuseSetting(path, messageOf(error))
  }
}

function canBeTag(table: FieldTable, name: string): boolean {
  const field = table.declared.get(name)?.field
  switch (field?.type) {
    case 'text':
      return field.indexing?.tokenizer === 'raw'
    case 'u64':
    case 'i64':
      return field.indexed
    default:
      return false
  }
}
