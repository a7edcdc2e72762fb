import { BUILT_IN_TOKENIZERS, tokenizerRegistry } from '../text/tokenizer-registry.ts'
import type { TokenizerRegistry } from '../text/tokenizer-registry.ts'
import type { TokenFilter, TokenizerConfig } from '../text/tokenizer-config.ts'
import { messageOf } from '../errors.ts'
import { ConfigSection, refuseSetting } from './config-section.ts'
import type { ConcatenateField, FieldMapping, JsonOptions } from './field-mapping.ts'
import { buildFieldTable } from './field-table.ts'
import type { FieldTable } from './field-table.ts'
import type { DocMapping, MappingMode } from './index-config.ts'
import { parsePartitionKey, plainPartitionFields } from './partition-key.ts'
import {
  DYNAMIC_MAPPING_KEYS,
  parseFieldMappings,
  parseJsonOptions,
} from './parse-field-mapping.ts'

const KEYS = [
  'mode',
  'dynamic_mapping',
  'field_mappings',
  'timestamp_field',
  'tag_fields',
  'partition_key',
  'max_num_partitions',
  'index_field_presence',
  'store_source',
  'store_document_size',
  'document_length',
  'tokenizers',
  'doc_mapping_uid',
]
const MODES = ['dynamic', 'lenient', 'strict'] as const
const FILTERS = ['remove_long', 'lower_caser', 'ascii_folding'] as const
const CONCATENABLE = ['text', 'u64', 'i64', 'f64', 'bool', 'json']

/** What undeclared fields get when the config has no `dynamic_mapping` at all. */
const DEFAULT_DYNAMIC_MAPPING: JsonOptions = {
  stored: true,
  indexing: { tokenizer: 'raw', record: 'basic', fieldnorms: false },
  fast: 'raw',
  expandDots: true,
}

/** Reads `doc_mapping` of the config and checks what its parts say about each other. */
export function parseDocMapping(top: ConfigSection): DocMapping {
  const section = top.section('doc_mapping', KEYS)
  const mode = section.choice('mode', MODES, 'dynamic')
  const tokenizers = parseTokenizers(section)
  const registry = registryOf(section, tokenizers)
  const path = section.pathOf('field_mappings')
  const fieldMappings = parseFieldMappings(section.list('field_mappings'), path, registry)
  checkConcatenations(fieldMappings, path, mode)
  const parsed: DocMapping = {
    mode,
    dynamicMapping: parseDynamicMapping(section, mode, registry),
    fieldMappings,
    timestampField: section.text('timestamp_field'),
    tagFields: section.texts('tag_fields'),
    partitionKey: section.text('partition_key'),
    maxNumPartitions: section.count('max_num_partitions', 200, 1),
    indexFieldPresence: section.flag('index_field_presence', false),
    storeSource: section.flag('store_source', false),
    storeDocumentSize: parseStoreDocumentSize(section),
    tokenizers,
    docMappingUid: section.text('doc_mapping_uid'),
  }
  const table = buildFieldTable(parsed)
  checkTimestampField(section, table)
  return { ...parsed, tagFields: resolveTagFields(section, table) }
}

function parseStoreDocumentSize(section: ConfigSection): boolean {
  if (section.has('store_document_size') && section.has('document_length')) {
    section.refuse('document_length', 'is another name of `store_document_size`: set one of them')
  }
  return section.flag('store_document_size', section.flag('document_length', false))
}

function parseDynamicMapping(
  section: ConfigSection,
  mode: MappingMode,
  registry: TokenizerRegistry,
): JsonOptions | undefined {
  if (!section.has('dynamic_mapping')) {
    return mode === 'dynamic' ? DEFAULT_DYNAMIC_MAPPING : undefined
  }
  if (mode !== 'dynamic') {
    section.refuse('dynamic_mapping', `only goes with \`mode: dynamic\`, the mode is ${mode}`)
  }
  return parseJsonOptions(section.section('dynamic_mapping', DYNAMIC_MAPPING_KEYS), registry)
}

