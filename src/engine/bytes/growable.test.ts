import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CountingUint32, PagedUint32 } from './growable.ts'

test('numbers in pages are what was pushed, across the ends of pages', () => {
  const numbers = new PagedUint32()
  const expected: number[] = []
  for (let i = 0; i < 150_000; i++) {
    numbers.push(i * 3)
    expected.push(i * 3)
  }
  numbers.repeat(65_000, 66_000)
  expected.push(...expected.slice(65_000, 66_000))
  expect(numbers.length).toBe(151_000)
  expect(numbers.pages().flatMap((page) => [...page])).toEqual(expected)
  expect([0, 65_535, 65_536, 150_999].map((place) => numbers.at(place))).toEqual(
    [0, 65_535, 65_536, 150_999].map((place) => expected[place]),
  )
  expect(numbers.memoryBytes).toBe(604_000)
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
