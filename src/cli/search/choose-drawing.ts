import {
  isJsonObject,
  parseJson,
  type JsonObject,
  type JsonValue,
} from '../../engine/bytes/json.ts'
import { messageOf, QwError } from '../../engine/errors.ts'
import { apiGetJson } from '../stack/api-client.ts'
import { nearestFixedWidth, parseFixedWidth } from '../../engine/dates/duration.ts'
import { showAggs } from './aggs-view.ts'
import { numberOf } from './buckets.ts'
import type { Drawing } from './drawing.ts'
import {
  histogramAggs,
  showHistogram,
  type HistogramRequest,
  type MsRange,
} from './histogram-view.ts'
import { chooseInterval, type Interval } from './interval.ts'
import {
  parsePercentiles,
  percentilesAggs,
  showPercentiles,
  showStats,
  statsAggs,
} from './metrics-view.ts'
import { readArgument } from './query-text.ts'
import { indexPath, type SearchSession } from './session.ts'
import { showTerms, termsAggs } from './terms-view.ts'
import { windowMs, type TimeWindow } from './time-options.ts'

/** Series drawn apart in a stacked bar, and bars of `--terms`, when the user gives no number. */
const DEFAULT_SERIES = 6
const DEFAULT_TERMS = 10
/** Lines that a screen needs besides the bars: prompt, legend, totals, footer. */
const LINES_BESIDES = 6
const DEFAULT_ROWS = 30
const MIN_BARS = 5
/** Empty buckets are kept at both ends up to this many buckets. */
const MAX_EXTENDED_BUCKETS = 200

/** The aggregation that the flags ask for; undefined when they ask for hits. */
export async function chooseDrawing(
  session: SearchSession,
  window: TimeWindow,
): Promise<Drawing | undefined> {
  const { options, context, facts, zone } = session
  const { out } = context
  if (options.aggs !== undefined) {
    return { aggs: await readAggs(options.aggs), show: (result) => showAggs(result, out) }
  }
  if (options.terms !== undefined) {
    const { field, size } = fieldAndSize(options.terms, DEFAULT_TERMS)
    return { aggs: termsAggs(field, size), show: (result) => showTerms(result, field, out) }
  }
  const dates = facts?.fields.filter((field) => field.type === 'datetime') ?? []
  const space = { out, zone, dateFields: new Set(dates.map((field) => field.path)) }
  const { stats } = options
  if (stats !== undefined) {
    return { aggs: statsAggs(stats), show: (result) => showStats(result, stats, space) }
  }
  if (options.percentiles !== undefined) {
    const request = parsePercentiles(options.percentiles)
    return {
      aggs: percentilesAggs(request),
      show: (result) => showPercentiles(result, request, space),
    }
  }
  return options.histogram === undefined && options.by === undefined
    ? undefined
    : await histogramDrawing(session, window)
}

async function histogramDrawing(session: SearchSession, window: TimeWindow): Promise<Drawing> {
  const { options, context, facts, zone } = session
  const timestampField = facts?.timestampField
  if (facts === undefined || timestampField === undefined) {
    throw new QwError('invalid', `index ${session.index} has no timestamp field to draw over`, {
      fix: 'use --terms or --aggs',
    })
  }
  const by = options.by === undefined ? undefined : fieldAndSize(options.by, DEFAULT_SERIES)
  const searched = windowMs(window)
  const range = overlap(searched, await dataRange(session, facts.indexId))
  const interval =
    givenInterval(options.histogram) ??
    chooseInterval(
      range.startMs,
      range.endMs,
      Math.max(MIN_BARS, (context.out.rows ?? DEFAULT_ROWS) - LINES_BESIDES),
    )
  const bounds = extendedBounds(range, interval)
  const request: HistogramRequest = { timestampField, by, interval, bounds }
  const space = { out: context.out, zone, searched, nowMs: context.clock.nowMs() }
  return { aggs: histogramAggs(request), show: (result) => showHistogram(result, request, space) }
}

/** For what is no width: weeks, months and years are not always equally long, and buckets are. */
function badWidth(text: string): QwError {
  const message = `--histogram takes a width such as 30s, 5m or 1d, not \`${text}\``
  const width = nearestFixedWidth(text)
  return new QwError('invalid', message, {
    code: 'USAGE',
    fix: width === undefined ? '--histogram, which chooses the width' : `--histogram ${width}`,
  })
}

export function givenInterval(text: string | undefined): Interval | undefined {
  if (text === undefined || text === '') return undefined
  const ms = parseFixedWidth(text)
  if (ms !== undefined && ms >= 1) return { text, ms }
  throw badWidth(text)
}

/** From the first to the last document of the index, and how many there are: without a time the range is empty. */
export async function dataRange(
  { route, signal }: SearchSession,
  indexId: string,
): Promise<MsRange & { readonly docs: number }> {
  const described = await apiGetJson(
    route.client,
    `/indexes/${indexPath(indexId)}/describe?format=json`,
    signal,
  )
  const facts = isJsonObject(described) ? described : {}
  const docs = numberOf(facts['num_published_docs'])
  const [first, last] = [facts['min_timestamp'], facts['max_timestamp']]
  if (first === null || first === undefined || last === null || last === undefined) {
    return { startMs: Infinity, endMs: -Infinity, docs }
  }
  return { startMs: numberOf(first) * 1_000, endMs: (numberOf(last) + 1) * 1_000, docs }
}

function overlap(a: MsRange, b: MsRange): MsRange {
  return { startMs: Math.max(a.startMs, b.startMs), endMs: Math.min(a.endMs, b.endMs) }
}

function extendedBounds(range: MsRange, interval: Interval): MsRange | undefined {
  const isBounded = Number.isFinite(range.startMs) && Number.isFinite(range.endMs)
  if (!isBounded || range.endMs <= range.startMs) return undefined
  return (range.endMs - range.startMs) / interval.ms > MAX_EXTENDED_BUCKETS ? undefined : range
}

/** `field`, `field:5` */
export function fieldAndSize(text: string, fallback: number): { field: string; size: number } {
  const match = /^(.+):(\d+)$/.exec(text)
  return match === null
    ? { field: text, size: fallback }
    : { field: match[1] ?? text, size: Number(match[2]) }
}

async function readAggs(argument: string): Promise<JsonObject> {
  const isFile = argument === '-' || argument.startsWith('@')
  const source = isFile ? await readArgument(argument.replace(/^@/, ''), '--aggs') : argument
  const value = readJson(source)
  if (isJsonObject(value)) return value
  throw new QwError('invalid', '--aggs takes a JSON object: {"name": {"terms": {"field": "…"}}}')
}

function readJson(source: string): JsonValue {
  try {
    return parseJson(source)
  } catch (error) {
    throw new QwError('invalid', `--aggs is no JSON: ${messageOf(error)}`, {
      fix: `--aggs '{"name": {"terms": {"field": "…"}}}', or --aggs @file.json`,
      cause: error,
    })
  }
}
