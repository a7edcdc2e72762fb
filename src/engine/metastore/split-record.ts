import type { JsonObject, JsonValue } from '../bytes/json.ts'
import { QwError } from '../errors.ts'
import type { ByteRange } from '../ports.ts'
import { formatIp, parseIp } from '../schema/ip.ts'
import type { FieldRef, TypedValue } from '../schema/value-type.ts'
import {
  arrayAt,
  asFields,
  type Fields,
  fieldsAt,
  integerAt,
  optionalIntegerAt,
  stringAt,
} from './json-fields.ts'

/** `Staged` is kept for readers of the contract's states; nothing here writes it. */
type SplitState = 'Staged' | 'Published' | 'MarkedForDeletion'

export type SplitMaturity =
  | { readonly kind: 'mature' }
  /** Merges leave the split alone from `createTimestamp` + this on. */
  | { readonly kind: 'immature'; readonly maturationPeriodMs: number }

/** Seconds since the epoch, both ends inclusive. */
interface TimeRange {
  readonly startSeconds: number
  readonly endSeconds: number
}

/** Least and greatest value of a column in one split: `min <= value <= max`. */
interface ColumnBounds extends FieldRef {
  readonly min: TypedValue
  readonly max: TypedValue
}

/** What is known of a split without opening it. Timestamps without a unit are Unix seconds. */
export interface SplitRecord {
  readonly splitId: string
  /** `{index_id}:{ULID}`. */
  readonly indexUid: string
  readonly sourceId: string
  readonly nodeId: string
  readonly state: SplitState
  readonly createTimestamp: number
  /** Of the last change of state. */
  readonly updateTimestamp: number
  readonly publishTimestamp: number | undefined
  readonly docCount: number
  /** Bytes of the documents as they came, before indexing. */
  readonly sourceBytes: number
  readonly timeRange: TimeRange | undefined
  readonly tags: readonly string[]
  /** Where the footer lies; its end is the size of the split's object. */
  readonly footer: ByteRange
  readonly maturity: SplitMaturity
  readonly mergeOpCount: number
  readonly deleteOpstamp: number
  readonly docMappingUid: string
  readonly columnBounds: readonly ColumnBounds[]
}

/** The size of the split's object. */
export function splitSizeBytes(split: SplitRecord): number {
  return split.footer.end
}

/** By the oldest document; splits without a time range come before all others. */
export function oldestFirst(a: SplitRecord, b: SplitRecord): number {
  const start = (split: SplitRecord): number => split.timeRange?.startSeconds ?? -Infinity
  if (start(a) !== start(b)) return start(a) < start(b) ? -1 : 1
  return a.splitId < b.splitId ? -1 : 1
}

/** The record as docs/INDEX-FORMAT.md shows it. */
export function encodeSplitRecord(split: SplitRecord): JsonObject {
  return {
    version: '0.9',
    split_id: split.splitId,
    index_uid: split.indexUid,
    source_id: split.sourceId,
    node_id: split.nodeId,
    partition_id: 0,
    split_state: split.state,
    create_timestamp: split.createTimestamp,
    update_timestamp: split.updateTimestamp,
    publish_timestamp: split.publishTimestamp ?? null,
    num_docs: split.docCount,
    uncompressed_docs_size_in_bytes: split.sourceBytes,
    time_range:
      split.timeRange === undefined
        ? null
        : { start: split.timeRange.startSeconds, end: split.timeRange.endSeconds },
    tags: [...split.tags],
    footer_offsets: { start: split.footer.start, end: split.footer.end },
    maturity:
      split.maturity.kind === 'mature'
        ? { type: 'mature' }
        : { type: 'immature', maturation_period_millis: split.maturity.maturationPeriodMs },
    num_merge_ops: split.mergeOpCount,
    delete_opstamp: split.deleteOpstamp,
    doc_mapping_uid: split.docMappingUid,
    column_bounds: split.columnBounds.filter(({ type }) => type !== 'ip').map(encodeBounds),
    ...ipBounds(split.columnBounds),
  }
}

