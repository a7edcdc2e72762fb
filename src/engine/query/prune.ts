import { dateToNanos } from '../dates/datetime.ts'
import { compareTyped, decodeTerm } from '../schema/term.ts'
import type { FieldRef, TypedValue, ValueType } from '../schema/value-type.ts'
import type { BoolQuery, Query, RangeQuery } from './query.ts'

/** Nanoseconds since the epoch; undefined: unbounded. */
interface TimeBounds {
  /** Inclusive. */
  readonly startNs: bigint | undefined
  /** Exclusive. */
  readonly endNs: bigint | undefined
}

/** Smallest and largest value of one column of a split. */
interface FieldBounds extends FieldRef {
  readonly min: TypedValue
  readonly max: TypedValue
}

/** What is known of a split without opening it. */
export interface SplitFacts {
  /** Seconds, inclusive on both sides. */
  readonly timeRange: { readonly start: number; readonly end: number } | undefined
  /** `field:value` and `field!` entries. */
  readonly tags: ReadonlySet<string>
  readonly columnBounds: readonly FieldBounds[]
}

interface TimestampField {
  readonly path: string
  readonly precisionNs: number
}

const NS_PER_SECOND = 1_000_000_000n

/**
 * False only when no document of the split can match, by time, tags and column bounds together.
 * What lies under `mustNot`, and leaves that compare no whole values (wildcards, regexes, prefixes,
 * phrases), give no information.
 */
export function splitMayMatch(
  query: Query,
  split: SplitFacts,
  timestamp: TimestampField | undefined,
): boolean {
  switch (query.kind) {
    case 'matchNone':
      return false
    case 'bool':
      return boolMayMatch(query, split, timestamp)
    case 'boost':
      return splitMayMatch(query.query, split, timestamp)
    case 'term':
      return termMayMatch(query.field, query.term, split)
    case 'termSet':
      return query.terms.some((term) => termMayMatch(query.field, term, split))
    case 'columnTerm':
      return valueInBounds(query.field, query.value, split)
    case 'range':
      return rangeMayMatch(query, split, timestamp)
    case 'matchAll':
    case 'phrase':
    case 'phrasePrefix':
    case 'prefix':
    case 'pattern':
    case 'exists':
      return true
  }
}

/** The query without the required time clauses that every document of the split satisfies. */
export function withoutCoveredTime(
  query: Query,
  timeRange: SplitFacts['timeRange'],
  timestamp: TimestampField | undefined,
): Query {
  if (timeRange === undefined || timestamp === undefined) return query
  if (query.kind === 'range') {
    const isCovered = isTimeClause(query, timestamp) && covers(query, timeRange, timestamp)
    return isCovered ? { kind: 'matchAll' } : query
  }
  if (query.kind !== 'bool') return query
  const strip = (clause: Query): Query => withoutCoveredTime(clause, timeRange, timestamp)
  // A dropped `must` clause still gives its constant score, as `matchAll`; a filter vanishes.
  const must = query.must.map(strip)
  const filter = query.filter.map(strip).filter((clause) => clause.kind !== 'matchAll')
  const hasPositive = must.length + filter.length > 0 || query.minimumShouldMatch > 0
  return { ...query, must, filter: hasPositive ? filter : [{ kind: 'matchAll' }] }
}

function boolMayMatch(
  { must, filter, should, minimumShouldMatch }: BoolQuery,
  split: SplitFacts,
  timestamp: TimestampField | undefined,
): boolean {
  const mayMatch = (clause: Query): boolean => splitMayMatch(clause, split, timestamp)
  if (!must.every(mayMatch) || !filter.every(mayMatch)) return false
  return minimumShouldMatch === 0 || should.filter(mayMatch).length >= minimumShouldMatch
}

function termMayMatch(field: FieldRef, term: Uint8Array, split: SplitFacts): boolean {
  const value = decodeTerm(field.type, term)
  return !tagsExclude(field, value, split.tags) && valueInBounds(field, value, split)
}

function valueInBounds(field: FieldRef, value: TypedValue, split: SplitFacts): boolean {
  const bounds = boundsFor(field, split)
  if (bounds === undefined) return true
  if (field.type === 'date') return secondMayOccur(value, bounds)
  const isBelow = compareTyped(field.type, value, bounds.min) < 0
  return !isBelow && compareTyped(field.type, value, bounds.max) <= 0
}

/** The marker `field!` says that the tags name every term of the field. */
function tagsExclude(field: FieldRef, value: TypedValue, tags: ReadonlySet<string>): boolean {
  if (!TAG_TYPES.has(field.type) || !tags.has(`${field.path}!`)) return false
  return !tags.has(`${field.path}:${String(value)}`)
}

const TAG_TYPES: ReadonlySet<ValueType> = new Set(['str', 'i64', 'u64'])

/** Terms of dates are whole seconds, columns may be finer. */
function secondMayOccur(value: TypedValue, bounds: FieldBounds): boolean {
  const start = nanosOf(value)
  return start + NS_PER_SECOND > nanosOf(bounds.min) && start <= nanosOf(bounds.max)
}

function rangeMayMatch(
  range: RangeQuery,
  split: SplitFacts,
  timestamp: TimestampField | undefined,
): boolean {
  if (split.timeRange !== undefined && timestamp !== undefined && isTimeClause(range, timestamp)) {
    const { startNs, endNs } = boundsOf(range)
    const isBefore = endNs !== undefined && endNs <= BigInt(split.timeRange.start) * NS_PER_SECOND
    const end = BigInt(split.timeRange.end + 1) * NS_PER_SECOND
    if (isBefore || (startNs !== undefined && startNs >= end)) return false
  }
  const bounds = boundsFor(range.field, split)
  if (bounds === undefined) return true
  const { lower, upper, field } = range
  const toMax = lower === undefined ? -1 : compareTyped(field.type, lower.value, bounds.max)
  const toMin = upper === undefined ? 1 : compareTyped(field.type, upper.value, bounds.min)
  const reachesMax = toMax < 0 || (toMax === 0 && lower?.inclusive === true)
  const reachesMin = toMin > 0 || (toMin === 0 && upper?.inclusive === true)
  return reachesMax && reachesMin
}

function boundsFor({ path, type }: FieldRef, split: SplitFacts): FieldBounds | undefined {
  return split.columnBounds.find((bounds) => bounds.path === path && bounds.type === type)
}

function isTimeClause({ field }: RangeQuery, timestamp: TimestampField): boolean {
  return field.type === 'date' && field.path === timestamp.path
}

function boundsOf({ lower, upper }: RangeQuery): TimeBounds {
  return {
    startNs: lower && nanosOf(lower.value) + (lower.inclusive ? 0n : 1n),
    endNs: upper && nanosOf(upper.value) + (upper.inclusive ? 1n : 0n),
  }
}

/** Column values of the split lie in [start, end + 1 s - precision]. */
function covers(
  range: RangeQuery,
  timeRange: NonNullable<SplitFacts['timeRange']>,
  { precisionNs }: TimestampField,
): boolean {
  const { startNs, endNs } = boundsOf(range)
  const first = BigInt(timeRange.start) * NS_PER_SECOND
  const last = BigInt(timeRange.end + 1) * NS_PER_SECOND - BigInt(precisionNs)
  return (startNs === undefined || startNs <= first) && (endNs === undefined || endNs > last)
}

function nanosOf(value: TypedValue): bigint {
  return typeof value === 'number' || typeof value === 'bigint' ? dateToNanos(value) : 0n
}
