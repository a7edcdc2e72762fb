import type { Query } from '../../query/query.ts'
import type { AggregationKind, AggregationSplit, DocBlock } from './aggregation.ts'
import { SingleBucketAggregation } from './single-bucket.ts'

/** One bucket of the documents that a clause of the query DSL matches as well. */
export const FILTER: AggregationKind = {
  buckets: 'one',
  options: undefined,
  parse(input) {
    const query = input.query(input.options, 'filter')
    return new SingleBucketAggregation(input.subs, { queries: [query] }, (split) =>
      inQuery(split, query),
    )
  },
}

/** Entries of a block whose document matches. */
export function inQuery(split: AggregationSplit, query: Query): (block: DocBlock) => DocBlock {
  let words: Uint32Array | undefined
  // Not before a document comes: where none does, nothing of the query was read.
  return (block) => withBit(block, (words ??= split.matching(query)), 1)
}

/** Entries whose document has this bit in `words`. */
export function withBit(block: DocBlock, words: Uint32Array, bit: 0 | 1): DocBlock {
  const docs = new Uint32Array(block.count)
  const parents = new Uint32Array(block.count)
  let count = 0
  for (let i = 0; i < block.count; i++) {
    const doc = block.docs[i] as number // below the block's count
    if ((((words[doc >>> 5] as number) >>> (doc & 31)) & 1) !== bit) continue
    docs[count] = doc
    parents[count] = block.parents[i] as number
    count++
  }
  return { docs, parents, count, isRun: false, onlyParent: block.onlyParent }
}
