import { nearestFixedWidth } from '../../dates/duration.ts'
import type { AggregationInput, AggregationKind } from './aggregation.ts'
import { fixedInterval, offsetOption } from './date-buckets.ts'
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
      interval: intervalOf(input),
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

function intervalOf(input: AggregationInput): number {
  if (input.options['fixed_interval'] !== undefined) return fixedInterval(input)
  throw invalidAggregation(input.name, 'missing field `fixed_interval`')
}
