import type { JsonObject } from '../../bytes/json.ts'
import { formatRfc3339 } from '../../dates/datetime.ts'
import type { Query } from '../../query/query.ts'
import {
  jsonFloat,
  type Aggregation,
  type AggregationSplit,
  type BucketBudget,
  type Collector,
  type SubAggregation,
} from './aggregation.ts'
import type { DateBuckets } from './date-buckets.ts'
import type { Bounds } from './options.ts'
import { mergeBuckets, pathsIn, queriesIn, renderSubs } from './sub-aggregations.ts'
import { TupleCollector, tupleTag, type TupleBucket } from './tuple-buckets.ts'

interface CalendarSettings {
  readonly path: string
  readonly buckets: DateBuckets
  readonly minDocCount: number
  /** Milliseconds. */
  readonly extendedBounds: Bounds | undefined
  readonly keyed: boolean
  readonly subs: readonly SubAggregation[]
}

type CalendarPartial = readonly TupleBucket[]

/** A histogram of dates whose buckets are not equally long. */
export class CalendarHistogram implements Aggregation<CalendarPartial> {
  readonly paths: readonly string[]
  readonly queries: readonly Query[]
  readonly #settings: CalendarSettings

  constructor(settings: CalendarSettings) {
    this.paths = [settings.path, ...pathsIn(settings.subs)]
    this.queries = queriesIn(settings.subs)
    this.#settings = settings
  }

  collector(split: AggregationSplit, parentLimit: number): Collector<CalendarPartial> {
    const { path, buckets, subs } = this.#settings
    const sources = [{ path, bucketOf: buckets.bucketOf, missing: undefined }]
    return new TupleCollector({ split, parentLimit, sources, subs }, (found) => found)
  }

  merge(partials: readonly CalendarPartial[]): CalendarPartial {
    const maps = partials.map(
      (buckets) => new Map(buckets.map((bucket) => [tupleTag(bucket.key), bucket])),
    )
    return [...mergeBuckets(maps, this.#settings.subs).values()]
  }

  render(partial: CalendarPartial, budget: BucketBudget): JsonObject {
    const { minDocCount, keyed, subs } = this.#settings
    const found = new Map(partial.map((bucket) => [startMs(bucket), bucket]))
    const buckets = this.#starts([...found.keys()], budget).flatMap((ms) => {
      const bucket = found.get(ms)
      const docCount = bucket?.docCount ?? 0
      if (docCount < minDocCount) return []
      const names = { key: jsonFloat(ms), key_as_string: formatRfc3339(ms) }
      return [{ ...names, doc_count: docCount, ...renderSubs(subs, bucket?.subs, budget) }]
    })
    if (!keyed) return { buckets }
    return { buckets: Object.fromEntries(buckets.map((each) => [each.key_as_string, each])) }
  }

  /** Where buckets start, ascending; the empty ones between them too when they are wanted. */
  #starts(present: readonly number[], budget: BucketBudget): number[] {
    const { minDocCount, extendedBounds, buckets } = this.#settings
    const starts = [...present]
    for (const bound of extendedBounds === undefined ? [] : Object.values(extendedBounds)) {
      const key = buckets.bucketOf({ type: 'date', value: BigInt(Math.floor(bound)) * 1_000_000n })
      if (key?.type === 'date') starts.push(Number(key.value / 1_000_000n))
    }
    starts.sort((a, b) => a - b)
    const last = starts.at(-1) ?? -Infinity
    if (minDocCount > 0) {
      budget.take(starts.length)
      return starts
    }
    const all: number[] = []
    for (let ms = starts[0] ?? Infinity; ms <= last; ms = buckets.next(ms)) {
      budget.take(1)
      all.push(ms)
    }
    return all
  }

  metric(): undefined {
    return undefined
  }
}

function startMs({ key }: TupleBucket): number {
  const [start] = key
  return start?.type === 'date' ? Number(start.value / 1_000_000n) : 0
}
