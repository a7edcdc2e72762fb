import { expect, test } from 'vitest'
import { DEFAULT_ASSUMPTIONS } from './assumptions.ts'
import {
  assumeMeasured,
  COLD_QUERY_ROUNDS,
  LAMBDA_CORE_SPEED,
  ONE_VCPU_MB,
  S3_ROUND_MS,
} from './measured.ts'

test('nothing measured changes nothing', () => {
  expect(assumeMeasured(DEFAULT_ASSUMPTIONS, {})).toEqual({
    assumptions: DEFAULT_ASSUMPTIONS,
    origins: [],
  })
})

test('indexing time is the local time at the speed of a Lambda core, plus the fixed part of a run', () => {
  const { assumptions } = assumeMeasured(DEFAULT_ASSUMPTIONS, { docsPerSecond: 200_000 })
  const expected = 0.5 / LAMBDA_CORE_SPEED + DEFAULT_ASSUMPTIONS.runOverheadSeconds
  expect(assumptions.indexSeconds).toBeCloseTo(expected, 9)
})

test('below one vCPU the time grows as the memory shrinks, above it memory buys nothing', () => {
  const secondsAt = (indexerMemoryMb: number) =>
    assumeMeasured(
      { ...DEFAULT_ASSUMPTIONS, indexerMemoryMb, runOverheadSeconds: 0 },
      { docsPerSecond: 1e5 },
    ).assumptions.indexSeconds
  expect(secondsAt(ONE_VCPU_MB / 2)).toBeCloseTo(secondsAt(ONE_VCPU_MB) * 2, 9)
  expect(secondsAt(10_240)).toBe(secondsAt(ONE_VCPU_MB))
})

test('a query adds the rounds of S3 reads that a warm local file does not have', () => {
  const { assumptions } = assumeMeasured(DEFAULT_ASSUMPTIONS, { queryMs: 0 })
  expect(assumptions.queryMs).toBe(COLD_QUERY_ROUNDS * S3_ROUND_MS)
})

test('bytes a document become ratios of the measured document size', () => {
  const { assumptions, origins } = assumeMeasured(DEFAULT_ASSUMPTIONS, {
    docBytes: 200,
    indexBytesPerDoc: 50,
    stagedBytesPerDoc: 40,
  })
  expect(assumptions).toMatchObject({ docBytes: 200, indexRatio: 0.25, stagedRatio: 0.2 })
  expect(origins).toEqual([
    '200.0 bytes a document',
    '50.0 index bytes a document',
    '40.0 staged bytes a document',
  ])
})

test('the default assumptions follow from the slowest that a release may be and the size it has', () => {
  const { assumptions } = assumeMeasured(DEFAULT_ASSUMPTIONS, {
    docsPerSecond: 100_000 / 1.5,
    indexBytesPerDoc: 33,
  })
  expect(assumptions.indexSeconds).toBeCloseTo(DEFAULT_ASSUMPTIONS.indexSeconds, 9)
  expect(assumptions.indexRatio).toBeCloseTo(DEFAULT_ASSUMPTIONS.indexRatio, 9)
})
