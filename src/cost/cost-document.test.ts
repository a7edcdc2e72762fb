import { expect, test } from 'vitest'
import { actualCost, type FunctionUsage, type Reading } from './actual.ts'
import { DEFAULT_ASSUMPTIONS } from './assumptions.ts'
import { COMPONENT_IDS } from './components.ts'
import { buildCostDocument } from './cost-document.ts'
import { findLevers } from './levers.ts'
import { estimateCost } from './model.ts'
import { TUTORIAL_ASSUMPTIONS } from './tutorial.ts'

const forbidden: Reading = { state: 'forbidden', permission: 'cloudwatch:GetMetricData' }
const one: Reading = { state: 'read', value: 1, source: 'stack' }
const hiddenFunction: FunctionUsage = {
  memoryMb: 3008,
  ephemeralGb: 0.5,
  invocations: forbidden,
  durationMs: forbidden,
  initMs: forbidden,
}

const hidden = actualCost({
  windowDays: 7,
  region: 'us-east-1',
  arch: 'arm64',
  indexer: hiddenFunction,
  searcher: hiddenFunction,
  indexBytes: forbidden,
  stagingBytes: forbidden,
  s3Writes: forbidden,
  s3Reads: forbidden,
  restApiCalls: forbidden,
  logIngestedBytes: forbidden,
  logStoredBytes: forbidden,
  dataOutBytes: forbidden,
  queueRequests: forbidden,
  scheduleInvocations: forbidden,
  secrets: one,
  alarms: one,
  keys: one,
  firehoseBytes: one,
})

const assumed = estimateCost({
  ...DEFAULT_ASSUMPTIONS,
  region: 'mx-central-1',
  responseKb: undefined,
})
const tutorial = estimateCost(TUTORIAL_ASSUMPTIONS)
const document = buildCostDocument({
  assumed,
  actual: hidden,
  tutorial,
  levers: findLevers(DEFAULT_ASSUMPTIONS),
})

function component(id: string) {
  return document.components.find((candidate) => candidate.id === id)
}

test('the document has the promised head', () => {
  expect(document).toMatchObject({
    schema: 'qw-lambda/cost/1',
    currency: 'USD',
    region: 'mx-central-1',
    priced_region: 'us-east-1',
    priced_at: '2026-11-23',
    period_days: 30.4,
  })
  expect(document.components.map((each) => each.id)).toEqual(COMPONENT_IDS)
})

test('known cells carry quantity and dollars that belong together', () => {
  const api = component('api_gateway')
  expect(api?.price).toBeCloseTo(3.5e-6, 15)
  expect(api?.assumed.qty).toBe(30_000)
  expect(api?.assumed.usd).toBeCloseTo((api?.assumed.qty ?? 0) * (api?.price ?? 0), 12)
  expect(document.total.tutorial?.toFixed(2)).toBe('6.57')
})

test('what is not known is null, never zero', () => {
  expect(component('data_out')?.assumed).toEqual({ qty: null, usd: null })
  expect(component('logs_ingested')?.tutorial).toBeNull()
  expect(component('index_storage')?.actual).toEqual({
    qty: null,
    usd: null,
    source: null,
    window_days: 7,
    missing_permission: 'cloudwatch:GetMetricData',
  })
})

test('a stack that is not deployed has no actual column', () => {
  const plain = buildCostDocument({ assumed, actual: undefined, tutorial: undefined, levers: [] })
  expect(plain.components.every((each) => each.actual === null && each.tutorial === null)).toBe(
    true,
  )
  expect(plain.total).toEqual({ assumed: assumed.totalUsd, actual: null, tutorial: null })
})

test('warnings name the price region, what the totals leave out, and each missing permission once', () => {
  const warnings = document.warnings.join('\n')
  expect(warnings).toContain("Prices are us-east-1's")
  expect(warnings).toContain('The assumed total leaves out what is not known: data_out.')
  expect(warnings.match(/cloudwatch:GetMetricData/g)).toHaveLength(1)
})

test('the document survives JSON unchanged', () => {
  expect(JSON.parse(JSON.stringify(document))).toEqual(document)
})
