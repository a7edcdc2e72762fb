import { expect, test } from 'vitest'

import { SearchFixture } from './testing/search-fixture.ts'

/** Three documents within two microseconds of each other, in another order than time's. */
async function threeInAMicrosecond(precision: string): Promise<SearchFixture> {
  const fixture = await SearchFixture.create({
    mode: 'strict',
    timestamp_field: 'ts',
    field_mappings: [
      { name: 'id', type: 'u64', fast: true },
      { name: 'ts', type: 'datetime', fast: true, fast_precision: precision },
    ],
  })
  await fixture.addSplit([
    '{"id":1,"ts":"2024-03-04T16:45:30.905261Z"}',
    '{"id":2,"ts":"2024-03-04T16:45:30.905262Z"}',
    '{"id":3,"ts":"2024-03-04T16:45:30.905260Z"}',
  ])
  return fixture
}

const INSTANT = 'ts:[2024-03-04T16:45:30.905261Z TO 2024-03-04T16:45:30.905261Z]'
const BY_TIME = [{ by: 'field', field: 'ts', order: 'asc', dateUnit: 'ns' }] as const

test.each(['microseconds', 'nanoseconds'])(
  'ranges and order are exact where the precision is as fine as the data (%s)',
  async (precision) => {
    const fixture = await threeInAMicrosecond(precision)
    expect(await fixture.ids({ query: INSTANT })).toEqual([1])
    expect(await fixture.ids({ query: 'ts:>2024-03-04T16:45:30.905260Z', sort: BY_TIME })).toEqual([
      1, 2,
    ])
    expect(await fixture.ids({ sort: BY_TIME })).toEqual([3, 1, 2])
  },
)

test('a coarser precision makes a range at least as wide as its unit', async () => {
  const fixture = await threeInAMicrosecond('milliseconds')
  expect((await fixture.ids({ query: INSTANT })).length).toBe(3)
})
