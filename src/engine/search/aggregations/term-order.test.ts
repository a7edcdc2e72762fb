import { expect, test } from 'vitest'
import type { JsonObject } from '../../bytes/json.ts'
import { MATCH_ALL } from '../../query/combine.ts'
import { compareKeys, type TermKey } from './term-key.ts'
import { isCountDescending, orderBuckets, parseOrder, type BucketOrders } from './term-order.ts'

const parse = (options: JsonObject): BucketOrders =>
  parseOrder({
    options,
    name: 'a',
    subs: [],
    isTop: true,
    field: (path) => ({ path, type: 'str' }),
    query: () => MATCH_ALL,
  })

const bucket = (value: string, docCount: number) => {
  return { key: { type: 'str', value }, docCount, subs: undefined } as const
}
const BUCKETS = [bucket('b', 2), bucket('c', 5), bucket('a', 2)]

test.each<[JsonObject, string[]]>([
  [{}, ['c', 'a', 'b']],
  [{ order: { _count: 'asc' } }, ['a', 'b', 'c']],
  [{ order: [{ _key: 'desc' }] }, ['c', 'b', 'a']],
  [{ order: { _key: 'asc' } }, ['a', 'b', 'c']],
  [{ order: [{ _count: 'asc' }, { _key: 'desc' }] }, ['b', 'a', 'c']],
])('%o orders by it, and equal buckets by their keys', (options, keys) => {
  const ordered = orderBuckets<TermKey, (typeof BUCKETS)[number]>(BUCKETS, {
    orders: parse(options),
    subs: [],
    compareKeys,
  })
  expect(ordered.map(({ key }) => key.value)).toEqual(keys)
})

test('only falling counts say how wrong they may be', () => {
  expect(isCountDescending(parse({}))).toBe(true)
  expect(isCountDescending(parse({ order: { _count: 'asc' } }))).toBe(false)
})

test.each<[string, JsonObject]>([
  ['two targets', { order: { _count: 'asc', _key: 'asc' } }],
  ['no direction', { order: { _count: 'up' } }],
  ['a sub-aggregation that is not there', { order: { most: 'asc' } }],
  ['one of its values', { order: { 'most.max': 'asc' } }],
  ['no object', { order: '_count' }],
])('%s is refused', (_, options) => {
  expect(() => parse(options)).toThrow(expect.objectContaining({ kind: 'invalid' }))
})
