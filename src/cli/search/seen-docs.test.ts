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

test('what is asked for again begins an overlap before the newest, and keeps instants whole', () => {
  const seen = new SeenDocs()
  seen.update([hitAt(0n, 'old'), hitAt(OVERLAP_NS + 1n, 'new')])
  expect(seen.floorNs).toBe(1n)
  seen.update(
    Array.from({ length: MAX_REMEMBERED + 10 }, (_, i) =>
      hitAt(BigInt(Math.floor(i / 20)) + OVERLAP_NS, `${i}`),
    ),
  )
  expect(seen.floorNs).toBe(OVERLAP_NS + 1n)
})

test('of the first documents the instant that may be cut in two is not asked for again', () => {
  const seen = new SeenDocs()
  seen.begin([hitAt(5n, 'a'), hitAt(5n, 'b'), hitAt(7n, 'c')], true)
  expect(seen.floorNs).toBe(7n)
  expect(names(seen.update([hitAt(7n, 'c'), hitAt(9n, 'd')]))).toEqual(['d'])
  const whole = new SeenDocs()
  whole.begin([hitAt(OVERLAP_NS, 'a')], false)
  expect(whole.floorNs).toBe(0n)
})

test('whatever arrives in whatever batches, late by less than the overlap, is shown exactly once', () => {
  const late = fc.array(fc.nat(Number(OVERLAP_NS) - 100), { maxLength: 8 })
  fc.assert(
    fc.property(fc.array(late, { maxLength: 8 }), (batches) => {
      const seen = new SeenDocs()
      const stored: ElasticHit[] = []
      let shown = 0
      for (const [n, batch] of batches.entries()) {
        const now = OVERLAP_NS * 5n + BigInt(n)
        stored.push(...batch.map((by) => hitAt(now - BigInt(by), `${by % 5}`)))
        const sorted = stored.toSorted((a, b) => (timeOf(a) < timeOf(b) ? -1 : 1))
        const { floorNs } = seen
        const asked = sorted.filter((hit) => floorNs === undefined || timeOf(hit) >= floorNs)
        shown += seen.update(asked).length
      }
      expect(shown).toBe(stored.length)
    }),
  )
})

function timeOf({ sort }: ElasticHit): bigint {
  return sort[0] as bigint // as `hitAt` makes it
}
