import { expect, test } from 'vitest'
import { compareKeys, keyTag, renderKey, type TermKey } from './term-key.ts'

/** Ascending. */
const KEYS: readonly TermKey[] = [
  { type: 'bool', value: false },
  { type: 'bool', value: true },
  { type: 'str', value: '1' },
  { type: 'str', value: '\uffee' },
  // After it in UTF-8, before it in UTF-16.
  { type: 'str', value: '\u{1f600}' },
  { type: 'int', value: -1n },
  { type: 'float', value: 0.5 },
  { type: 'int', value: 1n },
  { type: 'int', value: 2n ** 60n },
  { type: 'ip', value: Uint8Array.from({ length: 16 }, (_, i) => (i === 15 ? 1 : 0)) },
  { type: 'date', value: 1_500_000_000n },
]

test('keys of all types have one order', () => {
  const shuffled = [...KEYS].reverse()
  expect(shuffled.sort(compareKeys)).toEqual(KEYS)
})

test('no two keys share a tag', () => {
  expect(new Set(KEYS.map(keyTag)).size).toBe(KEYS.length)
})

test('print as JSON has them, integers beyond doubles exactly', () => {
  expect(KEYS.map(renderKey)).toEqual([
    { key: 0, key_as_string: 'false' },
    { key: 1, key_as_string: 'true' },
    { key: '1' },
    { key: '\uffee' },
    { key: '\u{1f600}' },
    { key: -1 },
    { key: 0.5 },
    { key: 1 },
    { key: 2n ** 60n },
    { key: '::1' },
    { key: '1970-01-01T00:00:01.5Z' },
  ])
})
