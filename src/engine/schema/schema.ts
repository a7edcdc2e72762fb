import type { Tokenizer } from '../text/tokenizer.ts'
import { buildFieldTable, PRECISION_NS } from './field-table.ts'
import type { Normalizer } from '../text/normalizer.ts'
import type { TermOptions } from './field-spec.ts'
import type { IndexConfig, MappingMode } from './index-config.ts'
import type { ValueType } from './value-type.ts'

/** What a path of a query means under the current mapping. */
export interface ResolvedField {
  /** As splits name it: under a json or dynamic field with `expand_dots`, `a\.b` has become `a.b`. */
  readonly path: string
  readonly mapping: 'declared' | 'json' | 'dynamic'
  /** 'json': values of any type may stand here (json, dynamic and concatenate fields). */
  readonly type: ValueType | 'json'
  /** The type as configured: text, u64, i64, f64, bool, ip, datetime, bytes, json, concatenate. */
  readonly fieldType: string
  /** Whether the type was written `array<…>`. */
  readonly array: boolean
  readonly indexed: boolean
  /** For type 'json', how its strings are indexed; undefined when not indexed. */
  readonly terms: TermOptions | undefined
  /** Undefined: not fast. For type 'json', how every reading's column is kept. */
  readonly column: ColumnOptions | undefined
  readonly stored: boolean
}

export interface ColumnOptions {
  /** Matters for strings alone. */
  readonly normalizer: Normalizer
  readonly precisionNs: number
}

export interface Schema {
  readonly mode: MappingMode
  readonly defaultSearchFields: readonly string[]
  readonly timestampField: { readonly path: string; readonly precisionNs: number } | undefined
  readonly tagFields: readonly string[]
  readonly indexFieldPresence: boolean
  /** Undefined: no such field (strict and lenient modes), or a path below a field that has no inside. */
  resolve(path: string): ResolvedField | undefined
  /** A built-in tokenizer or one of the mapping's own. */
  tokenizer(name: string): Tokenizer | undefined
  /** Whether `path` is a declared `object`, which `exists` may name though it has no values. */
  isObjectPath(path: string): boolean
  /** Declared fields that hold values, in the order of the mapping, as paths. */
  fieldNames(): string[]
  /** The three declared names most like `path`. */
  nearest(path: string): string[]
}

/** What queries need to know of a mapping. */
export function buildSchema(config: IndexConfig): Schema {
  const { docMapping, searchSettings } = config
  const table = buildFieldTable(docMapping)
  const timestamp = table.declared.get(docMapping.timestampField ?? '')
  return {
    mode: docMapping.mode,
    defaultSearchFields: searchSettings.defaultSearchFields,
    timestampField:
      timestamp?.field.type === 'datetime'
        ? { path: timestamp.path, precisionNs: PRECISION_NS[timestamp.field.fastPrecision] }
        : undefined,
    tagFields: docMapping.tagFields,
    indexFieldPresence: docMapping.indexFieldPresence,
    resolve: (path) => table.resolve(path),
    tokenizer: (name) => table.tokenizers.get(name),
    isObjectPath: (path) => table.objectPaths.has(path),
    fieldNames: () => [...table.declared.keys()],
    nearest: (path) => table.nearest(path),
  }
}