function parseTokenizers(section: ConfigSection): TokenizerConfig[] {
  const names = new Set<string>()
  return section.list('tokenizers').map((value, i) => {
    const path = `${section.pathOf('tokenizers')}[${i}]`
    const base = ['name', 'type', 'filters']
    const unchecked = new ConfigSection(value, path)
    const name = unchecked.requiredText('name')
    if (BUILT_IN_TOKENIZERS.includes(name)) {
      unchecked.refuse('name', `\`${name}\` is the name of a built-in tokenizer`)
    }
    if (names.has(name)) unchecked.refuse('name', `tokenizer \`${name}\` is defined twice`)
    names.add(name)
    unchecked.requiredText('type')
    const types = ['simple', 'source_code', 'regex', 'ngram'] as const
    const type = unchecked.choice('type', types, 'simple')
    const own = { simple: [], source_code: [], regex: ['pattern'], ngram: NGRAM_KEYS }[type]
    const tokenizer = new ConfigSection(value, path, [...base, ...own])
    const filters = parseFilters(tokenizer)
    switch (type) {
      case 'simple':
      case 'source_code':
        return { name, type, filters }
      case 'regex':
        return { name, type, pattern: tokenizer.requiredText('pattern'), filters }
      case 'ngram':
        return { name, type, ...parseNgram(tokenizer), filters }
    }
  })
}

const NGRAM_KEYS = ['min_gram', 'max_gram', 'prefix_only']

function parseFilters(section: ConfigSection): TokenFilter[] {
  return section.texts('filters').map((filter, i) => {
    const known = FILTERS.find((name) => name === filter)
    return known ?? section.refuseChoice(`filters[${i}]`, filter, FILTERS)
  })
}

/** Longer grams are no words; it bounds how many terms one text can make. */
const MAX_GRAM = 64

function parseNgram(section: ConfigSection) {
  for (const key of ['min_gram', 'max_gram']) {
    if (!section.has(key)) section.refuse(key, 'this setting is mandatory')
  }
  const minGram = section.count('min_gram', 1, 1)
  const maxGram = section.count('max_gram', 1, 1)
  if (maxGram < minGram || maxGram > MAX_GRAM) {
    const allowed = `\`min_gram\` (${minGram}) to ${MAX_GRAM}`
    section.refuse('max_gram', `must be from ${allowed}, got ${maxGram}`)
  }
  return { minGram, maxGram, prefixOnly: section.flag('prefix_only', false) }
}

function registryOf(
  section: ConfigSection,
  tokenizers: readonly TokenizerConfig[],
): TokenizerRegistry {
  tokenizers.forEach((tokenizer, i) => {
    try {
      tokenizerRegistry([tokenizer])
    } catch (error) {
      refuseSetting(`${section.pathOf('tokenizers')}[${i}].pattern`, messageOf(error))
    }
  })
  return tokenizerRegistry(tokenizers)
}

function checkConcatenations(
  fields: readonly FieldMapping[],
  path: string,
  mode: MappingMode,
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
  mode: MappingMode,
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

function checkTimestampField(section: ConfigSection, table: FieldTable): void {
  const name = section.text('timestamp_field')
  if (name === undefined) return
  const refuse = (why: string, fix?: string) => section.refuse('timestamp_field', why, fix)
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
function resolveTagFields(section: ConfigSection, table: FieldTable): string[] {
  const tags = new Set(section.texts('tag_fields'))
  let i = 0
  for (const name of tags) {
    if (!canBeTag(table, name)) {
      const known = table.declared.has(name)
      const reason = known
        ? 'tags are text fields with the tokenizer raw, or u64 or i64, and indexed'
        : 'the field is not declared'
      refuseSetting(`${section.pathOf('tag_fields')}[${i}]`, `\`${name}\`: ${reason}`)
    }
    i++
  }
  for (const name of partitionFields(section)) {
    if (canBeTag(table, name)) tags.add(name)
  }
  return [...tags].sort()
}

function partitionFields(section: ConfigSection): string[] {
  try {
    return plainPartitionFields(parsePartitionKey(section.text('partition_key') ?? ''))
  } catch (error) {
    return section.refuse('partition_key', messageOf(error))
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
