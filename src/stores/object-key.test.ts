import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assertKey, compareKeys } from './object-key.ts'

test.each(['a', 'a/b', '.hidden', '...', 'a..b/c.', 'x'.repeat(1024)])(
  'the key %s is accepted',
  (key) => {
    expect(() => assertKey(key)).not.toThrow()
  },
)

test.each([
  ['', 'is empty'],
  ['/a', 'starts with a slash'],
  ['a/', 'has an empty path segment'],
  ['a//b', 'has an empty path segment'],
  ['..', 'has the path segment ".."'],
  ['a/../../b', 'has the path segment ".."'],
  ['a/./b', 'has the path segment "."'],
  ['a\0b', 'contains a NUL character'],
  ['\ud800', 'is not valid Unicode'],
  ['é'.repeat(513), 'is longer than 1024 bytes'],
])('the key %j is refused since it %s', (key, reason) => {
  expect(() => assertKey(key)).toThrow(expect.objectContaining({ kind: 'invalid' }))
  expect(() => assertKey(key)).toThrow(reason)
})

test('keys compare as their UTF-8 bytes do', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))
    }),
  )
  expect(compareKeys('\u{1f600}', '\u{ff5e}')).toBeGreaterThan(0)
})
