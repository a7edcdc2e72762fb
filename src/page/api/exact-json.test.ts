import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  at,
  ExactNumber,
  isJsonObject,
  numberOf,
  parseExact,
  plainText,
  stringifyExact,
  type Json,
} from './exact-json.ts'

describe('numbers', () => {
  test.each([
    '9007199254740993',
    '18446744073709551615',
    '-9223372036854775808',
    '1.0',
    '-0',
    '1e3',
    '0.1000000000000000055511151231257827',
    '1e400',
  ])('%s is kept as it is written', (written) => {
    expect(parseExact(`{"a":[${written}]}`)).toEqual({ a: [new ExactNumber(written)] })
  })

  test.each(['0', '-1', '1.5', '9007199254740991', '0.001'])('%s is a plain number', (written) => {
    expect(parseExact(`[${written},18446744073709551615]`)).toEqual([
      Number(written),
      new ExactNumber('18446744073709551615'),
    ])
  })

  test('an exact number is a double where one is needed, and its own text elsewhere', () => {
    const exact = new ExactNumber('9007199254740993')
    expect(numberOf(exact)).toBe(9_007_199_254_740_992)
    expect(numberOf('5')).toBeNaN()
    expect(plainText(exact)).toBe('9007199254740993')
    expect(isJsonObject(exact as Json)).toBe(false)
  })
})

/** JSON text with numbers, strings and spaces as somebody else may write them. */
const number = fc.oneof(
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc
    .tuple(fc.integer(), fc.integer({ min: 1, max: 9 }))
    .map(([n, zeros]) => `${n}.${'0'.repeat(zeros)}`),
  fc.tuple(fc.integer(), fc.integer({ min: -9, max: 9 })).map(([n, power]) => `${n}E${power}`),
  fc.tuple(fc.nat(), fc.stringMatching(/^[0-9]{1,20}$/)).map(([n, digits]) => `${n}.${digits}`),
)
const text = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    number,
    fc.string({ unit: 'binary' }).map((value) => JSON.stringify(value)),
    fc.constantFrom('true', 'false', 'null', '"18446744073709551615"', '"1.0, 2e5"'),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(' , ')}]`),
    fc
      .dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), tie('value'), { maxKeys: 4 })
      .map((object) => {
        const entries = Object.entries(object)
        return `{ ${entries.map(([key, value]) => `${JSON.stringify(key)} : ${value}`).join(',\n')} }`
      }),
  ),
})).value

test('whatever JSON says is read as JSON.parse reads it, numbers aside', () => {
  fc.assert(
    fc.property(text, (written) => {
      expect(rounded(parseExact(written))).toEqual(JSON.parse(written))
    }),
  )
})

test('no number changes its spelling', () => {
  fc.assert(
    fc.property(number, (written) => {
      expect(stringifyExact(parseExact(`{"n":${written}}`))).toBe(`{"n":${written}}`)
    }),
  )
})

test('what was read is written with the same numbers, on one line or on many', () => {
  fc.assert(
    fc.property(text, fc.constantFrom(0, 2), (written, indent) => {
      const value = parseExact(written)
      expect(parseExact(stringifyExact(value, indent))).toEqual(value)
    }),
  )
})

test('pretty JSON looks as it does everywhere', () => {
  const value = { a: [1, { b: 'x' }], c: {}, d: [] }
  expect(stringifyExact(value, 2)).toBe(JSON.stringify(value, null, 2))
  expect(stringifyExact(value)).toBe(JSON.stringify(value))
})

test('what is no JSON is a SyntaxError, with exact numbers in it or without', () => {
  const bad = ['', '[1', '{"a" 1}', '[1]]', '{"a":1,}', '[01]', '[-]', '["\n"]', 'nul', '[1.0.0]']
  for (const text of [...bad, ...bad.map((each) => `[1e3] ${each || ','}`)]) {
    expect(() => parseExact(text), text).toThrow(SyntaxError)
  }
})

test('random bytes in JSON are refused where JSON.parse refuses them', () => {
  fc.assert(
    fc.property(
      text,
      fc.nat(),
      fc.constantFrom('', ',', '}', '"', '\\', '0', ' '),
      (whole, place, put) => {
        const cut = place % (whole.length + 1)
        const damaged = `${whole.slice(0, cut)}${put}${whole.slice(cut + 1)}`
        let expected: unknown
        try {
          expected = JSON.parse(damaged)
        } catch {
          expect(() => parseExact(damaged)).toThrow(SyntaxError)
          return
        }
        expect(rounded(parseExact(damaged))).toEqual(expected)
      },
    ),
  )
})

test('a path leads to what is there, and never to what every object inherits', () => {
  const value = parseExact('{"a":{"b":[1]},"__proto__":{"c":2}}')
  expect(at(value, 'a', 'b')).toEqual([1])
  expect(at(value, '__proto__', 'c')).toBe(2)
  expect(at(value, 'constructor')).toBeUndefined()
  expect(at(value, 'a', 'b', 'c')).toBeUndefined()
})

function rounded(value: Json): unknown {
  if (value instanceof ExactNumber) return Number(value.text)
  if (Array.isArray(value)) return value.map(rounded)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rounded(item)]))
}
