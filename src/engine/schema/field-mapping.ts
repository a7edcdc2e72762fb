import type { Normalizer } from '../text/normalizer.ts'
import type { RecordOption } from './field-spec.ts'

export type DatetimePrecision = 'seconds' | 'milliseconds' | 'microseconds' | 'nanoseconds'
export type BinaryFormat = 'base64' | 'hex'

interface FieldBase {
  readonly name: string
  readonly description: string | undefined
}

/** What every field that holds values shares. `array` is the `array<T>` form of the type. */
interface ValueFieldBase extends FieldBase {
  readonly array: boolean
  readonly stored: boolean
}

/** Options of the inverted index of a text-like field. */
export interface TextIndexing {
  readonly tokenizer: string
  readonly record: RecordOption
  readonly fieldnorms: boolean
}

interface TextField extends ValueFieldBase {
  readonly type: 'text'
  /** Undefined: `indexed: false`. */
  readonly indexing: TextIndexing | undefined
  /** Undefined: no column. */
  readonly fast: Normalizer | undefined
}

export interface NumberField extends ValueFieldBase {
  readonly type: 'u64' | 'i64' | 'f64'
  readonly indexed: boolean
  readonly fast: boolean
  readonly coerce: boolean
  readonly outputFormat: 'number' | 'string'
}

interface PlainField extends ValueFieldBase {
  readonly type: 'bool' | 'ip'
  readonly indexed: boolean
  readonly fast: boolean
}

export interface DatetimeField extends ValueFieldBase {
  readonly type: 'datetime'
  readonly indexed: boolean
  readonly fast: boolean
  readonly inputFormats: readonly string[]
  readonly outputFormat: string
  readonly fastPrecision: DatetimePrecision
}

interface BytesField extends ValueFieldBase {
  readonly type: 'bytes'
  readonly indexed: boolean
  readonly fast: boolean
  readonly inputFormat: BinaryFormat
  readonly outputFormat: BinaryFormat
}

/** Options of json fields and of `dynamic_mapping`. */
export interface JsonOptions {
  readonly stored: boolean
  /** Undefined: `indexed: false`. `fieldnorms` is always false here. */
  readonly indexing: TextIndexing | undefined
  readonly fast: Normalizer | undefined
  readonly expandDots: boolean
}

interface JsonField extends FieldBase, JsonOptions {
  readonly type: 'json'
  readonly array: boolean
}

interface ObjectField extends FieldBase {
  readonly type: 'object'
  /** Whether documents may have a list of them, or none as null; their values then stand side by side. */
  readonly array: boolean
  readonly fieldMappings: readonly FieldMapping[]
}

/** An inverted index fed by sibling fields; never stored, never fast. */
export interface ConcatenateField extends FieldBase {
  readonly type: 'concatenate'
  readonly indexing: TextIndexing
  readonly concatenateFields: readonly string[]
  readonly includeDynamicFields: boolean
}

export type FieldMapping =
  | TextField
  | NumberField
  | PlainField
  | DatetimeField
  | BytesField
  | JsonField
  | ObjectField
  | ConcatenateField
