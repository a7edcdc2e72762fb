import { expect, test } from 'vitest'
import { SearchFixture } from '../../engine/search/testing/search-fixture.ts'
import { queryWords } from './query-words.ts'

const fixture = await SearchFixture.create(
  {
    timestamp_field: 'ts',
    field_mappings: [
      { name: 'ts', type: 'datetime', input_formats: ['unix_timestamp'], fast: true },
      { name: 'body', type: 'text', record: 'position' },
      { name: 'host', type: 'text', tokenizer: 'raw' },
      { name: 'n', type: 'u64', fast: true },
      { name: 'big', type: 'u64' },
      { name: 'ip', type: 'ip', fast: true },
    ],
  },
  { default_search_fields: ['body'] },
)

test.each([
  ['*', 'every document'],
  ['Error', 'body:"error"'],
  ['host:A', 'host:"A"'],
  ['"disk is full"~2', 'body:"disk is full"~2'],
  ['"disk fu"*', 'body:"disk fu"*'],
  ['err*', 'body:err*'],
  ['e?r', 'body:e?r'],
  ['n:5', 'n:5'],
  ['big:18446744073709551615', 'big:18446744073709551615'],
  ['n:[1 TO 5}', 'n:[1 TO 5}'],
  ['n:>5', 'n:{5 TO *]'],
  ['ip:10.0.0.1', 'ip:10.0.0.1'],
  ['host:*', 'host:*'],
  ['host: IN [a b]', 'host: IN ["a" "b"]'],
  ['a OR b', 'body:"a" OR body:"b"'],
  ['a AND NOT b', 'body:"a" AND NOT body:"b"'],
  ['(a OR b) AND c', '(body:"a" OR body:"b") AND body:"c"'],
  ['a^2', 'body:"a"'],
  // What the query language makes of this is worth being told.
  ['a AND b c', 'body:"c", better with (body:"a" AND body:"b")'],
  ['ts:>=2026-11-23T04:00:00Z', 'ts:[2026-11-23T04:00:00Z TO *]'],
])('%s is understood as %s', async (query, words) => {
  const { query: plan } = await fixture.plan({ query })
  expect(queryWords(plan)).toBe(words)
})

test('a long set is cut, and a kind that nobody here knows is shown as it is', () => {
  const terms = Array.from({ length: 12 }, () => '61')
  expect(queryWords({ kind: 'term_set', field: 'a:str', terms })).toMatch(/"a" and 2 more\]$/)
  expect(queryWords({ kind: 'new', x: 1 })).toBe('{"kind":"new","x":1}')
  expect(queryWords(undefined)).toBe('')
})
