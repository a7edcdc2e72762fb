import { isJsonObject, type JsonObject, type JsonValue } from '../../engine/bytes/json.ts'
import { drawBars, type Bar } from '../format/chart.ts'
import { plural } from '../format/number.ts'
import { formatTime, type Zone } from '../format/time.ts'
import type { Output } from '../streams.ts'
import { bucketsOf, countOf, keyText, numberOf } from './buckets.ts'
import { drawingWidth, type DrawnResult } from './drawing.ts'
import type { Interval } from './interval.ts'

/** Names of our own aggregations in the request. */
const HISTOGRAM = 'histogram'
const BY = 'by'

export interface HistogramRequest {
  readonly timestampField: string
  readonly interval: Interval
  readonly by: { readonly field: string; readonly size: number } | undefined
  /** Empty buckets are kept up to here on both sides; undefined: from the first to the last document. */
  readonly bounds: MsRange | undefined
}

/** Milliseconds, end exclusive; open sides are infinite. */
export interface MsRange {
  readonly startMs: number
  readonly endMs: number
}

export function histogramAggs({
  timestampField,
  interval,
  by,
  bounds,
}: HistogramRequest): JsonObject {
  const series: JsonObject =
    by === undefined ? {} : { [BY]: { terms: { field: by.field, size: by.size } } }
  const histogram: JsonObject = { field: timestampField, fixed_interval: interval.text }
  if (bounds !== undefined) {
    histogram['extended_bounds'] = {
      min: bounds.startMs,
      max: Math.max(bounds.startMs, bounds.endMs - 1),
    }
  }
  const nested = by === undefined ? {} : { aggs: series }
  // The whole's largest terms name the series, so that they are the same in every bar.
  return { [HISTOGRAM]: { date_histogram: histogram, ...nested }, ...series }
}

export interface HistogramSpace {
  readonly out: Output
  readonly zone: Zone
  /** What was searched: a bucket that reaches beyond it is not whole. */
  readonly searched: MsRange
  readonly nowMs: number
}

/** One bar a bucket, stacked by series, and a line of totals. */
export function showHistogram(
  aggregations: JsonValue | undefined,
  request: HistogramRequest,
  space: HistogramSpace,
): DrawnResult {
  const results = isJsonObject(aggregations) ? aggregations : {}
  const buckets = bucketsOf(results[HISTOGRAM])
  const series =
    request.by === undefined ? [] : bucketsOf(results[BY]).map((bucket) => keyText(bucket))
  const parts = buckets.map((bucket) => {
    const counts = new Map(bucketsOf(bucket[BY]).map((part) => [keyText(part), countOf(part)]))
    return series.map((name) => counts.get(name) ?? 0)
  })
  return {
    columns: ['time', 'count', ...series],
    rows: buckets.map((bucket, i) => [keyText(bucket), countOf(bucket), ...(parts[i] ?? [])]),
    screen: () => drawHistogram({ buckets, parts, series }, request.interval, space),
  }
}

interface HistogramData {
  readonly buckets: readonly JsonObject[]
  readonly parts: readonly (readonly number[])[]
  readonly series: readonly string[]
}

function drawHistogram(data: HistogramData, interval: Interval, space: HistogramSpace): string {
  const { out, zone } = space
  const { paint, ascii } = out.style
  const { buckets, parts, series } = data
  const detail = labelDetail(buckets, interval, zone)
  const bars = buckets.map((bucket, i): Bar => {
    const note = partialNote(numberOf(bucket['key']), interval, space)
    return {
      label: formatTime(numberOf(bucket['key']), zone, detail),
      total: countOf(bucket),
      parts: parts[i] ?? [],
      ...(note === undefined ? {} : { note }),
    }
  })
  const total = bars.reduce((sum, bar) => sum + bar.total, 0)
  const chart =
    bars.length === 0
      ? ''
      : drawBars({ bars, series }, { width: drawingWidth(out), style: out.style })
  const zoneName = zone.kind === 'local' ? 'local time' : zone.name
  const summary = `${plural(total, 'document')} · ${plural(bars.length, 'bucket')} of ${interval.text} · ${zoneName}`
  return `${chart}${paint.dim(ascii ? summary.replaceAll('·', '-') : summary)}\n`
}

/** Days begin at midnight UTC, which is not midnight everywhere. */
function labelDetail(buckets: readonly JsonObject[], interval: Interval, zone: Zone) {
  if (interval.ms < 1_000) return 'auto'
  if (interval.ms < 60_000 || interval.ms % 60_000 !== 0) return 'seconds'
  const startAtMidnight = (bucket: JsonObject): boolean =>
    formatTime(numberOf(bucket['key']), zone, 'minutes').endsWith('00:00')
  return interval.ms >= 86_400_000 && buckets.every(startAtMidnight) ? 'days' : 'minutes'
}

function partialNote(
  startMs: number,
  interval: Interval,
  { searched, nowMs }: HistogramSpace,
): string | undefined {
  const endMs = startMs + interval.ms
  if (endMs > nowMs && startMs <= nowMs && searched.endMs > nowMs) return '(so far)'
  return startMs < searched.startMs || endMs > searched.endMs ? '(part)' : undefined
}
