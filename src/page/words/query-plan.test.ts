import { expect, test } from 'vitest'
import { parseExact } from '../api/exact-json.ts'
import { planBody, planUsd, readPlan, readPrices } from './query-plan.ts'

const WISH = {
  query: '',
  from: '2026-11-23T04:00:00.5Z',
  to: '2026-11-23T04:00:01.000000001Z',
  sort: 'asc',
  timestampField: 'ts',
} as const

test('a plan is asked for the same search, its time in whole seconds that leave nothing out', () => {
  expect(planBody(WISH, { hits: 200, aggs: undefined })).toEqual({
    query: '*',
    max_hits: 200,
    sort_by: '-ts',
    start_timestamp: 1_795_406_400,
    end_timestamp: 1_795_406_402,
  })
  const counting = { ...WISH, query: 'a', from: undefined, to: undefined }
  expect(planBody(counting, { hits: 0, aggs: { a: {} } })).toEqual({
    query: 'a',
    max_hits: 0,
    aggs: { a: {} },
  })
})

test('what every split is read for adds up, and its price', () => {
  const plan = readPlan(
    parseExact(`{"searched_splits":["a","b"],"splits":{"total":5},
      "reads":[{"requests":1,"bytes":1000},{"requests":3,"bytes":500}],"hit_requests":20}`),
  )
  expect(plan).toEqual({ splits: 2, allSplits: 5, requests: 29, bytes: 3000 })
  const prices = readPrices(
    parseExact(`{"components":[{"id":"s3_reads","price":1e-6},{"id":"function_requests","price":1e-6},
      {"id":"api_gateway","price":1e-6},{"id":"data_out","price":1.0}]}`),
  )
  expect(planUsd(plan, prices, 1_000_000_000)).toBeCloseTo(1.000031)
  expect(planUsd(plan, new Map(), 0)).toBeUndefined()
})
