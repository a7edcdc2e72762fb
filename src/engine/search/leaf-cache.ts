import type { JsonValue } from '../bytes/json.ts'
import { stringifyJson } from '../bytes/json.ts'
import type { Query } from '../query/query.ts'
import { describeQuery } from './describe-query.ts'
import type { LeafRequest, LeafSplit } from './leaf-request.ts'

/**
 * Names what a split's answer depends on. Splits never change and the query comes bound, without the
 * time clause when the split lies inside its bounds: a sliding window misses on edge splits alone.
 */
export function leafCacheKey(request: LeafRequest, split: LeafSplit, query: Query): string {
  const { hitLimit, sort, searchAfter, aggs, wantsTerms } = request
  const parts: JsonValue = {
    query: describeQuery(query),
    hitLimit,
    sort: hitLimit === 0 ? [] : sort.map((key) => ({ ...key })),
    searchAfter: hitLimit === 0 || searchAfter === undefined ? null : [...searchAfter],
    aggs: aggs ?? null,
    wantsTerms,
  }
  return `${request.indexId}/${split.splitId}\0${stringifyJson(parts)}`
}
