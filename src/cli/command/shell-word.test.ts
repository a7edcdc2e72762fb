import { expect, test } from 'vitest'
import { shellWord } from './shell-word.ts'

test.each([
  ['shop', 'shop'],
  ['./logs/2026-11.ndjson', './logs/2026-11.ndjson'],
  ['logs/*.gz', `'logs/*.gz'`],
  ['30 days', `'30 days'`],
  [`it's`, `'it'\\''s'`],
  ['$HOME', `'$HOME'`],
])('%s is typed as %s', (word, typed) => {
  expect(shellWord(word)).toBe(typed)
})
