import { expect, test } from 'vitest'
import { parseIndexConfig } from '../schema/config-text.ts'
import { leafCacheKey } from './leaf-cache.ts'
import type { LeafRequest } from './leaf-request.ts'
import { term } from './testing/clause-fixture.ts'

const SPLIT = { splitId: 's1', footer: { start: 1, end: 2 }, docCount: 3, timeRange: undefined }
const BOUND = term('body', 'fox')
const REQUEST: LeafRequest = {
  indexId: 'events',
  config: parseIndexConfig({ version: '0.9', index_id: 'events', doc_mapping: {} }),
  query: { kind: 'matchAll' },
  searchFields: undefined,
  startTimestamp: undefined,
  endTimestamp: undefined,
  hitLimit: 10,
  sort: [{ by: 'score', order: 'desc' }],
  searchAfter: undefined,
  aggs: undefined,
  wantsTerms: false,
  wantsScores: false,
  minScore: undefined,
  terminateAfter: undefined,
  splits: [SPLIT],
}
const key = leafCacheKey(REQUEST, SPLIT, BOUND)

test('the same question of the same split has the same key, whatever else is searched with it', () => {
  expect(leafCacheKey({ ...REQUEST, splits: [] }, SPLIT, BOUND)).toBe(key)
})

test('time bounds that the split lies inside of are not part of it', () => {
  expect(leafCacheKey({ ...REQUEST, startTimestamp: 5, endTimestamp: 9 }, SPLIT, BOUND)).toBe(key)
})

test.each<[string, Partial<LeafRequest>]>([
  ['index', { indexId: 'other' }],
  ['hits', { hitLimit: 11 }],
  ['order', { sort: [{ by: 'score', order: 'asc' }] }],
  ['page', { searchAfter: [2n ** 60n] }],
  ['aggregations', { aggs: { a: { sum: { field: 'x' } } } }],
  ['snippets', { wantsTerms: true }],
])('another %s has another key', (_, other) => {
  expect(leafCacheKey({ ...REQUEST, ...other }, SPLIT, BOUND)).not.toBe(key)
})

test('another split or another query has another key', () => {
  expect(leafCacheKey(REQUEST, { ...SPLIT, splitId: 's2' }, BOUND)).not.toBe(key)
  expect(leafCacheKey(REQUEST, SPLIT, term('body', 'hound'))).not.toBe(key)
})

test('without hits the order does not matter', () => {
  const counting = { ...REQUEST, hitLimit: 0 }
  const plain = leafCacheKey(counting, SPLIT, BOUND)
  expect(leafCacheKey({ ...counting, sort: [] }, SPLIT, BOUND)).toBe(plain)
})

test('what counts as a match, and whether hits have scores, is part of it', () => {
  const others = [{ minScore: 1 }, { terminateAfter: 5 }, { wantsScores: true }]
  for (const other of others)
    expect(leafCacheKey({ ...REQUEST, ...other }, SPLIT, BOUND)).not.toBe(key)
})
