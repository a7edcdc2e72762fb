import { describe, expect, test } from 'vitest'
import type { QueryAst } from '../query-ast.ts'
import { parseElasticQuery } from './parse-elastic-query.ts'
import { parse } from './testing/parse-fixture.ts'

test('a format applies to bounds that are strings', () => {
  const range = (bounds: object): unknown =>
    parseElasticQuery({ range: { ts: { ...bounds, format: 'yyyy' } } })
  expect(range({ gte: '2024' })).toMatchObject({
    lower: { value: '2024', date: '2024-01-01T00:00:00Z' },
  })
  expect(range({ gte: 2024 })).toMatchObject({ lower: { value: 2024 } })
})

test('a bound that its format does not read is named with its place', () => {
  const range = { range: { ts: { gte: '2024-13', format: 'yyyy-MM' } } }
  expect(() => parseElasticQuery(range)).toThrow(
    /ts\.gte`: `2024-13` does not match the date format `yyyy-MM`/,
  )
})

test.each([
  [{ lte: '2024-05-15' }, 'upper', '2024-05-15T23:59:59.999999999Z'],
  [{ gt: '2024-05-15' }, 'lower', '2024-05-15T23:59:59.999999999Z'],
  [{ lt: '2024/05/15', time_zone: 'Europe/Paris' }, 'upper', '2024-05-14T22:00:00Z'],
  [{ lte: '2024/05/15', time_zone: 'Europe/Paris' }, 'upper', '2024-05-15T21:59:59.999999999Z'],
  [{ lte: '15.05.2024', format: 'dd.MM.yyyy' }, 'upper', '2024-05-15T23:59:59.999999999Z'],
  [{ lte: '2024-05', format: 'yyyy-MM' }, 'upper', '2024-05-01T23:59:59.999999999Z'],
  [{ lte: '17157312', format: 'epoch_second' }, 'upper', '1970-07-18T13:55:12Z'],
  [{ lte: '2024-05-15T00:00:00Z' }, 'upper', undefined],
  [{ lte: '2024-02-30' }, 'upper', undefined],
] as const)('a day alone is taken in, or left out, as a whole: %j', (bounds, side, date) => {
  const range = parseElasticQuery({ range: { ts: bounds } })
  expect(range.kind === 'range' && range[side]?.date).toBe(date)
})

test('so it is in a query string', () => {
  const query = parseElasticQuery({ query_string: { query: 'ts:[2024-05-14 TO 2024-05-15}' } })
  const whole = parseElasticQuery({ query_string: { query: 'ts:[2024-05-14 TO 2024-05-15]' } })
  expect(query).toMatchObject({ upper: { value: '2024-05-15', inclusive: false } })
  expect(query.kind === 'range' && query.upper?.date).toBeUndefined()
  expect(whole).toMatchObject({ upper: { date: '2024-05-15T23:59:59.999999999Z' } })
})

describe('date maths in a range', () => {
  test('takes in whole units where the bound is included, and leaves them out where it is not', () => {
    const bounds = (json: string): unknown => {
      const range = parse(`{"range": {"ts": ${json}}}`)
      return range.kind === 'range' ? [range.lower?.date, range.upper?.date] : undefined
    }
    expect(bounds('{"gte": "now/d", "lte": "now/d"}')).toEqual([
      '2024-05-15T00:00:00Z',
      '2024-05-15T23:59:59.999999999Z',
    ])
    expect(bounds('{"gt": "now/d", "lt": "now/d"}')).toEqual([
      '2024-05-15T23:59:59.999999999Z',
      '2024-05-15T00:00:00Z',
    ])
    expect(bounds('{"gte": "01/2024||+1M", "format": "MM/yyyy"}')).toEqual([
      '2024-02-01T00:00:00Z',
      undefined,
    ])
  })

  test('bounds are meant in `time_zone` where they name none, in a range and in a query string', () => {
    const range = { time_zone: 'Europe/Paris', gte: '2024-03-31', lt: '2024-04-01T00:00:00Z' }
    const text = { time_zone: '+02:00', query: 'ts:[2024-03-31 TO now/d]' }
    const dates = (query: QueryAst): unknown =>
      query.kind === 'range' ? [query.lower?.date, query.upper?.date] : undefined
    expect(dates(parseElasticQuery({ range: { ts: range } }))).toEqual([
      '2024-03-30T23:00:00Z',
      '2024-04-01T00:00:00Z',
    ])
    const nowMs = Date.UTC(2024, 4, 15, 23)
    expect(dates(parseElasticQuery({ query_string: text }, { nowMs }))).toEqual([
      '2024-03-30T22:00:00Z',
      '2024-05-16T21:59:59.999999999Z',
    ])
  })

  test('now is refused where the clause has to mean the same whenever it is read', () => {
    const query = { range: { ts: { gte: 'now-1d' } } }
    expect(() => parseElasticQuery(query)).toThrow(/`now` is not supported here/)
  })
})
