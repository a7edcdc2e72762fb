import { nearestFixedWidth, parseFixedWidth } from '../../dates/duration.ts'
import type { AggregationInput, AggregationKind } from './aggregation.ts'
import { HistogramAggregation } from './histogram-buckets.ts'
import { bucketBounds } from './histogram.ts'
import { booleanOption, fieldOption, invalidAggregation } from './options.ts'

export const DATE_HISTOGRAM: AggregationKind = {
  hasBuckets: true,
  parse(input) {
    const { path, type } = fieldOption(input)
    if (type !== 'date' && type !== 'json') {
      throw invalidAggregation(input.name, `field "${path}" is not a datetime`)
    }
    rejectOption(input, 'interval', 'use `fixed_interval`, such as "1d"')
    const calendar = input.options['calendar_interval']
    const width = typeof calendar === 'string' ? nearestFixedWidth(calendar) : undefined
    rejectOption(input, 'calendar_interval', `use \`fixed_interval\`, such as "${width ?? '1d'}"`)
    rejectOption(input, 'format', 'keys are RFC 3339')
    return new HistogramAggregation({
      path,
      scale: 'date',
      datesOnly: true,
      interval: fixedInterval(input),
      offset: offsetOption(input),
      keyed: booleanOption(input, 'keyed', false),
      subs: input.subs,
      ...bucketBounds(input),
    })
  },
}

function rejectOption(input: AggregationInput, option: string, instead: string): void {
  const raw = input.options[option]
  if (raw === undefined || raw === null) return
  throw invalidAggregation(input.name, `\`${option}\` is not supported: ${instead}`)
}

function fixedInterval(input: AggregationInput): number {
  const raw = input.options['fixed_interval']
  if (raw === undefined) throw invalidAggregation(input.name, 'missing field `fixed_interval`')
  const text = typeof raw === 'string' ? raw : ''
  const interval = parseFixedWidth(text)
  if (interval !== undefined && interval > 0) return interval
  const width = nearestFixedWidth(text) ?? '1d'
  throw invalidAggregation(
    input.name,
    `\`fixed_interval\` must be whole digits and one of ms, s, m, h, d, such as "${width}"`,
  )
}

function offsetOption(input: AggregationInput): number {
  const raw = input.options['offset']
  if (raw === undefined || raw === null) return 0
  const sign = typeof raw === 'string' && raw.startsWith('-') ? -1 : 1
  const offset = typeof raw === 'string' ? parseFixedWidth(raw.replace(/^[+-]/, '')) : undefined
  if (offset === undefined) {
    throw invalidAggregation(input.name, '`offset` must be a duration such as "+6h" or "-1d"')
  }
  return sign * offset
}
