import { expect, test } from 'vitest'
import type { ComponentId } from './components.ts'
import { estimateCost } from './model.ts'
import { TUTORIAL_ASSUMPTIONS, tutorialStatements } from './tutorial.ts'

const estimate = estimateCost(TUTORIAL_ASSUMPTIONS)

function row(id: ComponentId) {
  const found = estimate.rows.find((candidate) => candidate.id === id)
  if (found === undefined) throw new Error(`no row ${id}`)
  return found
}

test.each<[ComponentId, number | undefined, string]>([
  ['indexer_compute', 128_772, '$2.15'],
  ['searcher_compute', 88_200, '$1.47'],
  ['searcher_cold_starts', 0, '$0.00'],
  ['generator_compute', 43_800, '$0.73'],
  ['function_requests', 47_520, '<$0.01'],
  ['ephemeral_storage', undefined, '$0.0000000309 per GB-s, needs --actual'],
  ['index_storage', 30, '$0.69'],
  ['staging_storage', 10, '$0.23'],
  ['s3_writes', 35_040, '$0.18'],
  ['s3_reads', 1_517_520, '$0.61'],
  ['api_gateway', 30_000, '$0.11'],
  ['secret', 1, '$0.40'],
  ['logs_ingested', undefined, '$0.50 per GB, needs --actual'],
  ['logs_stored', undefined, '$0.03 per GB-month, needs --actual'],
  ['data_out', undefined, '$0.09 per GB, needs --actual'],
  ['schedule', 8760, '<$0.01'],
  ['notifications', 0, '$0.00'],
  ['alarms', 0, '$0.00'],
])('%s: %d a month, %s', (id, quantity, usdText) => {
  if (quantity === undefined) expect(row(id).quantity).toBeUndefined()
  else expect(row(id).quantity).toBeCloseTo(quantity, 6)
  expect(row(id).usdText).toBe(usdText)
})

test('the whole stack costs $6.57 a month before logs', () => {
  expect(estimate.totalUsd.toFixed(2)).toBe('6.57')
  expect(estimate.unknown).toContain('logs_ingested')
})

test('it indexes 876 million documents a month, 4.62 GB a day, 140.5 GB a month', () => {
  expect(estimate.volumes.docsPerMonth).toBe(876e6)
  expect(estimate.volumes.sourceGbPerDay.toFixed(2)).toBe('4.62')
  expect(estimate.volumes.sourceGbPerMonth.toFixed(1)).toBe('140.5')
})

test('secret and S3 requests come to $0.40 + about $0.78', () => {
  const s3Usd = (row('s3_writes').usd ?? 0) + (row('s3_reads').usd ?? 0)
  expect(s3Usd.toFixed(2)).toBe('0.78')
})

test('a generator that takes ten seconds costs $1.46', () => {
  const slower = estimateCost({ ...TUTORIAL_ASSUMPTIONS, generatorSeconds: 10 })
  const usd = slower.rows.find((candidate) => candidate.id === 'generator_compute')?.usd ?? 0
  expect(usd.toFixed(2)).toBe('1.46')
})

test('each published sentence is restated from its own figures', () => {
  const restated = Object.fromEntries(tutorialStatements().map((each) => [each.id, each.restated]))
  expect(restated).toEqual({
    second: '2.94 GB × $0.0000166667 = $0.0000490',
    indexer: '$0.075 a day; 8,760 runs a month: $2.15',
    generator: '$0.73',
    staging: '$0.23',
    index: '$0.69',
    searches: '20,300 for $1 at 1 s',
    cached_searches: '196,000 for $1 at 100 ms',
    api_gateway: '$0.11',
    secret_and_requests: '$0.40 + about $0.78',
    egress: '$0.09 per GB',
    headline: '876 M documents, 30,000 queries at 1 s: $6.57 before logs',
  })
})

test('the published sentences hold at list prices', () => {
  // "in the order of $0.1 per day": 300 runs, of 8,760 a month.
  expect(((row('indexer_compute').usd ?? 0) / 8760) * 300).toBeGreaterThan(0.05)
  expect(((row('indexer_compute').usd ?? 0) / 8760) * 300).toBeLessThan(0.1)
  // "you can run in the order of 10k of them with a budget of $1"
  expect((row('searcher_compute').usd ?? 0) / 3).toBeLessThan(1)
  // "under $7 a month"
  expect(estimate.totalUsd).toBeLessThan(7)
})
