import { expect, test } from 'vitest'
import type { Query } from '../query/query.ts'
import { describeQuery } from './describe-query.ts'
import { ref, term, utf8 } from './testing/clause-fixture.ts'

const size = ref('size', 'i64')
const positioned = (text: string, position: number) => ({ term: utf8(text), position })

/** One of each kind: a kind that nobody describes here does not compile. */
const QUERIES: { readonly [K in Query['kind']]: readonly [Extract<Query, { kind: K }>, object] } = {
  matchAll: [{ kind: 'matchAll' }, { kind: 'matchAll' }],
  matchNone: [{ kind: 'matchNone' }, { kind: 'matchNone' }],
  bool: [
    {
      kind: 'bool',
      must: [term('b', 'a')],
      filter: [],
      should: [],
      mustNot: [],
      minimumShouldMatch: 0,
    },
    { kind: 'bool', must: [{ term: '61' }], must_not: [], minimum_should_match: 0 },
  ],
  boost: [
    { kind: 'boost', boost: 2, query: { kind: 'matchAll' } },
    { boost: 2, query: { kind: 'matchAll' } },
  ],
  term: [
    { kind: 'term', field: ref('b'), term: utf8('a') },
    { field: 'b:str', term: '61' },
  ],
  termSet: [
    { kind: 'termSet', field: ref('b'), terms: [utf8('a'), utf8('b')] },
    { kind: 'term_set', terms: ['61', '62'] },
  ],
  phrase: [
    { kind: 'phrase', field: ref('b'), terms: [positioned('a', 0), positioned('b', 1)], slop: 3 },
    {
      kind: 'phrase',
      terms: [
        { term: '61', position: 0 },
        { term: '62', position: 1 },
      ],
      slop: 3,
    },
  ],
  phrasePrefix: [
    {
      kind: 'phrasePrefix',
      field: ref('b'),
      terms: [],
      prefix: positioned('a', 1),
      maxExpansions: 50,
    },
    { kind: 'phrase_prefix', prefix: { term: '61', position: 1 }, max_expansions: 50 },
  ],
  prefix: [
    { kind: 'prefix', field: ref('b'), prefix: utf8('a') },
    { kind: 'prefix', prefix: '61' },
  ],
  pattern: [
    {
      kind: 'pattern',
      field: ref('b'),
      pattern: { source: 'a?', literalPrefix: utf8('a'), matches: () => true, work: () => 0 },
    },
    { kind: 'pattern', pattern: 'a?', literal_prefix: '61' },
  ],
  range: [
    { kind: 'range', field: size, lower: { value: 2n ** 60n, inclusive: true }, upper: undefined },
    { kind: 'range', field: 'size:i64', lower: { value: 2n ** 60n, inclusive: true }, upper: null },
  ],
  columnTerm: [
    { kind: 'columnTerm', field: ref('b'), value: 'a' },
    { kind: 'column_term', field: 'b:str', value: 'a' },
  ],
  exists: [
    { kind: 'exists', path: 'b' },
    { kind: 'exists', path: 'b' },
  ],
}

test.each(Object.values(QUERIES))('%o as JSON', (query, described) => {
  expect(describeQuery(query)).toMatchObject(described)
})

test('queries that differ are described differently', () => {
  expect(describeQuery(term('body', 'a'))).not.toEqual(describeQuery(term('body', 'b')))
  expect(describeQuery(term('body', 'a'))).not.toEqual(describeQuery(term('code', 'a')))
})
