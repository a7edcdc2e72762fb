import { isJsonObject, type JsonObject, type JsonValue } from '../../bytes/json.ts'
import type { Aggregation } from '../aggregations/aggregation.ts'
import { asNumber } from '../aggregations/options.ts'

/** What a level of a request has under one name: what a path may lead through or end at. */
export interface LevelEntry {
  readonly type: string
  /** 'many': a path goes on in each of its buckets. */
  readonly buckets: 'none' | 'one' | 'many'
  readonly inner: Level
  /** Undefined: it is a pipeline. */
  readonly aggregation: Aggregation | undefined
  /** Numbers that a pipeline's result has besides its `value`. */
  readonly values: readonly string[]
}

export type Level = ReadonlyMap<string, LevelEntry>

/** Names, keys of buckets and the property at the end, from one bucket's result inwards. */
export type BucketsPath = readonly string[]

/** Of a bucket itself rather than of what is computed in it. */
const OF_BUCKET: ReadonlySet<string> = new Set(['_count', '_key'])

/**
 * `a>b['key']>c.avg` in the names of `level`, as far as a number or, with `until` 'buckets', as far as
 * an aggregation of several buckets: `rest` is then the path within each of them. Calls `fail` with the
 * reason when it leads nowhere.
 */
export function bindPath(
  text: string,
  start: { readonly level: Level; readonly until: 'number' | 'buckets' },
  fail: (reason: string) => never,
): { readonly path: BucketsPath; readonly rest: BucketsPath } {
  const tokens = text.split('>').map((token) => token.trim())
  const path: string[] = []
  let { level } = start
  for (const [at, token] of tokens.entries()) {
    const isLast = at + 1 === tokens.length
    if (isLast && OF_BUCKET.has(token)) return { path: [...path, token], rest: [] }
    const { name, key, property } = splitToken(token, level)
    const entry = level.get(name)
    if (entry === undefined) return fail(`No aggregation found for path [${text}]`)
    path.push(name)
    if (start.until === 'buckets' && entry.buckets === 'many' && key === undefined) {
      const after = [...(property === undefined ? [] : [property]), ...tokens.slice(at + 1)]
      const inner = { level: entry.inner, until: 'number' as const }
      return { path, rest: bindPath(after.join('>'), inner, fail).path }
    }
    if (key !== undefined) path.push(key)
    if (property !== undefined) path.push(property)
    if (isLast && start.until === 'buckets') {
      return fail(
        `Path must include a multi-bucket aggregation, found ${entry.type} for path [${text}]`,
      )
    }
    if (isLast) {
      checkEnd(entry, { name, key, property }, fail)
      return { path, rest: [] }
    }
    if (entry.buckets === 'many' && key === undefined) {
      return fail(`buckets_path [${text}] must name one bucket of [${name}], as in ${name}['key']`)
    }
    level = entry.inner
  }
  return fail(`No aggregation found for path [${text}]`)
}

interface Token {
  readonly name: string
  readonly key: string | undefined
  readonly property: string | undefined
}

