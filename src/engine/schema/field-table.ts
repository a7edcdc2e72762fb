import { tokenizerRegistry, type TokenizerRegistry } from '../text/tokenizer-registry.ts'
import type { DatetimePrecision, FieldMapping, JsonOptions } from './field-mapping.ts'
import type { TermOptions } from './field-spec.ts'
import { escapeName, joinPath, splitPath } from './field-path.ts'
import type { DocMapping } from './index-config.ts'
import { nearestNames } from './nearest.ts'
import type { ColumnOptions, ResolvedField } from './schema.ts'
import type { ValueType } from './value-type.ts'

/** A declared field that holds values, and where. */
export interface DeclaredField {
  readonly path: string
  readonly field: Exclude<FieldMapping, { type: 'object' }>
}

export interface FieldTable {
  readonly tokenizers: TokenizerRegistry
  /** By path, in the order of the mapping; objects are not among them. */
  readonly declared: ReadonlyMap<string, DeclaredField>
  readonly objectPaths: ReadonlySet<string>
  resolve(path: string): ResolvedField | undefined
  nearest(path: string): string[]
}

export const DOC_LENGTH_PATH = '_doc_length'

const DOC_LENGTH: ResolvedField = {
  path: DOC_LENGTH_PATH,
  mapping: 'declared',
  type: 'u64',
  fieldType: 'u64',
  array: false,
  indexed: false,
  terms: undefined,
  column: { normalizer: 'raw', precisionNs: 1 },
  stored: false,
}

export function buildFieldTable(mapping: DocMapping): FieldTable {
  const declared = new Map<string, DeclaredField>()
  const objectPaths = new Set<string>()
  collect(mapping.fieldMappings, '', declared, objectPaths)
  const tokenizers = tokenizerRegistry(mapping.tokenizers)
  const names = [...declared.keys()]
  return {
    tokenizers,
    declared,
    objectPaths,
    resolve: (path) => resolvePath(path, mapping, declared, tokenizers),
    nearest: (path) => nearestNames(path, names, 3),
  }
}

// oxlint-disable-next-line max-params -- a walk with its two results
function collect(
  fields: readonly FieldMapping[],
  prefix: string,
  declared: Map<string, DeclaredField>,
  objectPaths: Set<string>,
): void {
  for (const field of fields) {
    const path = joinPath(prefix, escapeName(field.name))
    if (field.type === 'object') {
      objectPaths.add(path)
      collect(field.fieldMappings, path, declared, objectPaths)
    } else {
      declared.set(path, { path, field })
    }
  }
}

/** The longest declared prefix wins; what is left must lie inside a json field. */
// oxlint-disable-next-line max-params -- the parts of one table
function resolvePath(
  path: string,
  mapping: DocMapping,
  declared: ReadonlyMap<string, DeclaredField>,
  tokenizers: TokenizerRegistry,
): ResolvedField | undefined {
  if (path === DOC_LENGTH_PATH && mapping.storeDocumentSize) return DOC_LENGTH
  const names = splitPath(path)
  for (let length = names.length; length > 0; length--) {
    const found = declared.get(names.slice(0, length).join('.'))
    if (found === undefined) continue
    if (length === names.length) return resolveDeclared(found, tokenizers)
    if (found.field.type !== 'json') return undefined
    const rest = innerPath(names.slice(length), found.field.expandDots)
    const inner = `${found.path}.${rest}`
    return resolveJson(inner, 'json', { ...found.field, tokenizers })
  }
  const dynamic = mapping.dynamicMapping
  if (dynamic === undefined || path === '' || path === '_source') return undefined
  const inner = innerPath(names, dynamic.expandDots)
  return resolveJson(inner, 'dynamic', { ...dynamic, tokenizers })
}

function innerPath(names: readonly string[], expandDots: boolean): string {
  const path = names.join('.')
  return expandDots ? path.replaceAll('\\.', '.') : path
}

function resolveJson(
  path: string,
  mapping: 'json' | 'dynamic',
  options: JsonOptions & { readonly tokenizers: TokenizerRegistry },
): ResolvedField {
  const terms = termOptions(options.indexing, options.tokenizers)
  return {
    path,
    mapping,
    type: 'json',
    fieldType: 'json',
    array: false,
    indexed: terms !== undefined,
    terms,
    column: jsonColumn(options),
    stored: options.stored,
  }
}

/** Dates inside json keep all their precision in a column, as they do in Quickwit. */
export function jsonColumn(options: JsonOptions): ColumnOptions | undefined {
  return options.fast === undefined ? undefined : { normalizer: options.fast, precisionNs: 1 }
}

const VALUE_TYPES: Readonly<Record<DeclaredField['field']['type'], ValueType | 'json'>> = {
  text: 'str',
  u64: 'u64',
  i64: 'i64',
  f64: 'f64',
  bool: 'bool',
  ip: 'ip',
  datetime: 'date',
  bytes: 'bytes',
  json: 'json',
  concatenate: 'json',
}

export function resolveDeclared(
  { path, field }: DeclaredField,
  tokenizers: TokenizerRegistry,
): ResolvedField {
  const terms = declaredTerms(field, tokenizers)
  return {
    path,
    mapping: 'declared',
    type: VALUE_TYPES[field.type],
    fieldType: field.type,
    array: field.type !== 'concatenate' && field.array,
    indexed: terms !== undefined,
    terms,
    column: declaredColumn(field),
    stored: field.type !== 'concatenate' && field.stored,
  }
}

function declaredTerms(
  field: DeclaredField['field'],
  tokenizers: TokenizerRegistry,
): TermOptions | undefined {
  if ('indexing' in field) return termOptions(field.indexing, tokenizers)
  const raw = { tokenizer: 'raw', record: 'basic', fieldnorms: false } as const
  return field.indexed ? termOptions(raw, tokenizers) : undefined
}

export function termOptions(
  indexing: JsonOptions['indexing'],
  tokenizers: TokenizerRegistry,
): TermOptions | undefined {
  const tokenizer = indexing && tokenizers.get(indexing.tokenizer)
  if (indexing === undefined || tokenizer === undefined) return undefined
  return { tokenizer, record: indexing.record, fieldnorms: indexing.fieldnorms }
}

export const PRECISION_NS: Readonly<Record<DatetimePrecision, number>> = {
  seconds: 1_000_000_000,
  milliseconds: 1_000_000,
  microseconds: 1_000,
  nanoseconds: 1,
}

function declaredColumn(field: DeclaredField['field']): ColumnOptions | undefined {
  switch (field.type) {
    case 'concatenate':
      return undefined
    case 'text':
    case 'json':
      return field.fast === undefined ? undefined : { normalizer: field.fast, precisionNs: 1 }
    case 'datetime':
      return field.fast
        ? { normalizer: 'raw', precisionNs: PRECISION_NS[field.fastPrecision] }
        : undefined
    default:
      return field.fast ? { normalizer: 'raw', precisionNs: 1 } : undefined
  }
}
