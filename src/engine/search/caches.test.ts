import { expect, test } from 'vitest'
import { ByteLru } from './caches.ts'

test('past the byte limit the least recently used value goes', () => {
  const cache = new ByteLru<string>(100)
  cache.set('a', 'A', 40)
  cache.set('b', 'B', 40)
  expect(cache.get('a')).toBe('A')
  cache.set('c', 'C', 40)
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual(['A', undefined, 'C'])
  expect(cache.usedBytes).toBe(80)
})

test('a value over the limit is not kept, and takes its old self away', () => {
  const cache = new ByteLru<string>(100)
  cache.set('a', 'small', 10)
  cache.set('a', 'large', 101)
  expect(cache.get('a')).toBeUndefined()
  expect(cache.usedBytes).toBe(0)
})

test('the youngest stay, however many are set after the cache is full', () => {
  const cache = new ByteLru<number>(1000)
  for (let i = 0; i < 5000; i++) cache.set(`${i}`, i, 1)
  expect(cache.usedBytes).toBeLessThanOrEqual(1000)
  expect(cache.usedBytes).toBeGreaterThan(800)
  const places = [4999, 4200, 3999].map((i) => cache.get(`${i}`))
  expect(places).toEqual([4999, 4200, undefined])
})

test('a value asked for again and again outlives thousands that nobody asks for', () => {
  const cache = new ByteLru<string>(100)
  cache.set('hot', 'H', 10)
  for (let i = 0; i < 2000; i++) {
    expect(cache.get('hot')).toBe('H')
    cache.set(`${i}`, 'cold', 10)
  }
})
