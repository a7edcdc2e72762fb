import { describe, expect, test } from 'vitest'
import { clauseMode, withClause, withoutClause } from './edit-query.ts'

describe('a clause is added', () => {
  test.each([
    ['', 'level:error'],
    ['*', 'level:error'],
    ['  * ', 'level:error'],
    ['disk', 'disk AND level:error'],
    ['host:"a b" AND NOT n:[1 TO 2]', 'host:"a b" AND NOT n:[1 TO 2] AND level:error'],
    ['a OR b', '(a OR b) AND level:error'],
    ['a b', '(a b) AND level:error'],
    ['(a OR b) AND c', '(a OR b) AND c AND level:error'],
    ['(a OR "it)" OR (b)) AND c', '(a OR "it)" OR (b)) AND c AND level:error'],
    ['path:/var/log', '(path:/var/log) AND level:error'],
    ['(a OR /x)/)', '((a OR /x)/)) AND level:error'],
    ['a AND -b', '(a AND -b) AND level:error'],
    ['f:(a OR b)', '(f:(a OR b)) AND level:error'],
    ['a^2', '(a^2) AND level:error'],
    ['level:error AND a', 'level:error AND a'],
    ['NOT level:error AND a', 'level:error AND a'],
  ])('to `%s` it makes `%s`', (query, expected) => {
    expect(withClause(query, 'level:error', 'include')).toBe(expected)
  })

  test('that excludes takes the place of the one that includes', () => {
    const query = withClause('a AND level:error AND b', 'level:error', 'exclude')
    expect(query).toBe('a AND NOT level:error AND b')
    expect(clauseMode(query, 'level:error')).toBe('exclude')
    expect(clauseMode(query, 'a')).toBe('include')
    expect(clauseMode(query, 'c')).toBeUndefined()
  })

  test('over and over nests nothing', () => {
    let query = 'a OR b'
    for (let n = 0; n < 300; n++) query = withClause(query, `n:${n}`, n % 2 ? 'include' : 'exclude')
    expect(query).toMatch(/^\(a OR b\) AND NOT n:0 AND n:1 AND NOT n:2 /)
    expect(query).not.toContain('((')
  })
})

test('a clause is taken away, and everything matches when none is left', () => {
  expect(withoutClause('a AND NOT level:error AND b', 'level:error')).toBe('a AND b')
  expect(withoutClause('level:error', 'level:error')).toBe('*')
})
