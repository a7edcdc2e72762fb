import stringWidth from 'string-width'
import { isJsonObject, type JsonObject, type JsonValue } from '../../engine/bytes/json.ts'
import { QwError } from '../../engine/errors.ts'
import { drawTable } from '../format/table.ts'
import { formatTime, type Zone } from '../format/time.ts'
import type { Output } from '../format/streams.ts'
import { metricText, numberOf } from './buckets.ts'
import type { DrawnResult } from './drawing.ts'

const STATS = ['count', 'min', 'max', 'avg', 'sum'] as const

export function statsAggs(fields: readonly string[]): JsonObject {
  return Object.fromEntries(fields.map((field) => [field, { stats: { field } }]))
}

/** What a screen needs besides the result. */
interface MetricsSpace {
  readonly out: Output
  readonly zone: Zone
  /** Paths whose numbers are nanoseconds since the epoch. */
  readonly dateFields: ReadonlySet<string>
}

/** One line a field. */
export function showStats(
  aggregations: JsonValue | undefined,
  fields: readonly string[],
  space: MetricsSpace,
): DrawnResult {
  const results = isJsonObject(aggregations) ? aggregations : {}
  const rows = fields.map((field) => {
    const stats = isJsonObject(results[field]) ? results[field] : {}
    return [field, ...STATS.map((name) => stats[`${name}_as_string`] ?? stats[name] ?? null)]
  })
  const columns = ['field', ...STATS]
  return {
    columns,
    rows,
    screen: () =>
      drawMetrics(
        columns,
        rows.map((row) => statsCells(row, space)),
        space.out,
      ),
  }
}

/** A sum of dates says nothing. */
function statsCells(
  [field, count, min, max, avg, sum]: readonly JsonValue[],
  space: MetricsSpace,
): string[] {
  const isDate = typeof field === 'string' && space.dateFields.has(field)
  const cells = [min, max, avg].map((value) =>
    isDate ? dateText(value, space.zone) : metricText(value),
  )
  return [
    metricText(field),
    metricText(count),
    ...cells,
    isDate ? metricText(null) : metricText(sum),
  ]
}

const NS_PER_MS = 1_000_000

function dateText(value: JsonValue | undefined, zone: Zone): string {
  return value === null || value === undefined || typeof value === 'string'
    ? metricText(value)
    : formatTime(Math.trunc(numberOf(value) / NS_PER_MS), zone, 'auto')
}

interface PercentilesRequest {
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
  space: MetricsSpace,
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
  const cells = ([percent, value]: readonly JsonValue[]): string[] => [
    metricText(percent),
    space.dateFields.has(field) ? dateText(value, space.zone) : metricText(value),
  ]
  return { columns, rows, screen: () => drawMetrics(columns, rows.map(cells), space.out) }
}

/** A table, or where it does not fit, a line for each number: a number that is cut is a wrong one. */
function drawMetrics(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  out: Output,
): string {
  const data = {
    columns: columns.map((name, i) => ({ name, align: i === 0 ? 'left' : 'right' }) as const),
    rows,
  }
  const table = drawTable(data, { width: Infinity, style: out.style })
  const width = Math.max(...table.split('\n').map((line) => stringWidth(line)))
  if (width <= out.columns) return table
  const nameWidth = Math.max(...columns.map((name) => stringWidth(name)))
  const blocks = rows.map((row) =>
    row
      .map((cell, i) => `${out.style.paint.dim((columns[i] ?? '').padStart(nameWidth))}  ${cell}\n`)
      .join(''),
  )
  return blocks.join('\n')
}
