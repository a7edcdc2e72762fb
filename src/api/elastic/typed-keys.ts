import { isJsonObject, type JsonObject, type JsonValue } from '../../engine/bytes/json.ts'

/** What `typed_keys` calls a kind, where it is not the name it is asked for by. */
const RESULT_TYPES: Readonly<Record<string, string>> = {
  cardinality: 'cardinality',
  percentiles: 'tdigest_percentiles',
  percentile_ranks: 'tdigest_percentile_ranks',
  terms: 'sterms',
  ...Object.fromEntries(
    'cumulative_sum moving_fn moving_avg serial_diff bucket_script avg_bucket sum_bucket'
      .split(' ')
      .map((kind) => [kind, 'simple_value']),
  ),
  max_bucket: 'bucket_metric_value',
  min_bucket: 'bucket_metric_value',
}

/** Keys of a request that stand beside the kind. */
const BESIDE_KIND = new Set(['aggs', 'aggregations', 'meta'])

/**
 * Aggregations with the kind in front of each name, `max#price`, inner ones as well: how clients that
 * are typed know what they read. `request` is the `aggs` object that was asked.
 */
export function withTypedKeys(result: JsonValue, request: JsonValue | undefined): JsonValue {
  if (!isJsonObject(result) || !isJsonObject(request)) return result
  const members = Object.entries(result).map(([name, value]) => {
    const asked = request[name]
    if (!isJsonObject(asked)) return [name, value] as const
    const kind = Object.keys(asked).find((key) => !BESIDE_KIND.has(key)) ?? ''
    const inner = asked['aggs'] ?? asked['aggregations']
    return [`${typeOf(kind, value)}#${name}`, typedInside(value, inner)] as const
  })
  return Object.fromEntries(members)
}

function typeOf(kind: string, value: JsonValue): string {
  if (kind !== 'terms') return RESULT_TYPES[kind] ?? kind
  const buckets = isJsonObject(value) ? value['buckets'] : undefined
  const [first] = Array.isArray(buckets) ? buckets : []
  const key = isJsonObject(first) ? first['key'] : undefined
  if (key === undefined || typeof key === 'string') return 'sterms'
  return typeof key === 'number' && Number.isInteger(key) ? 'lterms' : 'dterms'
}

/** Inner results stand in each bucket, whether buckets have names or not, or beside a single one's count. */
function typedInside(value: JsonValue, inner: JsonValue | undefined): JsonValue {
  if (inner === undefined || !isJsonObject(value)) return value
  const buckets = value['buckets']
  if (Array.isArray(buckets)) {
    return { ...value, buckets: buckets.map((bucket) => withTypedKeys(bucket, inner)) }
  }
  if (isJsonObject(buckets)) return { ...value, buckets: mapMembers(buckets, inner) }
  return withTypedKeys(value, inner)
}

function mapMembers(buckets: JsonObject, inner: JsonValue): JsonObject {
  const members = Object.entries(buckets).map(([key, bucket]) => [
    key,
    withTypedKeys(bucket, inner),
  ])
  return Object.fromEntries(members) as JsonObject
}
