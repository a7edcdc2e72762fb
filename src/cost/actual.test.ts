import { describe, expect, test } from 'vitest'
import { actualCost, type FunctionUsage, type MeasuredUsage, type Reading } from './actual.ts'
import type { ComponentId } from './components.ts'
import { MONTH_DAYS } from './month.ts'

const read = (value: number, source = 'CloudWatch'): Reading => ({ state: 'read', value, source })

function functionUsage(changes: Partial<FunctionUsage> = {}): FunctionUsage {
  return {
    memoryMb: 3008,
    ephemeralGb: 0.5,
    invocations: read(2016),
    durationMs: read(2016 * 1500),
    initMs: read(0),
    ...changes,
  }
}

function usageOf(changes: Partial<MeasuredUsage> = {}): MeasuredUsage {
  return {
    windowDays: 7,
    region: 'us-east-1',
    arch: 'arm64',
    indexer: functionUsage(),
    searcher: functionUsage(),
    indexBytes: read(30e9),
    stagingBytes: read(2e9),
    s3Writes: { state: 'absent', reason: 'request metrics are off' },
    s3Reads: { state: 'absent', reason: 'request metrics are off' },
    restApiCalls: read(7000),
    logIngestedBytes: read(7e8),
    logStoredBytes: read(1e9),
    dataOutBytes: read(7e9),
    queueRequests: read(150_000),
    scheduleInvocations: read(2016),
    secrets: read(1),
    alarms: read(3),
    keys: read(0),
    firehoseBytes: read(0),
    ...changes,
  }
}

function row(usage: MeasuredUsage, id: ComponentId) {
  const found = actualCost(usage).rows.find((candidate) => candidate.id === id)
  if (found === undefined) throw new Error(`no row ${id}`)
  return found
}

describe('scaling', () => {
  test('what flows is scaled from its window to a month', () => {
    expect(row(usageOf(), 'api_gateway').quantity).toBeCloseTo((7000 / 7) * MONTH_DAYS, 6)
    expect(row(usageOf(), 'data_out').quantity).toBeCloseTo(MONTH_DAYS, 6)
    expect(row(usageOf({ windowDays: 2 }), 'api_gateway').quantity).toBeCloseTo(
      3500 * MONTH_DAYS,
      6,
    )
  })

  test('what is stored is not scaled', () => {
    expect(row(usageOf(), 'index_storage').quantity).toBe(30)
    expect(row(usageOf(), 'secret').usd).toBe(0.4)
  })

  test('durations become GB-seconds of the memory that the function has', () => {
    const gbSeconds = ((2016 * 1.5) / 7) * MONTH_DAYS * 2.9375
    expect(row(usageOf(), 'indexer_compute').quantity).toBeCloseTo(gbSeconds, 6)
    expect(row(usageOf(), 'indexer_compute').arithmetic).toMatch(
      /^3,024 s measured × 4\.3452 × 2\.9375 GB = /,
    )
  })

  test('start-up time counts as cold starts for the searcher and as compute elsewhere', () => {
    const withInit = functionUsage({ durationMs: read(0), initMs: read(7000) })
    const usage = usageOf({ indexer: withInit, searcher: withInit })
    expect(row(usage, 'searcher_compute').quantity).toBe(0)
    expect(row(usage, 'searcher_cold_starts').quantity).toBeCloseTo(MONTH_DAYS * 2.9375, 6)
    expect(row(usage, 'indexer_compute').quantity).toBeCloseTo(MONTH_DAYS * 2.9375, 6)
  })

  test('a stack without a generator is a known zero', () => {
    expect(row(usageOf(), 'generator_compute')).toMatchObject({
      quantity: 0,
      usd: 0,
      usdText: '$0.00',
    })
  })

  test('each row names its source and its window', () => {
    expect(row(usageOf(), 'api_gateway')).toMatchObject({ source: 'CloudWatch', windowDays: 7 })
  })
})

describe('what could not be read', () => {
  const forbidden: Reading = { state: 'forbidden', permission: 'cloudwatch:GetMetricData' }

  test('a row without its permission names it, has no number, and the others still stand', () => {
    const actual = actualCost(usageOf({ indexBytes: forbidden, stagingBytes: forbidden }))
    const index = actual.rows.find((candidate) => candidate.id === 'index_storage')
    expect(index).toMatchObject({
      quantity: undefined,
      usd: undefined,
      missingPermission: 'cloudwatch:GetMetricData',
      usdText: 'needs cloudwatch:GetMetricData',
    })
    expect(actual.missingPermissions).toEqual(['cloudwatch:GetMetricData'])
    expect(actual.totalUsd).toBeGreaterThan(0)
    expect(actual.unknown).toEqual(['index_storage', 'staging_storage', 's3_writes', 's3_reads'])
  })

  test('a row that adds several functions is unknown when one of them is', () => {
    const usage = usageOf({ searcher: functionUsage({ invocations: forbidden }) })
    expect(row(usage, 'function_requests').missingPermission).toBe('cloudwatch:GetMetricData')
  })

  test('no /tmp beyond the free part costs nothing even when the durations are hidden', () => {
    const hidden = functionUsage({ durationMs: forbidden, initMs: forbidden })
    const usage = usageOf({ indexer: hidden, searcher: hidden })
    expect(row(usage, 'ephemeral_storage').usd).toBe(0)
    const large = { ...hidden, ephemeralGb: 10 }
    expect(row(usageOf({ indexer: large }), 'ephemeral_storage').usd).toBeUndefined()
  })

  test('a figure that nobody records says why', () => {
    expect(row(usageOf(), 's3_reads')).toMatchObject({
      quantity: undefined,
      usdText: 'unknown: request metrics are off',
      missingPermission: undefined,
    })
  })
})
