import { expect, test } from 'vitest'
import { elementAt } from './element-at.ts'

test('an element is read where it is, and its absence is an error instead of a zero', () => {
  expect(elementAt(Uint8Array.of(7, 0), 1)).toBe(0)
  expect(elementAt(['a'], 0)).toBe('a')
  for (const index of [2, -1, 0.5, Number.NaN]) {
    expect(() => elementAt(Uint8Array.of(7, 0), index)).toThrow('in a list of 2')
  }
})
