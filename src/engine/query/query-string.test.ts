import { test, expect } from 'vitest'
import { parseQueryString } from './query-string.ts'
test('x', () => {
  for (const q of [
    'a OR b AND c',
    'a AND b c',
    'a:b*c',
    'f:/usr/bin',
    'x:IN [a "b c" -5]',
    'f:>5^2',
    'f:>= 5',
    'f:[1 TO *}',
    'NOT a b',
    '"a b"~2',
    "'a'*",
    '-5',
    'f:-5',
    'a:b:c',
    'f:(a OR g:b)',
    '(',
    'f:"',
    '--a',
    'a^2^3',
    'f:',
    'a AND',
    '()',
    'a\\:b',
    'a\\*b',
    'a\\*b*',
    'f:(*)',
    '*',
  ])
    try {
      console.log(q, JSON.stringify(parseQueryString(q, { defaultOperator: 'and' })))
    } catch (e) {
      console.log(q, 'ERR', e.position, e.message)
    }
  expect(1).toBe(1)
})
