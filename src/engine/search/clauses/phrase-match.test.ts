import { expect, test } from 'vitest'
import { countExact, countSloppy } from './phrase-match.ts'

/** Where the phrase would start for each occurrence, from positions in the text. */
function starts(...positions: number[][]): number[][] {
  return positions.map((list, at) => list.map((position) => position - at))
}

test('an exact phrase counts the places where every term stands in line', () => {
  expect(countExact(starts([0, 5, 9], [1, 6], [2, 7, 11]))).toBe(2)
  expect(countExact(starts([0], [2]))).toBe(0)
})

test('slop counts the moves that bring the terms into line', () => {
  const apart = starts([0], [3])
  expect(countSloppy(apart, 1)).toBe(0)
  expect(countSloppy(apart, 2)).toBe(1)
  // Two terms in swapped order are two moves apart.
  expect(countSloppy(starts([1], [0]), 1)).toBe(0)
  expect(countSloppy(starts([1], [0]), 2)).toBe(1)
})

test('slop zero is the exact phrase', () => {
  const places = starts([0, 4, 8], [1, 9])
  expect(countSloppy(places, 0)).toBe(countExact(places))
})
