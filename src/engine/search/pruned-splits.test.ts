import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../bytes/json.ts'
import { SearchFixture } from './testing/search-fixture.ts'

const MAPPING: JsonObject = {
  timestamp_field: 'ts',
  tag_fields: ['shop'],
  field_mappings: [
    { name: 'ts', type: 'datetime', input_formats: ['unix_timestamp'], fast: true },
    { name: 'shop', type: 'text', tokenizer: 'raw' },
    { name: 'price', type: 'u64', fast: true },
  ],
}

const DAY_S = 86_400
const FIRST_TS = 1_700_006_400

/** One split a day: each of its own shop and price. */
async function threeDays(): Promise<SearchFixture> {
  const fixture = await SearchFixture.create(MAPPING)
  for (const [day, shop] of ['rome', 'oslo', 'bern'].entries()) {
    const doc = { ts: FIRST_TS + day * DAY_S, shop, price: 10 * day }
    await fixture.addSplit([JSON.stringify(doc)])
  }
  return fixture
}

describe('a split is left out', () => {
  test.each([
    ['by its time', { query: '*', startTimestamp: FIRST_TS + DAY_S }, { time: 1 }],
    ['by its tags', { query: 'shop:oslo' }, { tags: 2 }],
    ['by the least and greatest of its values', { query: 'price:>=10' }, { values: 1 }],
    [
      'by its time before anything else',
      { query: 'shop:oslo', endTimestamp: FIRST_TS + 1 },
      { time: 2, tags: 1 },
    ],
    [
      'by two of them, where neither is enough',
      { query: 'shop:oslo OR price:20' },
      { together: 1 },
    ],
    ['because nothing matches at all', { query: 'shop:IN []' }, { query: 3 }],
    ['never', { query: 'shop:* OR *' }, {}],
  ])('%s', async (_, ask, expected) => {
    const fixture = await threeDays()
    const { splits, searchedSplits } = await fixture.plan(ask)
    const pruned = { query: 0, time: 0, tags: 0, values: 0, together: 0, ...expected }
    expect(splits).toEqual({ total: 3, pruned })
    const left = Object.values(pruned).reduce((sum, count) => sum + count, 0)
    expect(searchedSplits).toHaveLength(3 - left)
  })
})
