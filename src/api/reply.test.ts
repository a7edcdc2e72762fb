import fc from 'fast-check'
import { expect, test } from 'vitest'
import { indentJson, jsonArrayText, MAX_DOCUMENT_CHARS } from './reply.ts'

test('indented text is what JSON.stringify makes of the value, whatever it holds', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const compact = JSON.stringify(value)
      expect(indentJson(compact)).toBe(JSON.stringify(value, null, 2))
    }),
  )
})

test('numbers and strings are copied as they are written', () => {
  const text = String.raw`{"a":[18446744073709551615,1.0,"x\\\"}"],"b":{}}`
  expect(indentJson(text)).toBe(
    [
      '{',
      '  "a": [',
      '    18446744073709551615,',
      '    1.0,',
      String.raw`    "x\\\"}"`,
      '  ],',
      '  "b": {}',
      '}',
    ].join('\n'),
  )
})

test('hits past what a string can hold are refused before they are joined', () => {
  const half = ' '.repeat(MAX_DOCUMENT_CHARS / 2)
  expect(jsonArrayText(['1', '2'])).toBe('[1,2]')
  expect(() => jsonArrayText([half, half, '1'])).toThrow('over')
})
