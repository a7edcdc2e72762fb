import { expect, test } from 'vitest'
import { parseExact, type JsonObject } from '../api/exact-json.ts'
import { cellText, flatten } from './flatten.ts'

test('a document is its leaves by path, in its own order', () => {
  const document = { b: 1, a: { x: 'text', y: { z: null } }, list: [1, { c: 2 }], empty: {} }
  expect([...flatten(document)]).toEqual([
    ['b', 1],
    ['a.x', 'text'],
    ['a.y.z', null],
    ['list', [1, { c: 2 }]],
    ['empty', {}],
  ])
})

test('a dot inside a name is not a step', () => {
  const paths = [...flatten({ 'a.b': 1, a: { b: 2, 'c.d': 3 } }).keys()]
  expect(paths).toEqual([String.raw`a\.b`, 'a.b', String.raw`a.c\.d`])
})

test('a cell is one line, and not longer than anybody sees', () => {
  expect(cellText('first\n\tsecond')).toBe('first second')
  expect(cellText([1, 'x'])).toBe('[1,"x"]')
  expect(cellText(null)).toBe('')
  expect(cellText(false)).toBe('false')
  expect(cellText('x'.repeat(1_000))).toHaveLength(301)
})

test('an integer is the one that was written', () => {
  const document = parseExact('{"big":9007199254740993}') as JsonObject
  expect(cellText(flatten(document).get('big'))).toBe('9007199254740993')
})
