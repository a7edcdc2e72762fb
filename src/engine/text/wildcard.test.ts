import fc from 'fast-check'
import { expect, test } from 'vitest'
import { matchesWildcard } from './wildcard.ts'

test.each([
  ['shop-2024', 'shop-*', true],
  ['shop', 'shop', true],
  ['shop', 'sho', false],
  ['a', 'a*a', false],
  ['aa', 'a*a', true],
  ['abcabc', '*bc*c', true],
  ['anything', '**', true],
  ['', '*', true],
])('`%s` against `%s`: %s', (text, pattern, matches) => {
  expect(matchesWildcard(text, pattern)).toBe(matches)
})

test('it says what a regular expression of the same meaning says', () => {
  const chars = (alphabet: string, maxLength: number): fc.Arbitrary<string> =>
    fc.array(fc.constantFrom(...alphabet.split('')), { maxLength }).map((each) => each.join(''))
  fc.assert(
    fc.property(chars('ab', 12), chars('ab*', 6), (text, pattern) => {
      const expression = new RegExp(`^${pattern.replaceAll('*', '.*')}$`)
      expect(matchesWildcard(text, pattern)).toBe(expression.test(text))
    }),
  )
})

test('a pattern of many stars is no harder than the parts it has', () => {
  // A regular expression would try some 10^30 ways.
  expect(matchesWildcard('a'.repeat(200), `${'*a'.repeat(60)}*b`)).toBe(false)
})
