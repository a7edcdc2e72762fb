import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MARK_END, MARK_START, markedParts } from './marks.ts'

test('words between marks are told from the rest', () => {
  const text = `a ${MARK_START}b${MARK_END} c${MARK_START}d${MARK_END}`
  expect(markedParts(text)).toEqual([
    { text: 'a ', isMarked: false },
    { text: 'b', isMarked: true },
    { text: ' c', isMarked: false },
    { text: 'd', isMarked: true },
  ])
})

test('nothing but marks is lost, however they stand', () => {
  const piece = fc.constantFrom('a', ' ', MARK_START, MARK_END)
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = pieces.join('')
      const parts = markedParts(text)
      expect(parts.map((part) => part.text).join('')).toBe(
        text.replaceAll(MARK_START, '').replaceAll(MARK_END, ''),
      )
      expect(parts.every((part) => part.text !== '')).toBe(true)
    }),
  )
})
