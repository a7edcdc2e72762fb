import { isJsonObject, type JsonObject, type JsonValue } from '../../engine/bytes/json.ts'
import { drawBars, type Bar } from '../format/chart.ts'
import { plural } from '../format/number.ts'
import { formatTime, type Zone } from '../format/time.ts'
import type { Output } from '../format/streams.ts'
import { bucketsOf, countOf, keyText, numberOf } from './buckets.ts'
import { drawingWidth, type DrawnResult } from './drawing.ts'
import type { Interval } from './interval.ts'
import { seriesColors } from '../format/severity.ts'

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

export function histogramAggs(request: HistogramRequest): JsonObject {
  const { timestampField, interval, by, bounds } = request
  const plain: JsonObject = { field: timestampField, fixed_interval: interval.text }
  const outer: JsonObject =
    bounds === undefined ? plain : { ...plain, extended_bounds: msBounds(bounds) }
  const total = { [HISTOGRAM]: { date_histogram: outer } }
  if (by === undefined) return total
  // Each of the whole's largest terms over time. Terms inside each bucket would be that bucket's own
  // largest, so that a series would miss wherever others are larger.
  const series = { [HISTOGRAM]: { date_histogram: { ...plain, min_doc_count: 1 } } }
  return { ...total, [BY]: { terms: { field: by.field, size: by.size }, aggs: series } }
}

function msBounds({ startMs, endMs }: MsRange): JsonObject {
  return { min: startMs, max: Math.max(startMs, endMs - 1) }
}

interface HistogramSpace {
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
  const { buckets, series } = histogramData(aggregations, request)
  return {
    columns: ['time', 'count', ...series],
    rows: buckets.map(({ label, total, parts }) => [label, total, ...parts]),
    screen: () => drawHistogram({ buckets, series }, request, space),
  }
}

/** Buckets in the order of time, each with how much of it is of which series. */
export function histogramData(
  aggregations: JsonValue | undefined,
  { by }: Pick<HistogramRequest, 'by'>,
): HistogramData {
  const results = isJsonObject(aggregations) ? aggregations : {}
  const terms = by === undefined ? [] : bucketsOf(results[BY])
  const counts = terms.map(
    (term) =>
      new Map(
        bucketsOf(term[HISTOGRAM]).map((bucket) => [numberOf(bucket['key']), countOf(bucket)]),
      ),
  )
  const buckets = bucketsOf(results[HISTOGRAM]).map((bucket): HistogramBucket => {
    const startMs = numberOf(bucket['key'])
    return {
      startMs,
      label: keyText(bucket),
      total: countOf(bucket),
      parts: counts.map((ofTerm) => ofTerm.get(startMs) ?? 0),
    }
  })
  return { buckets, series: terms.map(keyText) }
}

interface HistogramBucket {
  readonly startMs: number
  /** As the answer writes it. */
  readonly label: string
  readonly total: number
  /** By series. */
  readonly parts: readonly number[]
}

interface HistogramData {
  readonly buckets: readonly HistogramBucket[]
  readonly series: readonly string[]
}

function drawHistogram(
  data: HistogramData,
  { interval, by }: HistogramRequest,
  space: HistogramSpace,
): string {
  const { out, zone } = space
  const { paint, ascii } = out.style
  const { buckets, series } = data
  const detail = labelDetail(buckets, interval, zone)
  const bars = buckets.map(({ startMs, total, parts }): Bar => {
    const note = partialNote(startMs, interval, space)
    return {
      label: formatTime(startMs, zone, detail),
      total,
      parts,
      ...(note === undefined ? {} : { note }),
    }
  })
  const total = bars.reduce((sum, bar) => sum + bar.total, 0)
  const colors = by === undefined ? [] : seriesColors(by.field, series)
  const chart =
    bars.length === 0
      ? ''
      : drawBars({ bars, series, colors }, { width: drawingWidth(out), style: out.style })
  const zoneName = zone.kind === 'local' ? 'local time' : zone.name
  const summary = `${plural(total, 'document')} · ${plural(bars.length, 'bucket')} of ${interval.text} · ${zoneName}`
  return `${chart}${paint.dim(ascii ? summary.replaceAll('·', '-') : summary)}\n`
}

/** Days begin at midnight UTC, which is not midnight everywhere. */
function labelDetail(buckets: readonly HistogramBucket[], interval: Interval, zone: Zone) {
  if (interval.ms < 1_000) return 'auto'
  if (interval.ms < 60_000 || interval.ms % 60_000 !== 0) return 'seconds'
  const startAtMidnight = ({ startMs }: HistogramBucket): boolean =>
    formatTime(startMs, zone, 'minutes').endsWith('00:00')
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
