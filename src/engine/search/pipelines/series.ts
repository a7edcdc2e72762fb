import type { JsonObject } from '../../bytes/json.ts'
import { calendarUnit, type CalendarUnit } from '../../dates/calendar.ts'
import { parseFixedWidth } from '../../dates/duration.ts'
import { jsonFloat } from '../aggregations/aggregation.ts'
import { invalidAggregation, numberOption } from '../aggregations/options.ts'
import { numberAt } from './buckets-path.ts'
import {
  gapPolicyOption,
  pathOption,
  resultPrinter,
  valueOf,
  withResult,
  type NamedBucket,
  type Pipeline,
  type PipelineInput,
  type PipelineKind,
} from './pipeline.ts'

const OPTIONS = ['buckets_path', 'gap_policy', 'format']

/** How much a number changed since the bucket before; per `unit` of the key as `normalized_value`. */
export const DERIVATIVE: PipelineKind = {
  options: [...OPTIONS, 'unit'],
  values: ['value', 'normalized_value'],
  place: 'gapless',
  parse(input) {
    const { path, reads } = pathOption(input)
    const policy = gapPolicyOption(input)
    const print = resultPrinter(input)
    const unitMs = unitOption(input)
    const run = (buckets: readonly NamedBucket[]): NamedBucket[] => {
      let last: { key: number; value: number | undefined } | undefined
      return buckets.map((each) => {
        const key = numberAt(each.bucket, ['_key']) ?? NaN
        const value = valueOf(each.bucket, path, policy)
        const before = last
        last = { key, value }
        if (before?.value === undefined || value === undefined) return each
        const change = value - before.value
        const normalized: JsonObject =
          unitMs === undefined
            ? {}
            : { normalized_value: jsonFloat(change / ((key - before.key) / unitMs)) }
        return withResult(each, input.ownName, { ...print(change), ...normalized })
      })
    }
    return { name: input.ownName, of: 'parent', reads, run }
  },
}

/** Units of the calendar in `unit` are as long as they are on average. */
const UNIT_MS: Readonly<Record<CalendarUnit, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
  month: 2_629_746_000,
  quarter: 3 * 2_629_746_000,
  year: 31_556_952_000,
}

function unitOption(input: PipelineInput): number | undefined {
  const { unit } = input.options
  if (unit === undefined || unit === null) return undefined
  const named = typeof unit === 'string' ? (unit === 'second' ? 1000 : calendarMs(unit)) : undefined
  const width = named ?? (typeof unit === 'string' ? parseFixedWidth(unit) : undefined)
  if (width !== undefined && width > 0) return width
  throw invalidAggregation(input.name, '`unit` must be a duration or a unit, such as "1s" or "day"')
}

function calendarMs(text: string): number | undefined {
  const unit = calendarUnit(text)
  return unit === undefined ? undefined : UNIT_MS[unit]
}

/** The sum of a number over the buckets so far. */
export const CUMULATIVE_SUM: PipelineKind = {
  options: ['buckets_path', 'format'],
  values: ['value'],
  place: 'ordered',
  parse(input) {
    const { path, reads } = pathOption(input)
    const print = resultPrinter(input)
    const run = (buckets: readonly NamedBucket[]): NamedBucket[] => {
      let sum = 0
      return buckets.map((each) => {
        sum += valueOf(each.bucket, path, 'insert_zeros') ?? 0
        return withResult(each, input.ownName, print(sum))
      })
    }
    return { name: input.ownName, of: 'parent', reads, run }
  },
}

/** A number less what it was `lag` buckets before. */
export const SERIAL_DIFF: PipelineKind = {
  options: [...OPTIONS, 'lag'],
  values: ['value'],
  place: 'gapless',
  parse(input): Pipeline {
    const { path, reads } = pathOption(input)
    const policy = gapPolicyOption(input)
    const print = resultPrinter(input)
    const lag = numberOption(input, 'lag') ?? 1
    if (!Number.isInteger(lag) || lag < 1) {
      throw invalidAggregation(input.name, '`lag` must be a positive whole number')
    }
    const run = (buckets: readonly NamedBucket[]): NamedBucket[] => {
      const values = buckets.map(({ bucket }) => valueOf(bucket, path, policy) ?? NaN)
      return buckets.map((each, at) => {
        const difference = (values[at] ?? NaN) - (values[at - lag] ?? NaN)
        return Number.isNaN(difference) ? each : withResult(each, input.ownName, print(difference))
      })
    }
    return { name: input.ownName, of: 'parent', reads, run }
  },
}
