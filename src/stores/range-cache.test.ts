import { expect, test } from 'vitest'
import { RangeCache } from './range-cache.ts'

const kilobyte = () => new Uint8Array(1000)

test('a range inside an earlier one is found, one across its edge is not', () => {
  const cache = new RangeCache(10_000)
  cache.addRange('k', 100, Uint8Array.of(1, 2, 3, 4))
  expect(cache.find('k', { start: 101, end: 103 })).toEqual(Uint8Array.of(2, 3))
  expect(cache.find('k', { start: 103, end: 105 })).toBeUndefined()
  expect(cache.find('k', { start: 103, end: 101 })).toBeUndefined()
  expect(cache.find('other', { start: 101, end: 103 })).toBeUndefined()
})

test('the least recently used goes first, and the limit is never passed', () => {
  const cache = new RangeCache(4000)
  for (const key of ['a', 'b', 'c']) cache.addRange(key, 0, kilobyte())
  cache.find('a', { start: 0, end: 1 })
  cache.addRange('d', 0, kilobyte())
  expect(cache.sizeBytes).toBeLessThanOrEqual(4000)
  const kept = ['a', 'b', 'c', 'd'].filter(
    (key) => cache.find(key, { start: 0, end: 1 }) !== undefined,
  )
  expect(kept).toEqual(['a', 'c', 'd'])
})

test('what is larger than the whole cache is not kept and drives nothing out', () => {
  const cache = new RangeCache(2000)
  cache.addRange('small', 0, kilobyte())
  cache.addRange('large', 0, new Uint8Array(5000))
  expect(cache.find('large', { start: 0, end: 1 })).toBeUndefined()
  expect(cache.find('small', { start: 0, end: 1 })).toBeDefined()
})

test('a larger range takes the place of those inside it', () => {
  const cache = new RangeCache(10_000)
  cache.addRange('k', 0, kilobyte())
  cache.addRange('k', 1000, kilobyte())
  const before = cache.sizeBytes
  cache.addRange('k', 0, new Uint8Array(2000))
  expect(cache.sizeBytes).toBeLessThan(before)
})

test('dropping a key forgets its ranges and its whole object, and their sizes', () => {
  const cache = new RangeCache(10_000)
  cache.addRange('k', 5000, kilobyte())
  cache.addWhole('k', { bytes: kilobyte(), etag: 'e' })
  expect(cache.findWhole('k')?.etag).toBe('e')
  cache.drop('k')
  expect(cache.findWhole('k')).toBeUndefined()
  expect(cache.sizeBytes).toBe(0)
})
