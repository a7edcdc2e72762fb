import { expect, test } from 'vitest'
import { cellText, flatten } from './flatten.ts'

test('a document is its leaves by dotted path, in its own order', () => {
  const document = { b: 1, a: { x: 'text', y: { z: null } }, list: [1, { c: 2 }], empty: {} }
  expect([...flatten(document)]).toEqual([
    ['b', 1],
    ['a.x', 'text'],
    ['a.y.z', null],
    ['list', [1, { c: 2 }]],
    ['empty', {}],
  ])
})

test('of two spellings of one path the first counts', () => {
  expect([...flatten({ 'a.b': 1, a: { b: 2 } })]).toEqual([['a.b', 1]])
})

test('a cell is one line', () => {
  expect(cellText('first\n\tsecond')).toBe('first second')
  expect(cellText([1, 'x'])).toBe('[1,"x"]')
  expect(cellText(null)).toBe('')
  expect(cellText(false)).toBe('false')
})
