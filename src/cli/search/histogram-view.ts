import { isJsonObject, JsonFloat, type JsonObject, type JsonValue } from '../../engine/bytes/json.ts'
import { drawBars, type Bar } from '../format/chart.ts'
import { formatCount, plural } from '../format/number.ts'
import { formatTime, type Zone } from '../format/time.ts'
import type { Output } from '../streams.ts'
import type { Interval } from './interval.ts'

/** Names of our own aggregations in the request. */
export const HISTOGRAM = 'histogram'
export const BY = 'by'

/** Series drawn apart in a stacked bar when the user gives no number. */
export const DEFAULT_SERIES = 6

export interface HistogramRequest {
  readonly timestampField: string
  readonly interval: Interval
  readonly by: { readonly field: string; readonly size: number } | undefined
}

export function histogramAggs({ timestampField, interval, by }: HistogramRequest): JsonObject {
  const nested = by === undefined ? {} : { aggs: { [BY]: { terms: { field: by.field, size: by.size } } } }
  const aggs: JsonObject = {
    [HISTOGRAM]: {
      date_histogram: { field: timestampField, fixed_interval: interval.text },
      ...nested,
    },
  }
  // The whole's largest terms name the series, so that they are the same in every bar.
  if (by !== undefined) aggs[BY] = { terms: { field: by.field, size: by.size } }
  return aggs
}

export interface HistogramSpace {
  readonly out: Output
  readonly zone: Zone
  readonly zoneName: string
}

/** One bar a bucket, stacked by series, and a line of totals. */
export function drawHistogram(
  aggregations: JsonValue | undefined,
  request: HistogramRequest,
  { out, zone, zoneName }: HistogramSpace,
): string {
  const results = isJsonObject(aggregations) ? aggregations : {}
  const buckets = bucketsOf(results[HISTOGRAM])
  const series = request.by === undefined ? [] : bucketsOf(results[BY]).map((bucket) => keyText(bucket))
  const detail = request.interval.ms >= 86_400_000 ? 'days' : request.interval.ms >= 60_000 ? 'minutes' : 'auto'
  const bars = buckets.map((bucket): Bar => {
    const parts = new Map(bucketsOf(bucket[BY]).map((part) => [keyText(part), countOf(part)]))
    return {
      label: formatTime(numberOf(bucket['key']), zone, detail),
      total: countOf(bucket),
      parts: series.map((name) => parts.get(name) ?? 0),
    }
  })
  const total = bars.reduce((sum, bar) => sum + bar.total, 0)
  const width = Number.isFinite(out.columns) ? out.columns : 100
  const chart = drawBars({ bars, series }, { width, style: out.style })
  const summary = `${plural(total, 'document')} · ${plural(bars.length, 'bucket')} of ${request.interval.text} · ${zoneName}`
  return `${chart}${out.style.paint.dim(out.style.ascii ? summary.replaceAll('·', '-') : summary)}\n`
}

/** Bars of one terms aggregation, the rest as "other". */
export function drawTerms(result: JsonValue | undefined, out: Output): string {
  const buckets = bucketsOf(result)
  const other = isJsonObject(result) ? numberOf(result['sum_other_doc_count']) : 0
  const bars = buckets.map((bucket): Bar => ({ label: keyText(bucket), total: countOf(bucket), parts: [] }))
  if (other > 0) bars.push({ label: '(other)', total: other, parts: [] })
  const error = isJsonObject(result) ? numberOf(result['doc_count_error_upper_bound']) : 0
  const width = Number.isFinite(out.columns) ? out.columns : 100
  const note = error > 0 ? `counts may be too low by up to ${formatCount(error)}\n` : ''
  return drawBars({ bars, series: [] }, { width, style: out.style }) + note
}

export function bucketsOf(result: JsonValue | undefined): JsonObject[] {
  const buckets = isJsonObject(result) ? result['buckets'] : undefined
  return Array.isArray(buckets) ? buckets.filter(isJsonObject) : []
}

export function keyText(bucket: JsonObject): string {
  const text = bucket['key_as_string'] ?? bucket['key']
  return text instanceof JsonFloat ? String(text.value) : String(text)
}

export function countOf(bucket: JsonObject): number {
  return numberOf(bucket['doc_count'])
}

export function numberOf(value: JsonValue | undefined): number {
  return value instanceof JsonFloat ? value.value : Number(value ?? 0)
}
