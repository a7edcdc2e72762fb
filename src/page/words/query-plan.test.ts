import { expect, test } from 'vitest'
import { parseExact } from '../api/exact-json.ts'
import { costPath, planBody, readPlan } from './query-plan.ts'

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

test('a plan tells what is read when nothing is cached, and where to ask for its price', () => {
  const plan = readPlan(
    parseExact(`{"searched_splits":["a","b"],"splits":{"total":5},
      "cold":{"rounds":4,"requests":29,"bytes":3000}}`),
  )
  expect(plan).toEqual({ splits: 2, allSplits: 5, requests: 29, bytes: 3000, rounds: 4 })
  expect(costPath(plan, 512)).toBe('search-cost?rounds=4&requests=29&response_bytes=512')
})
