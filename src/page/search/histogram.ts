import { at, listOf, numberOf, plainText, type Json, type JsonObject } from '../api/exact-json.ts'
import type { Interval } from '../time/range.ts'

/** Series of one picture; what is of no series is drawn as the rest. */
export const MAX_SERIES = 8
/** Terms that one part of the time is asked for: the largest of all may be small in it. */
const TERMS_OF_PART = 3 * MAX_SERIES

const TOTALS = 'totals'
const BY = 'by'

/** Milliseconds since the epoch, end exclusive. */
export interface MsRange {
  readonly startMs: number
  readonly endMs: number
}

interface HistogramRequest {
  readonly timestampField: string
  readonly interval: Interval
  readonly by: string | undefined
}

/**
 * The `aggs` of one part of the time. Each of the part's largest terms over time, rather than the
 * terms of each bucket, which would be that bucket's own largest.
 */
export function histogramAggs({ timestampField, interval, by }: HistogramRequest): JsonObject {
  const overTime = {
    date_histogram: { field: timestampField, fixed_interval: interval.text, min_doc_count: 1 },
  }
  if (by === undefined) return { [TOTALS]: overTime }
  const terms = { field: by, size: TERMS_OF_PART }
  return { [TOTALS]: overTime, [BY]: { terms, aggs: { [TOTALS]: overTime } } }
}

/** Counts by the start of their bucket. */
type Counts = ReadonlyMap<number, number>

/** What one answer says: parts of the time add up. */
export interface HistogramPart {
  readonly totals: Counts
  /** By the term as it is written. */
  readonly series: ReadonlyMap<string, Counts>
}

export function readHistogram(answer: Json): HistogramPart {
  const aggs = at(answer, 'aggregations')
  return {
    totals: countsOf(at(aggs, TOTALS)),
    series: new Map(
      listOf(at(aggs, BY, 'buckets')).map((bucket) => [
        plainText(at(bucket, 'key_as_string') ?? at(bucket, 'key')),
        countsOf(at(bucket, TOTALS)),
      ]),
    ),
  }
}

function countsOf(aggregation: Json | undefined): Counts {
  return new Map(
    listOf(at(aggregation, 'buckets')).map((bucket) => [
      numberOf(at(bucket, 'key')),
      numberOf(at(bucket, 'doc_count')),
    ]),
  )
}

/** A picture's numbers: one of each list per bucket, without a gap. */
export interface Histogram {
  readonly interval: Interval
  readonly starts: readonly number[]
  readonly totals: readonly number[]
  /** The largest first, then the rest where there is one; none: nothing stacks. */
  readonly series: readonly HistogramSeries[]
}

interface HistogramSeries {
  /** Undefined: documents of no other series. */
  readonly name: string | undefined
  readonly counts: readonly number[]
}

/** The parts that have come so far, over the whole time. */
export function sumHistogram(
  parts: readonly HistogramPart[],
  { startMs, endMs }: MsRange,
  interval: Interval,
): Histogram {
  const totals = sumCounts(parts.map((part) => part.totals))
  const starts = bucketStarts(totals, { startMs, endMs }, interval)
  const names = new Set(parts.flatMap((part) => [...part.series.keys()]))
  const series = [...names]
    .map((name) => {
      const counts = sumCounts(parts.flatMap((part) => part.series.get(name) ?? []))
      return { name, counts, sum: [...counts.values()].reduce((sum, count) => sum + count, 0) }
    })
    .toSorted((a, b) => b.sum - a.sum || (a.name < b.name ? -1 : 1))
    .slice(0, MAX_SERIES)
    .map(({ name, counts }) => ({ name, counts: starts.map((start) => counts.get(start) ?? 0) }))
  const all = starts.map((start) => totals.get(start) ?? 0)
  // A document with several terms counts in several series: the rest is never less than nothing.
  const rest = all.map((total, i) =>
    Math.max(0, total - series.reduce((sum, { counts }) => sum + (counts[i] ?? 0), 0)),
  )
  const hasRest = series.length > 0 && rest.some((count) => count > 0)
  return {
    interval,
    starts,
    totals: all,
    series: hasRest ? [...series, { name: undefined, counts: rest }] : series,
  }
}

function sumCounts(parts: readonly Counts[]): Counts {
  const sum = new Map<number, number>()
  for (const part of parts) {
    for (const [start, count] of part) sum.set(start, (sum.get(start) ?? 0) + count)
  }
  return sum
}

/** Buckets are aligned to the epoch, as the API's are. */
function bucketStarts(totals: Counts, range: MsRange, { ms }: Interval): number[] {
  const first = Math.min(bucketStart(range.startMs, ms), ...totals.keys())
  const starts: number[] = []
  for (let start = first; start < range.endMs && starts.length < MAX_BUCKETS; start += ms) {
    starts.push(start)
  }
  return starts
}

/** More are never drawn, whatever an answer says. */
const MAX_BUCKETS = 5_000

function bucketStart(timeMs: number, intervalMs: number): number {
  return Math.floor(timeMs / intervalMs) * intervalMs
}

/** Of a bucket that lies only in part in what was asked, or that is not over yet. */
export function partialNote(
  startMs: number,
  intervalMs: number,
  { bounds, nowMs }: { readonly bounds: MsRange; readonly nowMs: number },
): 'so far' | 'part' | undefined {
  const endMs = startMs + intervalMs
  if (startMs <= nowMs && endMs > nowMs) return 'so far'
  return startMs < bounds.startMs || endMs > bounds.endMs ? 'part' : undefined
}

/** The range in stretches of whole buckets, the latest first: the order in which answers are wanted. */
export function timeParts(
  { startMs, endMs }: MsRange,
  intervalMs: number,
  count: number,
): MsRange[] {
  const firstBucket = Math.floor(startMs / intervalMs)
  const buckets = Math.max(1, Math.ceil(endMs / intervalMs) - firstBucket)
  const parts = Math.min(count, buckets)
  const edges = Array.from({ length: parts + 1 }, (_, i) =>
    i === 0
      ? startMs
      : i === parts
        ? endMs
        : (firstBucket + Math.round((buckets * i) / parts)) * intervalMs,
  )
  return edges
    .slice(1)
    .map((end, i) => ({ startMs: edges[i] ?? startMs, endMs: end }))
    .toReversed()
}
