import type { Query } from '../query/query.ts'
import { describeQuery } from './describe-query.ts'
import { planSplit, type LeafPlan } from './leaf-plan.ts'
import { docRange, type LeafRequest, type LeafSplit } from './leaf-request.ts'

/**
 * Names what a split's answer depends on. Splits never change and the query comes bound, without the
 * time clause when the split lies inside its bounds: a sliding window misses on edge splits alone.
 * The query as parsed is in the key too, since a bound pattern does not show how it folds case.
 */
export function leafCacheKey(request: LeafRequest, split: LeafSplit, bound: Query): string {
  const { hitLimit, sort, searchAfter, aggs, query, config } = request
  const { wantsTerms, wantsScores, minScore, terminateAfter } = request
  const parts = {
    query,
    bound: describeQuery(bound),
    mapping: config.docMapping.docMappingUid,
    hitLimit,
    order: hitLimit === 0 ? undefined : { sort, searchAfter },
    aggs,
    wantsTerms,
    wantsScores,
    minScore,
    terminateAfter,
  }
  const text = JSON.stringify(parts, (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  )
  const { start, end } = docRange(split)
  return `${request.indexId}/${split.splitId} ${start}-${end}\0${text}`
}

/** Of splits that were searched together. Differs from the key of a single one, whose answer is of another
 *  form. */
export function groupCacheKey(splits: readonly LeafSplit[], plan: LeafPlan): string {
  const keys = splits.map((split) => {
    const own = planSplit(plan, split)
    return leafCacheKey(own.request, split, own.query)
  })
  return `group\n${keys.join('\n')}`
}
