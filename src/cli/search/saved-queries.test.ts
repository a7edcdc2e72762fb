import { describe, expect, test } from 'vitest'
import { QwError } from '../../engine/errors.ts'
import { commandWords, mergedOptions } from './saved-queries.ts'

type Flags = Readonly<Record<string, string | number | boolean>>

function merged(flags: Flags, query?: string, raw: Readonly<Record<string, unknown>> = {}) {
  // The parser's own defaults: a `--no-…` flag is true until it is typed.
  const typed = { truncate: true, highlight: true, timestamps: true, ...raw }
  const result = mergedOptions({ name: 'x', from: 'a file', flags }, { query, raw: typed })
  const given = Object.entries(result.raw).filter(
    ([, value]) => value !== undefined && value !== true,
  )
  return { query: result.query, ...Object.fromEntries(given) }
}

describe('a saved search with what is typed beside it', () => {
  test('both queries have to match; everything counts as none', () => {
    expect(merged({ query: 'a OR b' }, 'c d')).toEqual({ query: '(a OR b) AND (c d)' })
    expect(merged({ query: 'a' })).toEqual({ query: 'a' })
    expect(merged({ query: 'a' }, '*')).toEqual({ query: 'a' })
    expect(merged({ since: '1h' }, 'c')).toEqual({ query: 'c', since: '1h' })
    expect(merged({ query: 'a' }, undefined, { query: '-c' })).toEqual({ query: '(a) AND (-c)' })
    expect(merged({})).toEqual({ query: undefined })
  })

  test('a typed flag takes the place of the same saved one', () => {
    const saved = { query: 'a', since: '1h', 'max-hits': 5, 'no-truncate': true }
    expect(merged(saved, undefined, { since: '2h' })).toEqual({
      query: 'a',
      since: '2h',
      maxHits: '5',
      truncate: false,
    })
  })

  test('and of those that it does not go with', () => {
    const drawn = { histogram: '1h', by: 'level', from: '2026-11-23' }
    expect(merged(drawn, undefined, { terms: 'level' })).toEqual({
      query: undefined,
      terms: 'level',
      from: '2026-11-23',
    })
    expect(merged(drawn, undefined, { since: '1h', count: true })).toEqual({
      query: undefined,
      since: '1h',
    })
    // Following has no order of its own, and draws bars over time alone.
    const rest = { query: undefined, from: '2026-11-23' }
    const follow = { follow: true }
    expect(merged({ from: '2026-11-23', sort: 'n', stats: 'n' }, undefined, follow)).toEqual(rest)
  })

  test('an unknown flag in a file is named, with the one that was meant', () => {
    expect(() => merged({ sinse: '1h' })).toThrow(QwError)
    expect(() => merged({ sinse: '1h' })).toThrow('`sinse`')
    // Which way a search takes is not part of it.
    expect(() => merged({ via: 'local' })).toThrow('`via`')
  })
})

test('is written as it would be typed', () => {
  const flags = { query: 'a OR b', since: '1h', histogram: true, fields: 'a,b' }
  expect(commandWords(flags)).toBe(`'a OR b' --since 1h --histogram --fields a,b`)
})
