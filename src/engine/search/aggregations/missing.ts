import type { AggregationKind } from './aggregation.ts'
import { fieldOption } from './options.ts'
import { SingleBucketAggregation } from './single-bucket.ts'
import { withoutValue } from './values.ts'

/** One bucket of the documents that have no value of any type at the field. */
export const MISSING: AggregationKind = {
  buckets: 'one',
  options: ['field'],
  parse(input) {
    const { path } = fieldOption(input)
    return new SingleBucketAggregation(input.subs, { paths: [path] }, (split) => {
      const columns = split.columnsAt(path)
      return (block) => withoutValue(columns, block)
    })
  },
}
