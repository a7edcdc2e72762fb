import { expect, test } from 'vitest'
import { publishedSplits } from '../metastore/index-metadata.ts'
import { SearchFixture } from './testing/search-fixture.ts'

async function pinned() {
  const fixture = await SearchFixture.create({ field_mappings: [{ name: 'id', type: 'u64' }] })
  await fixture.addSplit(['{"id":1}', '{"id":2}'])
  await fixture.addSplit(['{"id":3}'])
  const splits = publishedSplits(await fixture.metastore.load('events'))
  return { fixture, pinnedSplits: new Set(splits.map(({ splitId }) => splitId)) }
}

test('a search sees the splits that it began with, and none that came since', async () => {
  const { fixture, pinnedSplits } = await pinned()
  await fixture.addSplit(['{"id":4}'])
  expect(await fixture.search({ query: '*', pinnedSplits })).toMatchObject({ numHits: 3 })
})

test('without one of them the answer would be smaller: it is an error that says so', async () => {
  const { fixture, pinnedSplits } = await pinned()
  // As a clean-up does once a split was replaced for longer than searches take.
  await fixture.metastore.update('events', (file) => ({ ...file, splits: file.splits.slice(1) }))
  await expect(fixture.search({ query: '*', pinnedSplits })).rejects.toMatchObject({
    kind: 'invalid',
    code: 'SCROLL-GONE',
  })
})
