import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import type { JsonObject } from '../../bytes/json.ts'
import { emptyBool } from '../bool-ast.ts'
import type { QueryAst } from '../query-ast.ts'
import { parseElasticQuery } from './parse-elastic-query.ts'
import { parse } from './testing/parse-fixture.ts'

describe('simple_query_string', () => {
  const simple = (query: string, rest: JsonObject = {}): QueryAst =>
    parseElasticQuery({ simple_query_string: { query, fields: ['body'], ...rest } })
  const word = (text: string): QueryAst =>
    parse(`{"match": {"body": {"query": "${text}", "operator": "and"}}}`)
  const or = (...should: QueryAst[]): QueryAst => emptyBool({ should })
  const and = (...must: QueryAst[]): QueryAst => emptyBool({ must })
  const not = (query: QueryAst): QueryAst => emptyBool({ mustNot: [query] })

  test.each<[string, QueryAst]>([
    ['a', word('a')],
    ['a b', or(word('a'), word('b'))],
    ['a + b', and(word('a'), word('b'))],
    ['a | b + -c', and(or(word('a'), word('b')), not(word('c')))],
    ['a + (b | c)', and(word('a'), or(word('b'), word('c')))],
    ['well-known', word('well-known')],
    ['"a b"', parse('{"match_phrase": {"body": "a b"}}')],
    ['pre*', parse('{"match_bool_prefix": {"body": {"query": "pre", "operator": "and"}}}')],
    [String.raw`a\|b`, word('a|b')],
    ['', { kind: 'matchNone' }],
  ])('%s', (query, expected) => {
    expect(simple(query)).toEqual(expected)
  })

  test('default_operator joins what no sign joins', () => {
    expect(simple('a b', { default_operator: 'and' })).toEqual(and(word('a'), word('b')))
  })

  test('no text is an error', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('ab "+|-()*\\')) }), (query) => {
        return typeof simple(query).kind === 'string'
      }),
    )
  })
})
