import fc from 'fast-check'
import { expect, test } from 'vitest'
import { drawRanges } from './draw-splits.ts'

test('splits are drawn where they lie in the time of all of them', () => {
  const ranges = [{ start: 0, end: 49 }, { start: 50, end: 99 }, { start: 40, end: 59 }, undefined]
  expect(drawRanges(ranges, { width: 10, ascii: true })).toEqual([
    '#####.....',
    '.....#####',
    '....##....',
    '',
  ])
})

test('every bar has the width and a cell at least, whatever the times', () => {
  const range = fc
    .tuple(fc.integer({ min: -1e10, max: 1e10 }), fc.integer({ min: 0, max: 1e9 }))
    .map(([start, length]) => ({ start, end: start + length }))
  fc.assert(
    fc.property(fc.array(range, { minLength: 1, maxLength: 20 }), (ranges) => {
      for (const bar of drawRanges(ranges, { width: 30, ascii: true })) {
        expect(bar).toMatch(/^\.*#+\.*$/)
        expect(bar).toHaveLength(30)
      }
    }),
  )
})