/** Throws `corrupt`. */
export function decodeSplitRecord(value: unknown): SplitRecord {
  const fields = asFields(value, 'splits')
  const footer = fieldsAt(fields, 'footer_offsets')
  return {
    splitId: stringAt(fields, 'split_id'),
    indexUid: stringAt(fields, 'index_uid'),
    sourceId: stringAt(fields, 'source_id'),
    nodeId: stringAt(fields, 'node_id'),
    state: decodeState(stringAt(fields, 'split_state')),
    createTimestamp: integerAt(fields, 'create_timestamp'),
    updateTimestamp: integerAt(fields, 'update_timestamp'),
    publishTimestamp: optionalIntegerAt(fields, 'publish_timestamp'),
    docCount: integerAt(fields, 'num_docs'),
    sourceBytes: integerAt(fields, 'uncompressed_docs_size_in_bytes'),
    timeRange: decodeTimeRange(fields),
    tags: arrayAt(fields, 'tags').map(String),
    footer: { start: integerAt(footer, 'start'), end: integerAt(footer, 'end') },
    maturity: decodeMaturity(fieldsAt(fields, 'maturity')),
    mergeOpCount: integerAt(fields, 'num_merge_ops'),
    deleteOpstamp: integerAt(fields, 'delete_opstamp'),
    docMappingUid: stringAt(fields, 'doc_mapping_uid'),
    columnBounds: [
      ...arrayAt(fields, 'column_bounds').map(decodeBounds),
      ...(fields['ip_bounds'] === undefined
        ? []
        : arrayAt(fields, 'ip_bounds').map(decodeIpBounds)),
    ],
  }
}

function decodeState(text: string): SplitState {
  if (text === 'Staged' || text === 'Published' || text === 'MarkedForDeletion') return text
  throw new QwError('corrupt', `metastore: unknown split state \`${text}\``)
}

function decodeTimeRange(fields: Fields): TimeRange | undefined {
  if (fields['time_range'] === null) return undefined
  const range = fieldsAt(fields, 'time_range')
  return { startSeconds: integerAt(range, 'start'), endSeconds: integerAt(range, 'end') }
}

function decodeMaturity(fields: Fields): SplitMaturity {
  if (fields['type'] === 'mature') return { kind: 'mature' }
  return {
    kind: 'immature',
    maturationPeriodMs: integerAt(fields, 'maturation_period_millis'),
  }
}

/** Integers and dates beyond 2^53 are strings, since JSON numbers would round them. */
function encodeBounds(bounds: ColumnBounds): JsonObject {
  return {
    path: bounds.path,
    type: bounds.type,
    min: encodeBound(bounds.min),
    max: encodeBound(bounds.max),
  }
}

function encodeBound(value: TypedValue): JsonValue {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number' || typeof value === 'boolean') return value
  throw new QwError('internal', 'column bounds are numbers or booleans')
}

/** Apart from the numbers, because earlier versions refuse a type that they do not know, and pass over
 *  a key that they do not know. */
function ipBounds(columnBounds: readonly ColumnBounds[]): JsonObject {
  const bounds = columnBounds.flatMap(({ path, type, min, max }): JsonObject[] => {
    const isIp = type === 'ip' && min instanceof Uint8Array && max instanceof Uint8Array
    return isIp ? [{ path, min: formatIp(min), max: formatIp(max) }] : []
  })
  return bounds.length === 0 ? {} : { ip_bounds: bounds }
}

function decodeIpBounds(value: unknown): ColumnBounds {
  const fields = asFields(value, 'ip_bounds')
  const address = (key: string): Uint8Array => {
    const bytes = parseIp(stringAt(fields, key))
    if (bytes !== undefined) return bytes
    throw new QwError('corrupt', `metastore: \`ip_bounds.${key}\` is no address`)
  }
  return { path: stringAt(fields, 'path'), type: 'ip', min: address('min'), max: address('max') }
}

function decodeBounds(value: unknown): ColumnBounds {
  const fields = asFields(value, 'column_bounds')
  return {
    path: stringAt(fields, 'path'),
    type: decodeType(stringAt(fields, 'type')),
    min: decodeBound(fields['min']),
    max: decodeBound(fields['max']),
  }
}

function decodeType(text: string): ColumnBounds['type'] {
  switch (text) {
    case 'i64':
    case 'u64':
    case 'f64':
    case 'bool':
    case 'date':
      return text
    default:
      throw new QwError('corrupt', `metastore: no column bounds for type \`${text}\``)
  }
}

function decodeBound(value: unknown): TypedValue {
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value === 'string' && /^-?\d+$/.test(value)) return BigInt(value)
  throw new QwError('corrupt', 'metastore: a column bound is not a number')
}
