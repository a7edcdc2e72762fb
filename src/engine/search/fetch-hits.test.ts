import { expect, test } from 'vitest'
import { fetchHits, type LocatedHit } from './fetch-hits.ts'
import { EXACT_READS, SearchFixture } from './testing/search-fixture.ts'

const DISPLAY = { snippetFields: [], weights: new Map() }

/** Two splits of 100 documents, and hits in them by number. */
async function twoSplits(): Promise<{
  fixture: SearchFixture
  readonly hits: (...ids: number[]) => Promise<LocatedHit[]>
}> {
  const fixture = await SearchFixture.create({ field_mappings: [{ name: 'id', type: 'u64' }] })
  const splitIds: string[] = []
  for (const first of [0, 100]) {
    const lines = Array.from({ length: 100 }, (_, at) => JSON.stringify({ id: first + at }))
    splitIds.push(await fixture.addSplit(lines))
  }
  const records = await fixture.splits()
  return {
    fixture,
    hits: async (...ids) => {
      return ids.flatMap((id) => {
        const split = records.find(({ splitId }) => splitId === splitIds[Math.floor(id / 100)])
        if (split === undefined) return []
        const hit = { splitId: split.splitId, docId: id % 100, sort: [] }
        return [{ hit, split, config: fixture.config }]
      })
    },
  }
}

const search = (fixture: SearchFixture) => {
  return { context: { ...fixture.context, readSizes: EXACT_READS }, signal: undefined }
}

test('documents come in the order of the hits, whichever splits they are in', async () => {
  const { fixture, hits } = await twoSplits()
  const found = await fetchHits(await hits(150, 3, 101, 4), DISPLAY, search(fixture))
  expect(found.hits.map(({ json }) => json)).toEqual([150, 3, 101, 4].map((id) => `{"id":${id}}`))
  expect(found.failures).toEqual([])
})

test('hits of one block are one request, and a document shown before is none', async () => {
  const { fixture, hits } = await twoSplits()
  fixture.forget()
  const first = search(fixture)
  await fetchHits(await hits(3, 4, 5), DISPLAY, first)
  // The footer, and the block.
  expect(fixture.store.requests.filter(({ key }) => key.endsWith('.split'))).toHaveLength(2)
  fixture.store.reset()
  await fetchHits(await hits(4, 3), DISPLAY, first)
  expect(fixture.store.requests).toEqual([])
})

test('another document of a block that was unpacked needs the block no more', async () => {
  const { fixture, hits } = await twoSplits()
  const opened = search(fixture)
  await fetchHits(await hits(3), DISPLAY, opened)
  const { parts, openedBlocks } = opened.context.caches
  const [split] = await fixture.splits()
  expect(openedBlocks.usedBytes).toBeGreaterThan(0)
  parts.dropWhere(() => true)
  fixture.store.reset()
  const found = await fetchHits(await hits(99, 0), DISPLAY, opened)
  expect(found.hits.map(({ json }) => json)).toEqual(['{"id":99}', '{"id":0}'])
  const reads = fixture.store.requests.filter(({ key }) => key.endsWith('.split'))
  // The footer alone, with what stands before it.
  expect(reads.map(({ bytes }) => bytes)).toEqual([
    (split?.footer.end ?? 0) - (split?.footer.start ?? 0),
  ])
})

test('a split whose documents cannot be read is reported, and the others are shown', async () => {
  const { fixture, hits } = await twoSplits()
  const located = await hits(3, 150)
  const broken = located.map((hit, at) =>
    at === 0 ? { ...hit, split: { ...hit.split, splitId: 'gone' } } : hit,
  )
  const wrong = broken.map((hit, at) =>
    at === 0 ? { ...hit, hit: { ...hit.hit, splitId: 'gone' } } : hit,
  )
  const found = await fetchHits(wrong, DISPLAY, search(fixture))
  expect(found.hits.map(({ json }) => json)).toEqual(['{"id":150}'])
  expect(found.failures).toMatchObject([{ splitId: 'gone', kind: 'notFound', indexId: 'events' }])
})
