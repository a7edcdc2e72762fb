import { postJson } from '../api/client.ts'
import { at, listOf, type Json, type JsonObject } from '../api/exact-json.ts'
import type { IndexFacts } from '../api/indexes.ts'
import type { FieldFacts } from '../query/field-facts.ts'

const SIZE = 50

/** By what was asked, for as long as the page is open: suggestions need not be of this second. */
const known = new Map<string, Promise<readonly Json[]>>()

/**
 * The values that most documents have in a fast field. A field with more of them than are listed is
 * asked again, one search more, for those that begin as what was typed.
 */
export async function topValues(
  index: IndexFacts,
  field: FieldFacts,
  typed: string,
): Promise<readonly Json[]> {
  const top = await ask(index, field, undefined)
  const isText = field.type === 'text' && field.text === 'whole'
  if (top.length < SIZE || typed === '' || !isText) return top
  const own = await ask(index, field, typed)
  return [...own, ...top.filter((value) => !own.includes(value))]
}

function ask(
  index: IndexFacts,
  { path }: FieldFacts,
  prefix: string | undefined,
): Promise<readonly Json[]> {
  const key = JSON.stringify([index.id, path, prefix])
  const query = prefix === undefined ? {} : { query: { prefix: { [path]: prefix } } }
  const asked = known.get(key) ?? valuesOf(index, { ...query, size: 0, aggs: aggsOf(path) })
  known.set(key, asked)
  return asked
}

function aggsOf(field: string): JsonObject {
  return { values: { terms: { field, size: SIZE } } }
}

/** None where they cannot be had: suggestions are no reason for an error. */
async function valuesOf(index: IndexFacts, body: JsonObject): Promise<readonly Json[]> {
  try {
    const path = `_elastic/${encodeURIComponent(index.id)}/_search`
    const answer = await postJson(path, body, AbortSignal.timeout(10_000))
    const buckets = listOf(at(answer, 'aggregations', 'values', 'buckets'))
    return buckets.flatMap((bucket) => at(bucket, 'key_as_string') ?? at(bucket, 'key') ?? [])
  } catch {
    return []
  }
}
