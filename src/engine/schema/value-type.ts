/**
 * The kinds of value that a split keeps apart. A path may hold several kinds in one split (json and
 * dynamic fields); each (path, type) pair has its own term dictionary and its own column.
 */
export type ValueType = 'str' | 'i64' | 'u64' | 'f64' | 'bool' | 'date' | 'ip' | 'bytes'

/** One (path, type) pair: the unit that a split indexes and a query addresses.
 *  `path` joins names with `.`; a dot inside a name is written `\.`. */
export interface FieldRef {
  readonly path: string
  readonly type: ValueType
}

/**
 * A typed value on its way into a split, and out of one as a sort or aggregation value.
 *   str    string
 *   i64    number when it is a safe integer, otherwise bigint
 *   u64    number when it is a safe integer, otherwise bigint
 *   f64    number
 *   bool   boolean
 *   date   number of milliseconds since the epoch when that is exact, otherwise bigint of nanoseconds
 *   ip     16 bytes, version 4 as mapped version 6
 *   bytes  the bytes
 */
export type TypedValue = string | number | bigint | boolean | Uint8Array
