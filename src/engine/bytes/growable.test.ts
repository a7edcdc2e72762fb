import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CountingUint32, PagedUint32 } from './growable.ts'

test('numbers in pages are what was pushed, across the ends of pages', () => {
  const pageLength = 2 ** 23
  const numbers = new PagedUint32()
  for (let i = 0; i < pageLength + 500; i++) numbers.push(i * 3)
  numbers.repeat(pageLength - 500, pageLength + 500)
  expect(numbers.length).toBe(pageLength + 1_500)
  const pages = numbers.pages()
  expect(pages.map(({ length }) => length)).toEqual([pageLength, 1_500])
  const expectedAt = (place: number) => 3 * (place < pageLength + 500 ? place : place - 1_000)
  expect(pages[0]?.every((number, place) => number === expectedAt(place))).toBe(true)
  expect(pages[1]?.every((number, i) => number === expectedAt(pageLength + i))).toBe(true)
  expect([0, pageLength - 1, pageLength].map((place) => numbers.at(place))).toEqual(
    [0, pageLength - 1, pageLength].map(expectedAt),
  )
  expect(numbers.memoryBytes).toBe(4 * (pageLength + 1_500))
})

test('numbers that count their places are held by none, others from the first on that does not', () => {
  const anyNumbers = fc.array(fc.nat(5)).map((steps) => steps.map((step, i) => i + (step >> 2)))
  fc.assert(
    fc.property(anyNumbers, (pushed) => {
      const numbers = new CountingUint32()
      for (const number of pushed) numbers.push(number)
      const isCounting = pushed.every((number, i) => number === i)
      expect(numbers.length).toBe(pushed.length)
      expect(numbers.view()).toEqual(isCounting ? undefined : Uint32Array.from(pushed))
      expect(numbers.memoryBytes).toBe(isCounting ? 0 : 4 * pushed.length)
    }),
  )
})
