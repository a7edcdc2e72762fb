import { describe, expect, test } from 'vitest'
import { JsonFloat, type JsonObject, type JsonValue } from '../../bytes/json.ts'
import { MATCH_ALL } from '../../query/combine.ts'
import type { AggregationInput } from './aggregation.ts'
import { booleanOption, boundsOption, countOption, fieldOption, numberOption } from './options.ts'

const input = (options: JsonObject): AggregationInput => {
  return {
    options,
    name: 'days.most',
    subs: [],
    isTop: true,
    field: (path) => ({ path, type: 'f64' }),
    query: () => MATCH_ALL,
  }
}

const refused = (named: string): Error =>
  expect.objectContaining({
    kind: 'invalid',
    message: expect.stringMatching(new RegExp(`"days.most".*${named}`)),
  }) as Error // a matcher of errors

describe('an option', () => {
  test.each<[JsonValue, number | undefined]>([
    [5, 5],
    [2n ** 60n, 2 ** 60],
    [new JsonFloat(2), 2],
    ['1.5', 1.5],
    [null, undefined],
  ])('%s is the number %s', (raw, number) => {
    expect(numberOption(input({ x: raw }), 'x')).toBe(number)
  })

  test('that is absent is undefined, or what it is otherwise', () => {
    expect(numberOption(input({}), 'x')).toBeUndefined()
    expect(countOption(input({}), 'x')).toBeUndefined()
    expect(boundsOption(input({}), 'x')).toBeUndefined()
    expect(booleanOption(input({}), 'x', true)).toBe(true)
  })

  test('of bounds takes numbers and dates, which are milliseconds', () => {
    const x = { min: 5, max: '1970-01-01T00:00:01Z' }
    expect(boundsOption(input({ x }), 'x')).toEqual({ min: 5, max: 1000 })
  })

  test('of the wrong kind is refused by the name of aggregation and option', () => {
    expect(() => numberOption(input({ x: 'many' }), 'x')).toThrow(refused('`x`'))
    expect(() => countOption(input({ x: 1.5 }), 'x')).toThrow(refused('`x`'))
    expect(() => countOption(input({ x: -1 }), 'x')).toThrow(refused('`x`'))
    expect(() => booleanOption(input({ x: 'yes' }), 'x', false)).toThrow(refused('`x`'))
    expect(() => boundsOption(input({ x: {} }), 'x')).toThrow(refused('`x`'))
    expect(() => boundsOption(input({ x: { min: 'soon' } }), 'x')).toThrow(refused('`x.min`'))
    expect(() => boundsOption(input({ x: { from: 1 } }), 'x')).toThrow(refused('from'))
    expect(() => boundsOption(input({ x: { min: 2, max: 1 } }), 'x')).toThrow(refused('`x.min`'))
    expect(() => fieldOption(input({}))).toThrow(refused('`field`'))
  })
})
