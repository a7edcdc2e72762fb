import { isJsonObject, type JsonValue } from '../../bytes/json.ts'
import { floorDiv } from '../number-keys.ts'
import type { AggregationInput } from './aggregation.ts'
import { dateBuckets, intervalOption, offsetOption } from './date-buckets.ts'
import { dateOptions, type DateOptions } from './date-options.ts'
import {
  booleanOption,
  fieldOption,
  invalidAggregation,
  numberOption,
  refuseUnknown,
} from './options.ts'
import type { TermKey } from './term-key.ts'
import type { TupleSource } from './tuple-source.ts'

export interface CompositeSource extends TupleSource {
  readonly name: string
  /** With `format`: how dates of its keys are printed and read again. */
  readonly dates: DateOptions | undefined
  /** What plain values of `after` are. */
  readonly scale: 'date' | 'ip' | 'other'
  readonly descending: boolean
  readonly nullsFirst: boolean
}

const SHARED_OPTIONS = ['field', 'order', 'missing_bucket', 'missing_order', 'value_type']
const SOURCE_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  terms: SHARED_OPTIONS,
  histogram: [...SHARED_OPTIONS, 'interval', 'offset'],
  date_histogram: [
    ...SHARED_OPTIONS,
    ...'fixed_interval calendar_interval offset time_zone format'.split(' '),
  ],
}

/** `{name: {terms | histogram | date_histogram: {…}}}`. */
export function parseCompositeSource(
  input: AggregationInput,
  raw: JsonValue,
  place: string,
): CompositeSource {
  const [named, second] = isJsonObject(raw) ? Object.entries(raw) : []
  const [typed, other] =
    named !== undefined && isJsonObject(named[1]) ? Object.entries(named[1]) : []
  const options = typed?.[1]
  if (named === undefined || second !== undefined || typed === undefined || other !== undefined) {
    throw invalidAggregation(input.name, `\`${place}\` must be {name: {type: {…}}}, one of each`)
  }
  if (options === undefined || !isJsonObject(options)) {
    throw invalidAggregation(input.name, `\`${place}\` must have an object of options`)
  }
  const own = { ...input, options, name: `${input.name}.${place}` }
  refuseUnknown(
    own,
    typed[0],
    Object.hasOwn(SOURCE_OPTIONS, typed[0])
      ? (SOURCE_OPTIONS[typed[0]] ?? [])
      : Object.keys(options),
  )
  const field = fieldOption(own)
  if (field.type === 'bytes') {
    throw invalidAggregation(own.name, `field "${field.path}" holds bytes, which do not aggregate`)
  }
  const bucketOf = bucketFunctionOf(own, typed[0])
  const descending = isDescending(own)
  const isDate = field.type === 'date' || typed[0] === 'date_histogram'
  return {
    name: named[0],
    path: field.path,
    bucketOf,
    dates: isDate && typeof options['format'] === 'string' ? dateOptions(own) : undefined,
    missing: booleanOption(own, 'missing_bucket', false) ? null : undefined,
    scale: isDate ? 'date' : field.type === 'ip' ? 'ip' : 'other',
    descending,
    nullsFirst: nullsFirst(own, descending),
  }
}

function bucketFunctionOf(own: AggregationInput, type: string): TupleSource['bucketOf'] {
  switch (type) {
    case 'terms':
      return (value) => value
    case 'histogram':
      return histogramBucketOf(own)
    case 'date_histogram':
      return dateBucketOf(own)
    default:
      throw invalidAggregation(
        own.name,
        `a source cannot be \`${type}\``,
        'use terms, histogram or date_histogram',
      )
  }
}

function dateBucketOf(own: AggregationInput): TupleSource['bucketOf'] {
  const { startOf } = dateBuckets(intervalOption(own), dateOptions(own).zone, offsetOption(own))
  return (value) => {
    if (value.type !== 'date') return undefined
    const ms = startOf(Number(floorDiv(value.value, 1_000_000n)))
    return { type: 'date', value: BigInt(ms) * 1_000_000n }
  }
}

function histogramBucketOf(own: AggregationInput): TupleSource['bucketOf'] {
  const interval = numberOption(own, 'interval') ?? 0
  if (!(interval > 0)) throw invalidAggregation(own.name, '`interval` must be a number above 0')
  const offset = numberOption(own, 'offset') ?? 0
  const isWhole = Number.isSafeInteger(interval) && Number.isSafeInteger(offset)
  return (value): TermKey | undefined => {
    if (value.type !== 'int' && value.type !== 'float') return undefined
    // Doubles would put a value beyond 2^53 into another bucket than it belongs to.
    const index =
      isWhole && value.type === 'int'
        ? Number(floorDiv(value.value - BigInt(offset), BigInt(interval)))
        : Math.floor((Number(value.value) - offset) / interval)
    return { type: 'float', value: index * interval + offset }
  }
}

function isDescending(own: AggregationInput): boolean {
  const order = own.options['order'] ?? 'asc'
  if (order === 'asc' || order === 'desc') return order === 'desc'
  throw invalidAggregation(own.name, '`order` must be "asc" or "desc"')
}

function nullsFirst(own: AggregationInput, descending: boolean): boolean {
  const order = own.options['missing_order'] ?? 'default'
  if (order === 'default') return !descending
  if (order === 'first' || order === 'last') return order === 'first'
  throw invalidAggregation(own.name, '`missing_order` must be "default", "first" or "last"')
}
