import { isJsonObject, type JsonObject, type JsonValue } from '../../engine/bytes/json.ts'
import { drawTable } from '../format/table.ts'
import type { Output } from '../format/streams.ts'
import { bucketsOf, keyText, metricText, numberOf } from './buckets.ts'
import type { DrawnResult } from './drawing.ts'

/** One line of the drawn tree: an aggregation's name, a bucket, or a metric beside no bucket. */
interface Line {
  readonly path: readonly string[]
  readonly isHeading: boolean
  readonly count: number | undefined
  readonly metrics: ReadonlyMap<string, JsonValue>
}

/** Any aggregation result: buckets below buckets, metrics as columns. */
export function showAggs(aggregations: JsonValue | undefined, out: Output): DrawnResult {
  const lines = isJsonObject(aggregations) ? linesOf(aggregations, []) : []
  const metrics = [...new Set(lines.flatMap((line) => [...line.metrics.keys()]))]
  const shown = lines.filter((line) => !line.isHeading)
  return {
    columns: ['path', 'count', ...metrics],
    rows: shown.map((line) => [
      line.path.join(' > '),
      line.count ?? null,
      ...metrics.map((name) => line.metrics.get(name) ?? null),
    ]),
    screen: () => drawTree(lines, metrics, out),
  }
}

function drawTree(lines: readonly Line[], metrics: readonly string[], out: Output): string {
  const { paint } = out.style
  const hasCounts = lines.some((line) => line.count !== undefined)
  const rows = lines.map((line) => {
    const name = line.path.at(-1) ?? ''
    const label = '  '.repeat(line.path.length - 1) + (line.isHeading ? paint.bold(name) : name)
    const values = metrics.map((metric) =>
      line.metrics.has(metric) ? metricText(line.metrics.get(metric)) : '',
    )
    return [
      label,
      ...(hasCounts ? [line.count === undefined ? '' : metricText(line.count)] : []),
      ...values,
    ]
  })
  const names = [...(hasCounts ? ['count'] : []), ...metrics]
  const columns = [{ name: '' }, ...names.map((name) => ({ name, align: 'right' as const }))]
  return drawTable({ columns, rows }, { width: out.columns, style: out.style })
}

function linesOf(results: JsonObject, above: readonly string[]): Line[] {
  return Object.entries(results).flatMap(([name, result]): Line[] => {
    const path = [...above, name]
    if (!isJsonObject(result)) return []
    if (!('buckets' in result)) return metricLines(result, path)
    const heading: Line = { path, isHeading: true, count: undefined, metrics: new Map() }
    return [
      heading,
      ...bucketsOf(result).flatMap((bucket) => bucketLines(bucket, path)),
      ...otherLine(result, path),
    ]
  })
}

function bucketLines(bucket: JsonObject, above: readonly string[]): Line[] {
  const path = [...above, keyText(bucket)]
  const metrics = new Map<string, JsonValue>()
  const nested: JsonObject = {}
  for (const [name, value] of Object.entries(bucket)) {
    if (!isJsonObject(value)) continue
    if ('buckets' in value) nested[name] = value
    else for (const [metric, number] of metricsOf(value)) metrics.set(joined(name, metric), number)
  }
  const line: Line = { path, isHeading: false, count: numberOf(bucket['doc_count']), metrics }
  return [line, ...linesOf(nested, path)]
}

function otherLine(result: JsonObject, path: readonly string[]): Line[] {
  const count = numberOf(result['sum_other_doc_count'])
  return count === 0
    ? []
    : [{ path: [...path, '(other)'], isHeading: false, count, metrics: new Map() }]
}

/** A metric beside no bucket: its one number, or a line for each. */
function metricLines(result: JsonObject, path: readonly string[]): Line[] {
  const line = (at: readonly string[], value: JsonValue): Line => ({
    path: at,
    isHeading: false,
    count: undefined,
    metrics: new Map([['value', value]]),
  })
  const metrics = metricsOf(result)
  const [only] = metrics
  if (metrics.length === 1 && only !== undefined) return [line(path, only[1])]
  const heading: Line = { path, isHeading: true, count: undefined, metrics: new Map() }
  return [heading, ...metrics.map(([name, value]) => line([...path, name], value))]
}

/** A metric's numbers by name; a single one has no name. Formatted dates win over their numbers. */
function metricsOf(result: JsonObject): [string, JsonValue][] {
  const values = isJsonObject(result['values']) ? result['values'] : result
  return Object.entries(values).flatMap(([name, value]): [string, JsonValue][] => {
    if (name.endsWith('_as_string') || isJsonObject(value) || Array.isArray(value)) return []
    return [[name === 'value' ? '' : name, values[`${name}_as_string`] ?? value]]
  })
}

function joined(name: string, metric: string): string {
  return metric === '' ? name : `${name}.${metric}`
}
