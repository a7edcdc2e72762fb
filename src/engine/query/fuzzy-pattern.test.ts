import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileFuzzy } from './fuzzy-pattern.ts'

const matches = (word: string, term: string, distance: number, prefixLength = 0): boolean =>
  compileFuzzy(word, distance, prefixLength).matches(new TextEncoder().encode(term))

/** Everything that one change makes of a word, over a small alphabet. */
function changed(word: string): string[] {
  const out: string[] = []
  for (let at = 0; at <= word.length; at++) {
    const [head, tail] = [word.slice(0, at), word.slice(at)]
    for (const letter of 'abc') {
      out.push(head + letter + tail)
      if (tail !== '') out.push(head + letter + tail.slice(1))
    }
    if (tail !== '') out.push(head + tail.slice(1))
    if (tail.length > 1) out.push(head + tail.charAt(1) + tail.charAt(0) + tail.slice(2))
  }
  return out
}

const words = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 4 })

describe('a fuzzy word', () => {
  test('is every term that one change makes of it, and no other', () => {
    fc.assert(
      fc.property(words, words, (word, term) => {
        const isNear = word === term || changed(word).includes(term)
        return matches(word, term, 1) === isNear
      }),
      { numRuns: 2_000 },
    )
  })

  test.each([
    ['abc', 'cab', true],
    ['abc', 'xbcy', true],
    ['abc', 'c', true],
    ['abc', 'bacd', true],
    ['abc', 'ccba', false],
    // Swapped neighbours are not changed again.
    ['abc', 'ca', false],
  ])('%s is at most two changes from %s: %s', (word, term, isNear) => {
    expect(matches(word, term, 2)).toBe(isNear)
  })

  test('a changed character is one change however many bytes it has', () => {
    expect(matches('müller', 'muller', 1)).toBe(true)
    expect(matches('a😀b', 'ab', 1)).toBe(true)
  })

  test('what has to be the same at the start is where terms are looked for', () => {
    const pattern = compileFuzzy('error', 1, 2)
    expect(new TextDecoder().decode(pattern.literalPrefix)).toBe('er')
    expect(matches('error', 'errot', 1, 2)).toBe(true)
    expect(matches('error', 'arror', 1, 2)).toBe(false)
  })

  test('tells what it cost', () => {
    const pattern = compileFuzzy('error', 2, 0)
    pattern.matches(new TextEncoder().encode('errors'))
    expect(pattern.work()).toBeGreaterThan(6 * 5)
  })
})
