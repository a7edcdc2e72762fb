import { expect, test } from 'vitest'
import { searchLeaf } from './leaf.ts'
import type { LeafRequest } from './leaf-request.ts'
import { SearchFixture } from './testing/search-fixture.ts'

async function leaf(request: Partial<LeafRequest> = {}): Promise<{
  fixture: SearchFixture
  request: LeafRequest
}> {
  const fixture = await SearchFixture.create({
    field_mappings: [{ name: 'id', type: 'u64', fast: true }],
  })
  await fixture.addSplit(['{"id":1}', '{"id":2}'])
  await fixture.addSplit(['{"id":3}'])
  return {
    fixture,
    request: {
      indexId: 'events',
      config: fixture.config,
      query: { kind: 'matchAll' },
      searchFields: undefined,
      startTimestamp: undefined,
      endTimestamp: undefined,
      hitLimit: 2,
      sort: [{ by: 'field', field: 'id', order: 'desc', dateUnit: 'ms' }],
      searchAfter: undefined,
      aggs: { most: { max: { field: 'id' } } },
      wantsTerms: false,
      wantsScores: false,
      minScore: undefined,
      terminateAfter: undefined,
      splits: await fixture.splits(),
      ...request,
    },
  }
}

test('merges what its splits found', async () => {
  const { fixture, request } = await leaf()
  const answer = await searchLeaf(request, fixture.context)
  expect(answer.numHits).toBe(3)
  expect(answer.hits.map(({ sort }) => sort[0]?.value)).toEqual([3n, 2n])
  expect(answer.aggregations).toMatchObject([{ count: 3, max: 3 }])
  expect(answer.failures).toEqual([])
})

test('request and answer are plain data: a worker or another machine can do the work', async () => {
  const { fixture, request } = await leaf()
  const answer = await searchLeaf(structuredClone(request), fixture.context)
  expect(structuredClone(answer)).toEqual(answer)
})

test('a split that fails is in the answer, with what the others found', async () => {
  const { fixture, request } = await leaf()
  const [first, ...others] = request.splits
  if (first === undefined) throw new Error('two splits were published')
  const splits = [{ ...first, splitId: 'gone' }, ...others]
  const answer = await searchLeaf({ ...request, splits }, fixture.context)
  expect(answer.failures).toMatchObject([{ splitId: 'gone', kind: 'notFound' }])
  expect(answer.numHits).toBe(3 - first.docCount)
})

test('a request that cannot be bound is refused, before any split is read', async () => {
  const { fixture, request } = await leaf({ startTimestamp: 1 })
  fixture.forget()
  await expect(searchLeaf(request, fixture.context)).rejects.toMatchObject({ kind: 'invalid' })
  expect(fixture.store.requests).toEqual([])
})

test('an aborted search rejects instead of reporting failed splits', async () => {
  const { fixture, request } = await leaf()
  const reason = new Error('the client left')
  const aborted = AbortSignal.abort(reason)
  const store = { ...fixture.store, read: () => Promise.reject(reason) }
  fixture.forget()
  await expect(searchLeaf(request, { ...fixture.context, store }, aborted)).rejects.toBe(reason)
})
