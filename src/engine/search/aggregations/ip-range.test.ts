import { expect, test } from 'vitest'
import { SearchFixture } from '../testing/search-fixture.ts'
import { refusal } from '../testing/aggregation-fixture.ts'

test('has addresses between others, and those of networks', async () => {
  const field = { name: 'ip', type: 'ip', fast: true }
  const fixture = await SearchFixture.create({ mode: 'strict', field_mappings: [field] })
  await fixture.addSplit(['10.0.0.1', '10.0.0.255', '10.1.0.0'].map((ip) => JSON.stringify({ ip })))
  await fixture.addSplit(['2001:db8::1', '10.0.0.1'].map((ip) => JSON.stringify({ ip })))
  const ranges = [{ mask: '10.0.0.0/24' }, { to: '10.0.0.255' }, { from: '10.1.0.0', key: 'rest' }]
  const a = { ip_range: { field: 'ip', ranges } }
  const { aggregations } = await fixture.search({ maxHits: 0, aggs: { a } })
  expect(aggregations).toEqual({
    a: {
      buckets: [
        { key: '*-10.0.0.255', doc_count: 2, to: '10.0.0.255' },
        { key: '10.0.0.0/24', doc_count: 3, from: '10.0.0.0', to: '10.0.1.0' },
        { key: 'rest', doc_count: 2, from: '10.1.0.0' },
      ],
    },
  })
})

test('is refused on other fields', async () => {
  expect(await refusal({ ip_range: { field: 'shop', ranges: [{ to: '::1' }] } })).toMatchObject({
    message: expect.stringContaining('is not an ip'),
  })
})
