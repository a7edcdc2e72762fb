import type { AggregationInput, AggregationKind } from './aggregation.ts'
import { CalendarHistogram } from './calendar-histogram.ts'
import { dateBucketOf, fixedInterval, offsetOption } from './date-buckets.ts'
import { HistogramAggregation } from './histogram-buckets.ts'
import { bucketBounds } from './histogram.ts'
import { booleanOption, fieldOption, invalidAggregation } from './options.ts'

export const DATE_HISTOGRAM: AggregationKind = {
  buckets: 'many',
  options:
    'field interval fixed_interval calendar_interval offset time_zone format min_doc_count keyed hard_bounds extended_bounds'.split(
      ' ',
    ),
  parse(input) {
    const { path, type } = fieldOption(input)
    if (type !== 'date' && type !== 'json') {
      throw invalidAggregation(input.name, `field "${path}" is not a datetime`)
    }
    rejectOption(input, 'interval', 'use `fixed_interval`, such as "1d"')
    rejectOption(input, 'format', 'keys are RFC 3339')
    const calendar = input.options['calendar_interval']
    if (calendar !== undefined && calendar !== null) return calendarHistogram(input, path)
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

function calendarHistogram(input: AggregationInput, path: string): CalendarHistogram {
  const { hardBounds, ...bounds } = bucketBounds(input)
  if (hardBounds !== undefined) {
    throw invalidAggregation(
      input.name,
      '`hard_bounds` needs a `fixed_interval`',
      'narrow the query by a range',
    )
  }
  return new CalendarHistogram({
    path,
    buckets: dateBucketOf(input),
    keyed: booleanOption(input, 'keyed', false),
    subs: input.subs,
    ...bounds,
  })
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
