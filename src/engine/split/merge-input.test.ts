import { expect, test } from 'vitest'
import { rangeOf } from './merge-input.ts'

test('a section is a view of the file, and one past its end is corrupt', () => {
  const file = Uint8Array.of(1, 2, 3, 4)
  expect([...rangeOf(file, { start: 1, end: 4 })]).toEqual([2, 3, 4])
  expect(() => rangeOf(file, { start: 1, end: 5 })).toThrow(/section ends at 5 of 4/)
})
