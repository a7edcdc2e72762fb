import { isJsonObject, type JsonObject, type JsonValue } from '../../engine/bytes/json.ts'
import { drawBars, type Bar } from '../format/chart.ts'
import { formatCount, plural } from '../format/number.ts'
import type { Output } from '../format/streams.ts'
import { bucketsOf, countOf, keyText, numberOf } from './buckets.ts'
import { drawingWidth, type DrawnResult } from './drawing.ts'

const TERMS = 'terms'
const OTHER = '(other)'

export function termsAggs(field: string, size: number): JsonObject {
  return { [TERMS]: { terms: { field, size } } }
}

/** Bars of one terms aggregation, the rest as "other", with the bound of what counts may miss. */
export function showTerms(
  aggregations: JsonValue | undefined,
  field: string,
  out: Output,
): DrawnResult {
  const result = isJsonObject(aggregations) ? aggregations[TERMS] : undefined
  const totals = isJsonObject(result) ? result : {}
  const other = numberOf(totals['sum_other_doc_count'])
  const errorBound = numberOf(totals['doc_count_error_upper_bound'])
  const bars = bucketsOf(result).map((bucket): Bar => ({
    label: keyText(bucket),
    total: countOf(bucket),
    parts: [],
  }))
  if (other > 0) bars.push({ label: OTHER, total: other, parts: [] })
  return {
    columns: [field, 'count'],
    rows: bars.map((bar) => [bar.label, bar.total]),
    screen() {
      const { paint, ascii } = out.style
      const shown = plural(bars.length - (other > 0 ? 1 : 0), 'value')
      const bound =
        errorBound > 0 ? ` · counts may be too low by up to ${formatCount(errorBound)}` : ''
      const summary = `${shown} of ${field}${bound}`
      const chart =
        bars.length === 0
          ? ''
          : drawBars({ bars, series: [] }, { width: drawingWidth(out), style: out.style })
      return `${chart}${paint.dim(ascii ? summary.replaceAll('·', '-') : summary)}\n`
    },
  }
}