/** `name`, `name[key]`, `name['key']` or `name.property`; names may hold dots themselves. */
function splitToken(token: string, level: Level): Token {
  const open = token.indexOf('[')
  if (open >= 0 && token.endsWith(']') && !level.has(token)) {
    const named = token.slice(0, open)
    const inside = token.slice(open + 1, -1).replace(/^(['"])(.*)\1$/s, '$2')
    const isMetric = level.get(named)?.buckets !== 'many'
    return isMetric
      ? { name: named, key: undefined, property: inside }
      : { name: named, key: inside, property: undefined }
  }
  let dot = level.has(token) ? -1 : token.lastIndexOf('.')
  while (dot > 0 && !level.has(token.slice(0, dot))) dot = token.lastIndexOf('.', dot - 1)
  if (dot <= 0) return { name: token, key: undefined, property: undefined }
  return { name: token.slice(0, dot), key: undefined, property: token.slice(dot + 1) }
}

/** Whether the end of a path is a number. */
function checkEnd(
  { type, buckets, aggregation, values }: LevelEntry,
  { name, key, property }: Token,
  fail: (reason: string) => never,
): void {
  const must =
    'buckets_path must reference either a number value or a single value numeric metric aggregation'
  if (buckets === 'many') {
    if (property === '_bucket_count' && key === undefined) return
    fail(`${must}, got: [${type}] at aggregation [${name}]`)
  }
  if (buckets === 'one') {
    if (property === undefined || property === '_count') return
    fail(`No aggregation found for path [${name}.${property}]`)
  }
  if (aggregation === undefined) {
    if (property === undefined ? type in SINGLE_VALUED : values.includes(property)) return
  } else if (aggregation.metric(aggregation.merge([]), property) !== undefined) return
  if (property !== undefined) fail(`[${name}] has no number [${property}]`)
  fail(`${must}, but [${name}] contains multiple values. Please specify which to use.`)
}

/** Pipelines whose result is one `value`. */
const SINGLE_VALUED = {
  derivative: 1,
  cumulative_sum: 1,
  moving_fn: 1,
  moving_avg: 1,
  serial_diff: 1,
  bucket_script: 1,
  avg_bucket: 1,
  max_bucket: 1,
  min_bucket: 1,
  sum_bucket: 1,
} as const

/** The number at the path in a bucket of an answer. NaN: it has none; undefined: nothing is there. */
export function numberAt(bucket: JsonObject, path: BucketsPath): number | undefined {
  const [first, ...rest] = path
  if (first === undefined) return undefined
  if (first === '_count') return toNumber(bucket['doc_count'])
  if (first === '_key') return toNumber(bucket['key'])
  const result = Object.hasOwn(bucket, first) ? bucket[first] : undefined
  if (!isJsonObject(result)) return undefined
  if ('buckets' in result) return numberInBuckets(result, rest)
  if ('doc_count' in result)
    return rest.length === 0 ? numberAt(result, ['_count']) : numberAt(result, rest)
  return numberOf(result, rest.join('.'))
}

function numberInBuckets(result: JsonObject, [key, ...rest]: BucketsPath): number | undefined {
  const buckets = bucketsOf(result)
  if (key === '_bucket_count') return buckets.length
  const bucket = buckets.find(({ name }) => name === key)
  return bucket === undefined ? undefined : numberAt(bucket.bucket, rest)
}

/** A number of a metric: `value`, `std_deviation`, `std_upper`, or a percentile. */
function numberOf(result: JsonObject, property: string): number | undefined {
  const bound = /^std_(?:deviation_bounds_)?((?:upper|lower)\w*)$/.exec(property)?.[1]
  const bounds = result['std_deviation_bounds']
  if (bound !== undefined && isJsonObject(bounds)) return toNumber(bounds[bound])
  const { values } = result
  if (values === undefined || property === '')
    return toNumber(result[property === '' ? 'value' : property])
  const rows = isJsonObject(values) ? Object.entries(values) : listRows(values)
  return toNumber(rows.find(([percent]) => Number(percent) === Number(property))?.[1])
}

function listRows(values: JsonValue): [string, JsonValue | undefined][] {
  const rows = Array.isArray(values) ? values.filter(isJsonObject) : []
  return rows.map((row) => [String(toNumber(row['key'])), row['value']])
}

function toNumber(value: JsonValue | undefined): number | undefined {
  if (value === undefined) return undefined
  return value === null ? NaN : (asNumber(value) ?? NaN)
}

/** Buckets of an answer in their order, under the keys that are their names where they are texts. */
export function bucketsOf(
  result: JsonObject,
): { readonly name: string; readonly bucket: JsonObject }[] {
  const { buckets } = result
  if (isJsonObject(buckets)) {
    return Object.entries(buckets).flatMap(([name, bucket]) =>
      isJsonObject(bucket) ? [{ name, bucket }] : [],
    )
  }
  const list = Array.isArray(buckets) ? buckets.filter(isJsonObject) : []
  return list.map((bucket) => ({ name: keyText(bucket), bucket }))
}

function keyText(bucket: JsonObject): string {
  const key = bucket['key_as_string'] ?? bucket['key'] ?? ''
  if (typeof key === 'string') return key
  const number = asNumber(key)
  // As a double is printed: 10 is `10.0`, an integer of a terms aggregation is `10`.
  return typeof key === 'object' && Number.isInteger(number) ? `${number}.0` : String(number)
}

/** The answer with other buckets, named where they had names. */
export function withBuckets(
  result: JsonObject,
  buckets: readonly { readonly name: string; readonly bucket: JsonObject }[],
): JsonObject {
  const isNamed = isJsonObject(result['buckets'])
  const value = isNamed
    ? Object.fromEntries(buckets.map(({ name, bucket }) => [name, bucket]))
    : buckets.map(({ bucket }) => bucket)
  return { ...result, buckets: value }
}
