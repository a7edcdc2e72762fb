import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ALL_DOCS, DOC_BLOCK, listOf, NO_DOCS } from './doc-set.ts'
import type { SortKey } from './request.ts'
import { mergeHits, scoreColumn, topHits, type PartialHit } from './top-hits.ts'

type HitOrder = Parameters<typeof topHits>[2]

const BY_SCORE: SortKey = { by: 'score', order: 'desc' }

/** A column with this key for each document; NaN is no value. */
function column(keys: readonly number[]): ReturnType<typeof scoreColumn> {
  const docs = keys.flatMap((key, doc) => (Number.isNaN(key) ? [] : [doc]))
  const present = docs.map((doc) => keys[doc] ?? NaN)
  const scores = scoreColumn(Uint32Array.from(docs), Float64Array.from(present), keys.length)
  return { ...scores, value: (doc) => (docs.includes(doc) ? scores.value(doc) : undefined) }
}

function order(keys: readonly number[], rest: Partial<HitOrder> = {}): HitOrder {
  const own = [{ sort: BY_SCORE, column: column(keys) }]
  return { splitId: 's1', keys: own, limit: 10, searchAfter: undefined, ...rest }
}

const docsOf = (hits: readonly PartialHit[]): number[] => hits.map(({ docId }) => docId)

describe('the best hits of a split', () => {
  test('without keys are its last documents, or its first', () => {
    const plain = { splitId: 's1', keys: [], limit: 2, searchAfter: undefined }
    expect(docsOf(topHits(ALL_DOCS, 5, plain))).toEqual([4, 3])
    const first = [{ sort: { by: 'doc', order: 'asc' }, column: undefined }] as const
    expect(topHits(ALL_DOCS, 5, { ...plain, keys: first })).toMatchObject([
      { docId: 0, sort: [{ type: 'doc', value: 's1:00000000:00000000' }] },
      { docId: 1 },
    ])
  })

  test('have the largest keys, those without a value last, equal ones by address', () => {
    expect(docsOf(topHits(ALL_DOCS, 5, order([1, NaN, 3, 3, NaN])))).toEqual([3, 2, 0, 4, 1])
  })

  test('are found among the matches alone, however many there are', () => {
    const keys = Array.from({ length: 20_000 }, (_, doc) => (doc * 7919) % 20_011)
    const matches = listOf(Uint32Array.from([5, 100, 9000, 19_999]))
    const expected = [5, 100, 9000, 19_999].sort((a, b) => (keys[b] ?? 0) - (keys[a] ?? 0))
    expect(docsOf(topHits(matches, 20_000, order(keys)))).toEqual(expected)
    const best = keys.map((_, doc) => doc).sort((a, b) => (keys[b] ?? 0) - (keys[a] ?? 0))
    expect(docsOf(topHits(ALL_DOCS, 20_000, order(keys)))).toEqual(best.slice(0, 10))
    expect(topHits(NO_DOCS, 20_000, order(keys))).toEqual([])
  })

  test('are the same whether blocks without a chance are skipped or not', () => {
    const keys = Array.from({ length: 20_000 }, (_, doc) => (doc * 7919) % 20_011)
    const bounds = Array.from({ length: Math.ceil(keys.length / DOC_BLOCK) }, (_, block) => {
      const part = keys.slice(block * DOC_BLOCK, (block + 1) * DOC_BLOCK)
      return { min: Math.min(...part), max: Math.max(...part) }
    })
    const blocks = {
      mins: Float64Array.from(bounds, ({ min }) => min),
      maxs: Float64Array.from(bounds, ({ max }) => max),
    }
    const plain = order(keys)
    const bounded = { ...plain, keys: [{ sort: BY_SCORE, column: { ...column(keys), blocks } }] }
    for (const gap of [2, 3, 100, 900]) {
      const docs = Uint32Array.from({ length: Math.floor(20_000 / gap) }, (_, i) => i * gap)
      const found = docsOf(topHits(listOf(docs), 20_000, bounded))
      expect(found).toEqual(docsOf(topHits(listOf(docs), 20_000, plain)))
      expect(found).toHaveLength(10)
    }
  })

  test('come strictly after the cursor', () => {
    const keys = [1, 2, 3, 3, NaN]
    const after = (searchAfter: HitOrder['searchAfter']): number[] =>
      docsOf(topHits(ALL_DOCS, 5, order(keys, { searchAfter })))
    expect(after([3])).toEqual([1, 0, 4])
    expect(after([1])).toEqual([4])
    expect(after([null])).toEqual([])
  })

  test('a cursor that is no address is refused', () => {
    const keys = [{ sort: { by: 'doc', order: 'asc' }, column: undefined }] as const
    const bad = { splitId: 's1', keys, limit: 2, searchAfter: ['somewhere'] }
    expect(() => topHits(ALL_DOCS, 5, bad)).toThrow(/<split_id>:<segment>:<doc>/)
  })
})

test('merging the best of several splits gives the best of all', () => {
  const keys = fc.array(fc.oneof(fc.nat(9), fc.constant(NaN)), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(fc.array(keys, { maxLength: 4 }), fc.nat(12), (splits, limit) => {
      const lists = splits.map((own, at) =>
        topHits(ALL_DOCS, own.length, order(own, { limit, splitId: `s${at}` })),
      )
      const everything = splits.flatMap((own, at) =>
        topHits(ALL_DOCS, own.length, order(own, { limit: 100, splitId: `s${at}` })),
      )
      expect(mergeHits(lists.flat(), [BY_SCORE], limit)).toEqual(
        mergeHits(everything, [BY_SCORE], 1000).slice(0, limit),
      )
    }),
  )
})
