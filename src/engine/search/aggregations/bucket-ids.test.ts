import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AggregationMemory } from './aggregation.ts'
import { BucketIds } from './bucket-ids.ts'

type Entry = readonly [parent: number, key: number]

function counted(ids: BucketIds, entries: readonly Entry[]): Uint32Array {
  const parents = Uint32Array.from(entries, ([parent]) => parent)
  const keys = Float64Array.from(entries, ([, key]) => key)
  const count = entries.length
  return ids.add({ parents, keys, count, onlyParent: undefined }).slice(0, count)
}

test.each([
  ['few pairs, an array', { parentLimit: 8, keyCount: 8, hasSubs: true }],
  ['nobody knows how many, a table', { parentLimit: Infinity, keyCount: Infinity, hasSubs: true }],
])('counts every pair of parent and key, and gives it one id: %s', (_, shape) => {
  const entry = fc.tuple(fc.nat(7), fc.nat(7))
  fc.assert(
    fc.property(fc.array(fc.array(entry)), (blocks) => {
      const ids = new BucketIds(shape, new AggregationMemory())
      const idOf = new Map<string, number>()
      for (const block of blocks) {
        const found = counted(ids, block)
        block.forEach(([parent, key], i) => {
          const name = `${parent} ${key}`
          expect(found[i]).toBe(idOf.get(name) ?? found[i])
          idOf.set(name, found[i] ?? -1)
        })
      }
      expect(new Set(idOf.values()).size).toBe(idOf.size)
      const all = blocks.flat()
      for (let parent = 0; parent < 8; parent++) {
        const seen: [number, number, number | undefined][] = []
        ids.eachOf(parent, (key, count, id) => seen.push([key, count, id]))
        const keys = [...new Set(all.filter(([p]) => p === parent).map(([, key]) => key))]
        expect(seen).toEqual(
          keys
            .sort((a, b) => a - b)
            .map((key) => [
              key,
              all.filter(([p, k]) => p === parent && k === key).length,
              idOf.get(`${parent} ${key}`),
            ]),
        )
      }
    }),
    { numRuns: 50 },
  )
})

test('a block of one parent counts what its entries count one by one', () => {
  const shape = { parentLimit: 4, keyCount: 6, hasSubs: false }
  fc.assert(
    fc.property(fc.nat(3), fc.array(fc.nat(5)), (parent, given) => {
      const blocks = [parent, undefined].map((onlyParent) => {
        const ids = new BucketIds(shape, new AggregationMemory())
        const parents = new Uint32Array(given.length).fill(parent)
        ids.add({ parents, keys: Float64Array.from(given), count: given.length, onlyParent })
        const seen: [number, number][] = []
        ids.eachOf(parent, (key, count) => seen.push([key, count]))
        return seen
      })
      expect(blocks[0]).toEqual(blocks[1])
      expect(blocks[0]?.reduce((sum, [, count]) => sum + count, 0)).toBe(given.length)
    }),
  )
})

test('entries of one key are counted at once', () => {
  const ids = new BucketIds(
    { parentLimit: 4, keyCount: 2, hasSubs: false },
    new AggregationMemory(),
  )
  ids.addSame({ parents: Uint32Array.of(3, 3, 3), count: 3, onlyParent: 3 }, 1)
  ids.addSame({ parents: Uint32Array.of(0, 3), count: 2, onlyParent: undefined }, 1)
  const counts: number[] = []
  for (const parent of [0, 3]) ids.eachOf(parent, (_, count) => counts.push(count))
  expect(counts).toEqual([1, 4])
})

test('what it holds is counted as memory', () => {
  const memory = new AggregationMemory(1000)
  const ids = new BucketIds({ parentLimit: Infinity, keyCount: Infinity, hasSubs: false }, memory)
  const many = Array.from({ length: 100 }, (_, key): Entry => [0, key])
  expect(() => counted(ids, many)).toThrow(/AGGREGATION_MEMORY_LIMIT_BYTES/)
})
