import { expect, test } from 'vitest'
import { estimateSearch } from './search-estimate.ts'

const USE = { rounds: 4, requests: 10, responseBytes: 0 }

test('waiting grows with the rounds, money with the requests and the gateway', () => {
  const few = estimateSearch(USE, false)
  const many = estimateSearch({ ...USE, requests: 1_000 }, false)
  expect([few.waitMs, many.waitMs]).toEqual([120, 120])
  // $0.40 a million reads.
  expect(many.usdPer1000 - few.usdPer1000).toBeCloseTo(990 * 0.0004, 6)
  const large = estimateSearch({ ...USE, responseBytes: 1e9 }, false)
  expect(large.usdPer1000 - few.usdPer1000).toBeCloseTo(90, 6)
  const byHttp = estimateSearch(USE, true)
  expect(byHttp.usdPer1000 - few.usdPer1000).toBeCloseTo(0.0035, 6)
})
