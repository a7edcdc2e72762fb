import { describe, expect, test } from 'vitest'
import { emptyBool } from '../bool-ast.ts'
import type { QueryAst } from '../query-ast.ts'
import { parseQueryString } from '../query-string.ts'
import { parse, failure } from './testing/parse-fixture.ts'

const onBody = { fields: ['body'], lenient: false }
const text = { kind: 'text', ...onBody, text: 'a b', zeroTerms: 'none' }

describe('full text', () => {
  test.each([
    ['{"match_all": {}}', { kind: 'matchAll' }],
    ['{"match_all": {"boost": 2}}', { kind: 'boost', query: { kind: 'matchAll' }, boost: 2 }],
    ['{"match_none": null}', { kind: 'matchNone' }],
    ['{"match_none": {"boost": 2}}', { kind: 'matchNone' }],
    ['{"match": {"body": "a b"}}', { ...text, match: { mode: 'any' } }],
    [
      '{"match": {"body": {"query": "a b", "operator": "and"}}}',
      { ...text, match: { mode: 'all' } },
    ],
    [
      '{"match": {"body": {"query": 5, "zero_terms_query": "all", "lenient": true}}}',
      { ...text, text: '5', match: { mode: 'any' }, zeroTerms: 'all', lenient: true },
    ],
    [
      '{"match_phrase": {"body": {"query": "a b", "slop": 2, "analyzer": "x"}}}',
      { ...text, analyzer: 'x', match: { mode: 'phrase', slop: 2 } },
    ],
    ['{"match_phrase": {"body": "a b"}}', { ...text, match: { mode: 'phrase', slop: 0 } }],
    [
      '{"match_phrase_prefix": {"body": {"query": "a b"}}}',
      { ...text, match: { mode: 'phrasePrefix', maxExpansions: 50 } },
    ],
    [
      '{"match_bool_prefix": {"body": {"query": "a b", "operator": "And"}}}',
      { ...text, match: { mode: 'boolPrefix', operator: 'and' } },
    ],
    [
      '{"multi_match": {"query": "a b", "fields": ["body", "x"]}}',
      { ...text, fields: ['body', 'x'], match: { mode: 'any' } },
    ],
    [
      '{"multi_match": {"query": "a b", "fields": "body", "type": "phrase", "slop": 1}}',
      { ...text, match: { mode: 'phrase', slop: 1 } },
    ],
  ])('%s', (json, expected) => {
    expect(parse(json)).toEqual(expected)
  })

  test('query_string is the native grammar, with OR unless told otherwise', () => {
    const clause = (rest: string): QueryAst => parse(`{"query_string": {"query": "a b"${rest}}}`)
    expect(clause('')).toEqual(parseQueryString('a b', { defaultOperator: 'or' }))
    expect(clause(', "default_operator": "AND", "boost": 3')).toEqual({
      kind: 'boost',
      query: parseQueryString('a b', { defaultOperator: 'and' }),
      boost: 3,
    })
    expect(clause(', "default_field": "x", "lenient": true')).toEqual(
      parseQueryString('a b', { defaultOperator: 'or', defaultFields: ['x'], lenient: true }),
    )
    expect(failure('{"query_string": {"query": "a:"}}').position).toBe(2)
  })
})

test('a field of multi_match may weigh more than the others', () => {
  const leaf = (field: string): QueryAst => parse(`{"match": {"${field}": "a"}}`)
  expect(parse('{"multi_match": {"query": "a", "fields": ["f^2", "g"]}}')).toEqual(
    emptyBool({
      should: [
        { kind: 'boost', query: leaf('f'), boost: 2 },
        { kind: 'boost', query: leaf('g'), boost: 1 },
      ],
    }),
  )
})
