import { describe, expect, test } from 'vitest'
import { ExactNumber, parseExact } from '../api/exact-json.ts'
import {
  distributionAggs,
  fieldAggs,
  hasValues,
  readDistribution,
  readFieldValues,
  roundWidth,
} from './field-values.ts'

const FIELDS = [
  { name: 'level', type: 'text' },
  { name: 'id', type: 'u64' },
  { name: 'ts', type: 'datetime' },
  { name: 'ok', type: 'bool' },
]

test('texts have top values, dates bounds, numbers both', () => {
  expect(fieldAggs(FIELDS, 3)).toEqual({
    terms0: { terms: { field: 'level', size: 3 } },
    terms1: { terms: { field: 'id', size: 3 } },
    stats1: { stats: { field: 'id' } },
    stats2: { stats: { field: 'ts' } },
    terms3: { terms: { field: 'ok', size: 3 } },
  })
})

test('the answer comes back by field, with values as documents have them', () => {
  const answer = parseExact(`{"aggregations":{
    "terms0":{"buckets":[{"key":"ERROR","doc_count":2}],"sum_other_doc_count":5},
    "terms1":{"buckets":[{"key":18446744073709551615,"doc_count":1}],"sum_other_doc_count":0},
    "stats1":{"count":1,"min":1.0,"max":5.0,"avg":3.0,"sum":3.0},
    "stats2":{"count":0,"min":null,"max":null,"avg":null,"sum":0.0},
    "terms3":{"buckets":[{"key":1,"key_as_string":"true","doc_count":7}]}
  }}`)
  const [level, id, ts, ok] = readFieldValues(answer, FIELDS)
  expect(level).toEqual({
    top: [{ value: 'ERROR', count: 2 }],
    otherCount: 5,
    stats: undefined,
  })
  expect(id?.top[0]?.value).toEqual(new ExactNumber('18446744073709551615'))
  expect(id?.stats).toEqual({ min: 1, max: 5, avg: 3 })
  expect(ts).toEqual({ top: [], otherCount: 0, stats: undefined })
  expect(ok?.top).toEqual([{ value: true, count: 7 }])
})

describe('a distribution', () => {
  test('has buckets that are easily read', () => {
    const stats = { min: 0, max: 100, avg: 1 }
    expect(distributionAggs({ name: 'n', type: 'u64' }, stats)?.aggs).toEqual({
      bars: { histogram: { field: 'n', interval: 5, min_doc_count: 0 } },
    })
    expect(
      distributionAggs({ name: 't', type: 'datetime' }, { ...stats, max: 30_000 })?.aggs,
    ).toEqual({
      bars: { date_histogram: { field: 't', fixed_interval: '1s', min_doc_count: 0 } },
    })
  })

  test('of one value is none', () => {
    expect(distributionAggs({ name: 'n', type: 'u64' }, { min: 5, max: 5, avg: 5 })).toBeUndefined()
  })

  test('is read as bars', () => {
    const answer = parseExact('{"aggregations":{"bars":{"buckets":[{"key":5.0,"doc_count":2}]}}}')
    expect(readDistribution(answer)).toEqual([{ start: 5, count: 2 }])
  })
})

test.each([
  [0.3, false, 0.5],
  [0.3, true, 1],
  [7, true, 10],
  [12, true, 20],
  [1, true, 1],
])('a width of at least %d is %d', (least, isWhole, width) => {
  expect(roundWidth(least, isWhole)).toBeCloseTo(width)
})

test('only what has a column of values has values to show', () => {
  const field = { name: 'x', type: 'text', isSearchable: true, isAggregatable: true, coverage: 1 }
  expect(hasValues(field)).toBe(true)
  expect(hasValues({ ...field, type: 'json' })).toBe(false)
  expect(hasValues({ ...field, isAggregatable: false })).toBe(false)
})
