import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { isQwError } from '../errors.ts'
import { isJsonObject, JsonFloat, MAX_JSON_DEPTH, parseJson, stringifyJson } from './json.ts'

const scalar = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.string({ unit: 'binary' }),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.bigInt().map((n) => (Number.isSafeInteger(Number(n)) ? Number(n) : n)),
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((n) => (Number.isInteger(n) ? new JsonFloat(n) : n)),
)
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    scalar,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('tree'), { maxKeys: 4, noNullPrototype: true }),
  ),
}))

describe('parseJson', () => {
  test('gives back what stringifyJson wrote, for every value', () => {
    fc.assert(
      fc.property(tree, (value) => {
        const text = stringifyJson(value as never)
        expect(parseJson(text)).toEqual(value)
        expect(stringifyJson(parseJson(text))).toBe(text)
      }),
      { numRuns: 500 },
    )
  })

  test.each([
    ['[9007199254740991]', [9007199254740991]],
    ['[9007199254740993]', [9007199254740993n]],
    ['[-9223372036854775808,18446744073709551615]', [-9223372036854775808n, 18446744073709551615n]],
    ['{"a":1.0,"b":1}', { a: new JsonFloat(1), b: 1 }],
    ['{"a":1e3}', { a: new JsonFloat(1000) }],
    ['{"a": 1.5e-3}', { a: 0.0015 }],
    ['[0.1234567890123456789]', [0.12345678901234568]],
    ['1.0', new JsonFloat(1)],
    ['12345678901234567890', 12345678901234567890n],
    [' {"a" : [ true , null ] }\n', { a: [true, null] }],
    ['{"v":"blk_-1608999687919862906 at 1.0, 1e3"}', { v: 'blk_-1608999687919862906 at 1.0, 1e3' }],
    ['{"v":"x: 12345678901234567890"}', { v: 'x: 12345678901234567890' }],
    ['{"a":1,"a":2.0}', { a: new JsonFloat(2) }],
    ['{"a\\u0041\\n":"\\ud83d\\ude00","n":1.0}', { 'aA\n': '😀', n: new JsonFloat(1) }],
  ])('reads %s without loss', (text, value) => {
    expect(parseJson(text)).toEqual(value)
  })

  test('sees what would be lost behind any white space, in objects and in arrays', () => {
    const space = fc.constantFrom('', ' ', '\t', '\n', '\r\n  ')
    const number = fc.constantFrom(
      '1',
      '1.0',
      '-1.00',
      '1.5',
      '1e2',
      '-10E-1',
      '9007199254740993',
      '0.25',
    )
    fc.assert(
      fc.property(space, number, fc.boolean(), (gap, literal, inArray) => {
        const alone = parseJson(literal)
        const text = inArray
          ? `[0${gap},${gap}${literal}${gap}]`
          : `{"k"${gap}:${gap}${literal}${gap}}`
        expect(parseJson(text)).toStrictEqual(inArray ? [0, alone] : { k: alone })
      }),
      { numRuns: 500 },
    )
  })

  test.each(['{"__proto__":{"x":1},"n":1}', '{"__proto__":{"x":1},"n":1.0}'])(
    'keeps `__proto__` as an ordinary key in %s',
    (text) => {
      const value = parseJson(text)
      expect(isJsonObject(value) && Object.keys(value)).toEqual(['__proto__', 'n'])
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
      expect(stringifyJson(value)).toBe(text)
    },
  )

  test.each([
    ['', 0],
    ['{', 1],
    ['{"a":}', 5],
    ['{"a":1,}', 7],
    ['[1,2', 4],
    ['{"a":01}', 6],
    ['{"a":1} x', 8],
    ['{a:1}', 1],
    ['"a', 0],
    ['["\t"]', 2],
    ['["\\x"]', 1],
    ['[1e999]', 1],
    ['[.5]', 1],
    ['[NaN]', 1],
    ['tru', 0],
  ])('refuses %j and says where', (text, position) => {
    expect(() => parseJson(text)).toThrow(
      expect.toSatisfy((error) => isQwError(error, 'invalid') && error.position === position),
    )
  })

  test('accepts the deepest nesting allowed and refuses one level more', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    expect(stringifyJson(parseJson(nested(MAX_JSON_DEPTH)))).toBe(nested(MAX_JSON_DEPTH))
    expect(() => parseJson(nested(MAX_JSON_DEPTH + 1))).toThrow('nested deeper than 128 levels')
    expect(() => parseJson(nested(1_000_000))).toThrow('nested deeper than 128 levels')
  })

  test('counts brackets side by side as no nesting', () => {
    expect(parseJson(`[${Array(1000).fill('{}').join(',')}]`)).toHaveLength(1000)
  })
})
