import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ElasticHit } from './elastic-request.ts'
import { MAX_REMEMBERED, OVERLAP_NS, SeenDocs } from './seen-docs.ts'

function hitAt(timeNs: bigint, name: string, address = name): ElasticHit {
  return { index: 'logs', source: { name }, sort: [timeNs, address] }
}

const names = (hits: readonly ElasticHit[]): unknown[] => hits.map((hit) => hit.source['name'])

test('a document is fresh once, also when a merge moved it', () => {
  const seen = new SeenDocs()
  expect(names(seen.update([hitAt(1n, 'a'), hitAt(2n, 'b')]))).toEqual(['a', 'b'])
  expect(names(seen.update([hitAt(1n, 'a', 'moved'), hitAt(2n, 'b', 'moved')]))).toEqual([])
})

test('a late document is fresh between those already shown', () => {
  const seen = new SeenDocs()
  seen.update([hitAt(1n, 'a'), hitAt(9n, 'c')])
  expect(names(seen.update([hitAt(1n, 'a'), hitAt(5n, 'b'), hitAt(9n, 'c')]))).toEqual(['b'])
})

test('equal documents are counted', () => {
  const seen = new SeenDocs()
  seen.update([hitAt(1n, 'a')])
  expect(seen.update([hitAt(1n, 'a'), hitAt(1n, 'a')])).toHaveLength(1)
})

test('what is asked for again begins within the overlap and keeps instants whole', () => {
  const seen = new SeenDocs()
  seen.update([hitAt(0n, 'old'), hitAt(OVERLAP_NS + 1n, 'new')])
  expect(seen.floorNs).toBe(OVERLAP_NS + 1n)
  seen.update(
    Array.from({ length: MAX_REMEMBERED + 10 }, (_, i) =>
      hitAt(BigInt(Math.floor(i / 20)), `${i}`),
    ),
  )
  expect(seen.floorNs).toBe(1n)
})

test('whatever arrives in whatever batches is shown exactly once', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.nat(50), { maxLength: 8 }), { maxLength: 8 }), (batches) => {
      const seen = new SeenDocs()
      const stored: ElasticHit[] = []
      let shown = 0
      for (const batch of batches) {
        stored.push(...batch.map((time) => hitAt(BigInt(time), `${time % 5}`)))
        const sorted = stored.toSorted((a, b) => Number(a.sort[0]) - Number(b.sort[0]))
        shown += seen.update(sorted).length
      }
      expect(shown).toBe(stored.length)
    }),
  )
})
