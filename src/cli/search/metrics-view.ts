import { isJsonObject, type JsonObject, type JsonValue } from '../../engine/bytes/json.ts'
import { QwError } from '../../engine/errors.ts'
import { drawTable } from '../format/table.ts'
import type { Output } from '../streams.ts'
import { metricText } from './buckets.ts'
import type { DrawnResult } from './drawing.ts'

const STATS = ['count', 'min', 'max', 'avg', 'sum'] as const

export function statsAggs(fields: readonly string[]): JsonObject {
  return Object.fromEntries(fields.map((field) => [field, { stats: { field } }]))
}

/** One line a field. */
export function showStats(
  aggregations: JsonValue | undefined,
  fields: readonly string[],
  out: Output,
): DrawnResult {
  const results = isJsonObject(aggregations) ? aggregations : {}
  const rows = fields.map((field) => {
    const stats = isJsonObject(results[field]) ? results[field] : {}
    return [field, ...STATS.map((name) => stats[`${name}_as_string`] ?? stats[name] ?? null)]
  })
  const columns = ['field', ...STATS]
  return { columns, rows, screen: () => drawMetrics(columns, rows, out) }
}

export interface PercentilesRequest {
  readonly field: string
  /** Empty: the engine's own choice. */
  readonly percents: readonly number[]
}

/** `field` or `field:50,95,99`. Throws `invalid` for what is no percentage. */
export function parsePercentiles(text: string): PercentilesRequest {
  const match = /^(.+?):([\d.,\s]+)$/.exec(text)
  if (match === null) return { field: text, percents: [] }
  const percents = (match[2] ?? '')
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(Number)
  if (percents.every((percent) => percent >= 0 && percent <= 100)) {
    return { field: match[1] ?? text, percents }
  }
  throw new QwError('invalid', `--percentiles \`${text}\`: percentages lie between 0 and 100`, {
    fix: `--percentiles ${match[1]}:50,95,99`,
  })
}

const PERCENTILES = 'percentiles'

export function percentilesAggs({ field, percents }: PercentilesRequest): JsonObject {
  return {
    [PERCENTILES]: {
      percentiles: { field, ...(percents.length === 0 ? {} : { percents: [...percents] }) },
    },
  }
}

export function showPercentiles(
  aggregations: JsonValue | undefined,
  { field }: PercentilesRequest,
  out: Output,
): DrawnResult {
  const result = isJsonObject(aggregations) ? aggregations[PERCENTILES] : undefined
  const values = isJsonObject(result) && isJsonObject(result['values']) ? result['values'] : {}
  const rows = Object.keys(values)
    .filter((percent) => !percent.endsWith('_as_string'))
    .map((percent) => [
      percent.replace(/\.0$/, ''),
      values[`${percent}_as_string`] ?? values[percent] ?? null,
    ])
  const columns = ['percentile', field]
  return { columns, rows, screen: () => drawMetrics(columns, rows, out) }
}

function drawMetrics(
  columns: readonly string[],
  rows: readonly (readonly JsonValue[])[],
  out: Output,
): string {
  const data = {
    columns: columns.map((name, i) => ({ name, align: i === 0 ? 'left' : 'right' }) as const),
    rows: rows.map((row) => row.map(metricText)),
  }
  return drawTable(data, { width: out.columns, style: out.style })
}
