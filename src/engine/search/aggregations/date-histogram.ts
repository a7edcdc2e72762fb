import type { AggregationKind } from './aggregation.ts'
import { CalendarHistogram } from './calendar-histogram.ts'
import { dateBuckets, intervalOption, offsetOption } from './date-buckets.ts'
import { dateOptions } from './date-options.ts'
import { HistogramAggregation } from './histogram-buckets.ts'
import { bucketBounds } from './histogram.ts'
import { booleanOption, fieldOption, invalidAggregation } from './options.ts'

export const DATE_HISTOGRAM: AggregationKind = {
  buckets: 'many',
  options:
    'field interval fixed_interval calendar_interval offset time_zone format missing min_doc_count keyed hard_bounds extended_bounds'.split(
      ' ',
    ),
  parse(input) {
    const { path, type } = fieldOption(input)
    if (type !== 'date' && type !== 'json') {
      throw invalidAggregation(input.name, `field "${path}" is not a datetime`)
    }
    const interval = intervalOption(input)
    const dates = dateOptions(input)
    const offset = offsetOption(input)
    const missing = input.options['missing'] ?? undefined
    const settings = {
      path,
      missing: missing === undefined ? undefined : dates.read(missing, 'missing'),
      printDate: dates.print,
      keyed: booleanOption(input, 'keyed', false),
      subs: input.subs,
      ...bucketBounds(input, dates.read),
    }
    if (interval.unit !== undefined || dates.zone.kind === 'named') {
      return new CalendarHistogram({
        ...settings,
        buckets: dateBuckets(interval, dates.zone, offset),
      })
    }
    // Clocks that never change move where all buckets begin.
    const shifted = offset - dates.zone.offsetMs
    const fixed = { scale: 'date', datesOnly: true, interval: interval.fixedMs } as const
    return new HistogramAggregation({
      ...settings,
      ...fixed,
      offset: shifted,
      printNumber: undefined,
    })
  },
}
