import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseExact } from '../api/exact-json.ts'
import {
  FIRST_SPEC,
  missingChoice,
  readResult,
  readSpec,
  specAggs,
  specColumns,
  specDrawing,
  writeSpec,
  type AggregateSpec,
} from './spec.ts'

const TIME = { timestampField: 'ts', interval: '5m' }
const spec = (change: Partial<AggregateSpec>): AggregateSpec => ({ ...FIRST_SPEC, ...change })

describe('the address', () => {
  const any = fc.record<AggregateSpec>({
    group: fc.constantFrom('all', 'time', 'field'),
    field: fc.string(),
    size: fc.integer({ min: 1, max: 1_000 }),
    by: fc.string(),
    measure: fc.constantFrom('count', 'stats', 'percentiles'),
    of: fc.string(),
    percents: fc.array(fc.constantFrom(0, 1, 50, 99.9, 100), { minLength: 1 }),
  })

  test('brings back what was chosen', () => {
    fc.assert(
      fc.property(any, (each) => {
        expect(readSpec(writeSpec(each))).toEqual(each)
      }),
    )
  })

  test.each(['', 'x', '[]', '{"size":0,"group":"no","percents":[200],"field":5}', 'null'])(
    'that says %s is as the first one',
    (text) => {
      expect(readSpec(text)).toEqual(FIRST_SPEC)
    },
  )

  test('of the first choice is empty', () => {
    expect(writeSpec(FIRST_SPEC)).toBeUndefined()
  })
})

test('what has to be chosen first is said', () => {
  expect(missingChoice(FIRST_SPEC)).toBe('Choose a field to group by.')
  expect(missingChoice(spec({ field: 'host' }))).toBeUndefined()
  expect(missingChoice(spec({ group: 'all', measure: 'stats' }))).toMatch('numbers')
})

test.each([
  [spec({ field: 'host' }), { groups: { terms: { field: 'host', size: 10 } } }],
  [spec({ group: 'all' }), undefined],
  [
    spec({ group: 'time', by: 'level', size: 3, measure: 'stats', of: 'ms' }),
    {
      groups: {
        date_histogram: { field: 'ts', fixed_interval: '5m' },
        aggs: {
          series: {
            terms: { field: 'level', size: 3 },
            aggs: { measure: { stats: { field: 'ms' } } },
          },
        },
      },
    },
  ],
  [
    spec({ group: 'all', measure: 'percentiles', of: 'ms', percents: [50] }),
    { measure: { percentiles: { field: 'ms', percents: [50] } } },
  ],
])('%o is asked as aggregations', (chosen, aggs) => {
  expect(specAggs(chosen, TIME)).toEqual(aggs)
})

test.each([
  [spec({ field: 'host' }), { kind: 'terms', field: 'host', size: 10 }],
  [spec({ group: 'time', by: 'level' }), { kind: 'histogram', interval: '5m', by: 'level:10' }],
  [spec({ group: 'all' }), { kind: 'count' }],
  [FIRST_SPEC, { kind: 'count' }],
  [spec({ group: 'all', measure: 'stats', of: 'ms' }), { kind: 'stats', fields: ['ms'] }],
  [
    spec({ group: 'all', measure: 'percentiles', of: 'ms' }),
    { kind: 'percentiles', field: 'ms', percents: [50, 95, 99] },
  ],
  [
    spec({ field: 'host', by: 'level', size: 2 }),
    {
      kind: 'aggs',
      json: '{"groups":{"terms":{"field":"host","size":2},"aggs":{"series":{"terms":{"field":"level","size":2}}}}}',
    },
  ],
])('%o is drawn in the terminal as %o', (chosen, drawing) => {
  expect(specDrawing(chosen, TIME)).toEqual(drawing)
})

describe('an answer', () => {
  test('becomes a row for each group', () => {
    const answer = parseExact(`{"aggregations":{"groups":{"sum_other_doc_count":4,"buckets":[
      {"key":"a","doc_count":3,"measure":{"values":{"50.0":1.5,"95.0":null,"99.0":9.0}}}]}}}`)
    const chosen = spec({ field: 'host', measure: 'percentiles', of: 'ms' })
    expect(specColumns(chosen)).toEqual(['p50', 'p95', 'p99'])
    expect(readResult(answer, 7, chosen)).toEqual({
      rows: [{ group: 'a', series: undefined, count: 3, numbers: [1.5, Number.NaN, 9] }],
      otherCount: 4,
    })
  })

  test('becomes a row for each series of each time', () => {
    const answer = parseExact(`{"aggregations":{"groups":{"buckets":[{"key":1000.0,"doc_count":3,
      "series":{"buckets":[{"key":1,"key_as_string":"true","doc_count":2}]}}]}}}`)
    expect(readResult(answer, 3, spec({ group: 'time', by: 'ok' })).rows).toEqual([
      { group: 1000, series: 'true', count: 2, numbers: [] },
    ])
  })

  test('about all documents is one row, with the count of the search', () => {
    const answer = parseExact(
      '{"aggregations":{"measure":{"count":5,"min":1.0,"avg":2.0,"max":3.0,"sum":10.0}}}',
    )
    expect(readResult(answer, 6, spec({ group: 'all', measure: 'stats', of: 'ms' })).rows).toEqual([
      { group: undefined, series: undefined, count: 6, numbers: [1, 2, 3, 10] },
    ])
    expect(readResult(parseExact('{}'), 6, spec({ group: 'all' })).rows[0]?.count).toBe(6)
  })
})
