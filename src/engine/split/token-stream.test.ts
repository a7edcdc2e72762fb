import { expect, test } from 'vitest'
import { rankTokens } from './rank-tokens.ts'
import { newTokenStream } from './token-stream.ts'

test('slices of a text are the same tokens as strings, however many terms there are', () => {
  // More terms than are remembered, each of them several times.
  const words = Array.from({ length: 200_000 }, (_, i) => `w${(i * 7919) % 50_000}`)
  const text = words.join(' ')
  const bytes = Buffer.from(text)
  const slices = newTokenStream('str')
  const strings = newTokenStream('str')
  // Few terms at first, so that the field counts as one that repeats itself.
  for (let i = 0; i < 5_000; i++) {
    slices.pushSlice(bytes, 0, 2)
    strings.push(text.slice(0, 2))
  }
  let start = 0
  for (const word of words) {
    slices.pushSlice(bytes, start, start + word.length)
    strings.push(word)
    start += word.length + 1
  }
  const actual = rankTokens(slices.collected())
  const expected = rankTokens(strings.collected())
  expect(actual.termCount).toBe(50_000)
  expect(actual.ranks).toEqual(expected.ranks)
  actual.moveTo(actual.ranks.at(-1)?.at(-1) ?? 0)
  const { source, start: from, end } = actual.term
  expect(new TextDecoder().decode(source.subarray(from, end))).toBe(words.at(-1))
})
