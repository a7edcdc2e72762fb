import { postJson } from '../api/client.ts'
import { at, listOf, type Json } from '../api/exact-json.ts'
import type { IndexFacts } from '../api/indexes.ts'

const SIZE = 50

/** By index and field, for as long as the page is open: suggestions need not be of this second. */
const known = new Map<string, Promise<readonly Json[]>>()

/** The values that most documents have in a field; none where it is not a fast field. */
export function topValues(index: IndexFacts, field: string): Promise<readonly Json[]> {
  const key = JSON.stringify([index.id, field])
  const asked = known.get(key) ?? askFor(index, field)
  known.set(key, asked)
  return asked
}

async function askFor(index: IndexFacts, field: string): Promise<readonly Json[]> {
  const body = { size: 0, aggs: { values: { terms: { field, size: SIZE } } } }
  try {
    const path = `_elastic/${encodeURIComponent(index.id)}/_search`
    const answer = await postJson(path, body, AbortSignal.timeout(10_000))
    const buckets = listOf(at(answer, 'aggregations', 'values', 'buckets'))
    return buckets.flatMap((bucket) => at(bucket, 'key_as_string') ?? at(bucket, 'key') ?? [])
  } catch {
    return []
  }
}
