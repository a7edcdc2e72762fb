import { describe, expect, test } from 'vitest'
import { aggregate, refusal } from '../testing/aggregation-fixture.ts'
import { shop } from '../testing/shop.ts'

describe('top_hits', () => {
  test('shows the documents of each bucket that come first, of all splits', async () => {
    const top = { top_hits: { sort: [{ price: { order: 'desc' } }], size: 1, _source: ['price'] } }
    expect(await aggregate({ terms: { field: 'shop', size: 2 }, aggs: { top } })).toMatchObject({
      buckets: [
        {
          key: 'north',
          top: {
            hits: {
              total: { value: 3, relation: 'eq' },
              max_score: null,
              hits: [{ _index: 'events', _score: null, _source: { price: 40 }, sort: [40] }],
            },
          },
        },
        { key: 'south', top: { hits: { hits: [{ _source: { price: 2.5 } }] } } },
      ],
    })
  })

  test('without sort has the last documents, whole; what has no value comes last', async () => {
    const answer = await aggregate({ top_hits: { size: 1 } })
    expect(answer).toMatchObject({ hits: { hits: [{ _source: { items: -2, price: 5 } }] } })
    const cheap = { sort: { price: 'asc' }, size: 7, _source: false }
    const sorted = await aggregate({ top_hits: cheap })
    expect(sorted).toMatchObject({
      hits: { hits: [2.5, 5, 7.5, 10, 20, 40, null].map((price) => ({ sort: [price] })) },
    })
  })

  test('reads nothing of splits that are in memory', async () => {
    const fixture = await shop()
    await fixture.search({ maxHits: 0, aggs: { a: { terms: { field: 'shop' } } } })
    fixture.store.reset()
    const aggs = {
      a: { terms: { field: 'shop', size: 1 }, aggs: { b: { top_hits: { size: 1 } } } },
    }
    await fixture.search({ maxHits: 0, aggs })
    expect(fixture.store.requests.filter(({ key }) => key.endsWith('.split'))).toEqual([])
  })

  test.each([
    [{ sort: '_score' }, 'buckets know no scores'],
    [{ sort: 'shop' }, 'is no number, date or bool'],
    [{ size: 101 }, 'TOP_DOCUMENTS_LIMIT=100'],
    [{ highlight: {} }, '`highlight` is not supported'],
    [{ _source: '*name' }, '`_source`'],
  ])('refuses %j', async (options, named) => {
    expect(await refusal({ top_hits: options })).toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining(named),
    })
  })
})

test('top_metrics shows numbers of the document that comes first, and terms are ordered by them', async () => {
  const last = {
    top_metrics: { metrics: [{ field: 'price' }, { field: 'time' }], sort: { items: 'desc' } },
  }
  expect(await aggregate(last)).toEqual({
    top: [{ sort: [9], metrics: { price: null, time: '2024-05-04T00:00:00Z' } }],
  })
  const terms = { field: 'shop', order: { 'last.price': 'desc' }, size: 1 }
  expect(await aggregate({ terms, aggs: { last } })).toMatchObject({ buckets: [{ key: 'north' }] })
})
