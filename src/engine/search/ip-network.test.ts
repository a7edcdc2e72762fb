import { expect, test } from 'vitest'

import { SearchFixture } from './testing/search-fixture.ts'

/** One split of private addresses, one of public ones and one of version 6. */
async function threeNetworks(field: { readonly fast: boolean; readonly indexed: boolean }) {
  const fixture = await SearchFixture.create({
    mode: 'strict',
    field_mappings: [
      { name: 'id', type: 'u64', fast: true },
      { name: 'ip', type: 'ip', ...field },
    ],
  })
  await fixture.addSplit(['{"id":1,"ip":"10.0.0.1"}', '{"id":2,"ip":"10.200.3.4"}'])
  await fixture.addSplit(['{"id":3,"ip":"8.8.8.8"}', '{"id":4,"ip":"11.0.0.0"}'])
  await fixture.addSplit(['{"id":5,"ip":"2001:db8::7"}', '{"id":6,"ip":"2001:db9::"}'])
  return fixture
}

const CASES = [
  ['ip:10.0.0.0/8', [1, 2]],
  ['ip:10.0.0.0/16', [1]],
  ['ip:0.0.0.0/0', [1, 2, 3, 4]],
  ['ip:"2001:db8::/32"', [5]],
  ['ip:IN [8.8.0.0/16 10.0.0.1 "2001:db9::/48"]', [1, 3, 6]],
] as const

const BY_ID = [{ by: 'field', field: 'id', order: 'asc', dateUnit: 'ms' }] as const

test.each([
  { fast: true, indexed: true },
  { fast: true, indexed: false },
  { fast: false, indexed: true },
])('networks find their addresses, whatever answers for the field: %j', async (field) => {
  const fixture = await threeNetworks(field)
  for (const [query, ids] of CASES) {
    expect(await fixture.ids({ query, sort: BY_ID }), query).toEqual(ids)
  }
})

test('a split without an address of the network is left out', async () => {
  const fixture = await threeNetworks({ fast: true, indexed: true })
  const searched = async (query: string) => (await fixture.search({ query })).splitsSearched
  expect(await searched('ip:10.0.0.0/8')).toBe(2)
  expect(await searched('ip:10.128.0.0/9')).toBe(2)
  expect(await searched('ip:"2001:db8::/32"')).toBe(1)
  expect(await searched('ip:172.16.0.0/12')).toBe(0)
  expect(await searched('ip:10.0.0.1')).toBe(2)
})
