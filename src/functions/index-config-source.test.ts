import { expect, test } from 'vitest'
import { memoryStore } from '../stores/memory-store.ts'
import { makeConfigSource } from './index-config-source.ts'

const SHOP =
  'version: "0.8"\nindex_id: shop\ndoc_mapping:\n  timestamp_field: at\n  field_mappings:\n    - {name: at, type: datetime, fast: true}\n'

const logged: Readonly<Record<string, unknown>>[] = []
const log = (fields: Readonly<Record<string, unknown>>) => void logged.push(fields)

async function sourceOver(text: string, more: { indexId?: string; retentionDays?: number } = {}) {
  const store = memoryStore()
  await store.put('shop.yaml', Buffer.from(text), { condition: { kind: 'always' } })
  return makeConfigSource({
    uri: 's3://artifacts/shop.yaml',
    indexId: more.indexId,
    retentionDays: more.retentionDays ?? 0,
    openBucket: () => store,
    log,
  })
}

test('the configured index is created from its config, others from those that are shipped', async () => {
  const configFor = await sourceOver(SHOP)
  expect(await configFor('shop')).toMatchObject({ indexId: 'shop', retention: undefined })
  expect(await configFor('mock-sales')).toMatchObject({ indexId: 'mock-sales' })
  expect(await configFor('nobody-knows')).toBeUndefined()
})

test('the stack’s retention goes to the default index, unless its config has one', async () => {
  const plain = await sourceOver(SHOP, { retentionDays: 30 })
  expect(await plain('shop')).toMatchObject({ retention: { periodMs: 30 * 86_400_000 } })
  expect((await plain('mock-sales'))?.retention).toBeUndefined()
  const own = await sourceOver(`${SHOP}retention: {period: 7 days, schedule: daily}\n`, {
    retentionDays: 30,
  })
  expect(await own('shop')).toMatchObject({ retention: { period: '7 days' } })
  expect(logged.map(({ note }) => note)).toEqual([
    expect.stringMatching(/^`retention\.schedule` has no effect: /),
  ])
})

test('a config for another index than the function’s is refused, and both are named', async () => {
  const configFor = await sourceOver(SHOP, { indexId: 'books' })
  await expect(configFor('books')).rejects.toThrow(/shop.*books/)
})

test('without a config the default index is a shipped one', async () => {
  const configFor = makeConfigSource({
    uri: undefined,
    indexId: 'mock-sales',
    retentionDays: 30,
    openBucket: () => memoryStore(),
    log,
  })
  expect(await configFor('mock-sales')).toMatchObject({ retention: { period: '30 days' } })
})
