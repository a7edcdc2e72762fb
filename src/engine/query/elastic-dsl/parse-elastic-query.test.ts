import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import type { JsonValue } from '../../bytes/json.ts'
import { isQwError } from '../../errors.ts'
import { emptyBool } from '../bool-ast.ts'
import { MAX_QUERY_DEPTH, MAX_SET_VALUES } from '../limits.ts'
import type { QueryAst } from '../query-ast.ts'
import { parseQueryString } from '../query-string.ts'
import { withExtraFilters } from './extra-filters.ts'
import { parseElasticQuery } from './parse-elastic-query.ts'
import { parse, failure } from './testing/parse-fixture.ts'

describe('bool', () => {
  test('takes one clause, several or none per list', () => {
    const query = '{"match_all": {}}'
    expect(
      parse(`{"bool": {"must": ${query}, "filter": [${query}, ${query}], "should": null}}`),
    ).toEqual({
      kind: 'bool',
      must: [{ kind: 'matchAll' }],
      filter: [{ kind: 'matchAll' }, { kind: 'matchAll' }],
      should: [],
      mustNot: [],
      minimumShouldMatch: undefined,
    })
  })

  test.each([
    ['2', 2],
    ['9', 9],
    ['0', undefined],
    ['-1', 3],
    ['-4', undefined],
    ['-9', undefined],
    ['"50%"', 2],
    ['"30%"', 1],
    ['"-30%"', 3],
    ['"-100%"', undefined],
    ['"200%"', 8],
  ])('minimum_should_match %s of four clauses is %s', (minimum, expected) => {
    const should = Array.from({ length: 4 }, (_, i) => `{"term": {"f": ${i}}}`).join()
    const ast = parse(`{"bool": {"should": [${should}], "minimum_should_match": ${minimum}}}`)
    expect(ast).toMatchObject({ minimumShouldMatch: expected })
  })
})

describe('clauses that hold others', () => {
  test('of clauses that stand alone one has to match, also where zero are asked for', () => {
    const bool = '"should": [{"exists": {"field": "a"}}], "minimum_should_match": 0'
    expect(parse(`{"bool": {${bool}}}`)).toMatchObject({ minimumShouldMatch: undefined })
    const beside = `{"bool": {${bool}, "filter": {"exists": {"field": "b"}}}}`
    expect(parse(beside)).toMatchObject({ minimumShouldMatch: 0 })
  })

  test('constant_score matches as its filter does and scores its boost', () => {
    const constant = emptyBool({ must: [{ kind: 'matchAll' }], filter: [{ kind: 'matchNone' }] })
    expect(parse('{"constant_score": {"filter": {"match_none": {}}, "boost": 2}}')).toEqual({
      kind: 'boost',
      query: constant,
      boost: 2,
    })
  })

  test('dis_max is any of its queries, with the score of the best', () => {
    const queries = '[{"match_all": {}}, {"match_none": {}}]'
    expect(parse(`{"dis_max": {"queries": ${queries}, "tie_breaker": 0.5}}`)).toEqual(
      emptyBool({
        should: [{ kind: 'matchAll' }, { kind: 'matchNone' }],
        minimumShouldMatch: 1,
        tieBreaker: 0.5,
      }),
    )
  })

  test('every clause has a boost', () => {
    const clauses = [
      '{"match": {"f": {"query": "a", "boost": 2}}}',
      '{"match_phrase": {"f": {"query": "a", "boost": 2}}}',
      '{"multi_match": {"query": "a", "fields": ["f"], "boost": 2}}',
      '{"terms": {"f": ["a"], "boost": 2}}',
      '{"range": {"f": {"gt": 1, "boost": 2}}}',
      '{"exists": {"field": "f", "boost": 2}}',
      '{"prefix": {"f": {"value": "a", "boost": 2}}}',
      '{"regexp": {"f": {"value": "a", "boost": 2}}}',
      '{"fuzzy": {"f": {"value": "a", "boost": 2}}}',
      '{"bool": {"must": [], "boost": 2}}',
    ]
    for (const clause of clauses) expect(parse(clause)).toMatchObject({ kind: 'boost', boost: 2 })
  })
})

describe('errors', () => {
  test.each([
    ['{}', 'query', 'exactly one query type'],
    ['{"match_all": {}, "exists": {}}', 'query', 'exactly one query type'],
    ['{"fuzy": {"f": "x"}}', 'query', '`wildcard`'],
    ['{"match_all": null}', 'query.match_all', 'expected an object'],
    ['{"match_none": {"x": 1}}', 'query.match_none', 'unknown key [x]'],
    ['{"match": {"a": "x", "b": "y"}}', 'query.match', 'expected a single field'],
    ['{"match": {"a": {"query": []}}}', 'query.match.a.query', 'a string, a number'],
    [
      '{"match": {"a": {"query": "x", "operator": "xor"}}}',
      'query.match.a.operator',
      '`and` or `or`',
    ],
    ['{"match": {"a": {"query": "x", "fuzziness": 3}}}', 'query.match.a.fuzziness', '`AUTO`'],
    ['{"terms": {"a": ["x", null]}}', 'query.terms.a[1]', 'got nothing'],
    ['{"ids": {"values": ["x"]}}', 'query.ids', 'documents have no ids'],
    ['{"function_score": {}}', 'query.function_score', 'not supported'],
    ['{"dis_max": {"queries": []}}', 'query.dis_max.queries', 'at least one'],
    ['{"constant_score": {}}', 'query.constant_score.filter', 'expected an object'],
    ['{"fuzzy": {"a": {"value": "x", "fuzziness": 3}}}', 'query.fuzzy.a.fuzziness', 'expected 0'],
    ['{"range": {"a": {"gt": "now-1x"}}}', 'query.range.a.gt', 'no date maths'],
    ['{"range": {"a": {"gt": 1, "time_zone": "browser"}}}', 'query.range.a.time_zone', 'no time'],
    ['{"range": {"a": {"gt": 1, "gte": 2}}}', 'query.range.a', 'exclude each other'],
    ['{"range": {"a": {"gt": []}}}', 'query.range.a.gt', 'expected a string'],
    ['{"multi_match": {"query": "x"}}', 'query.multi_match.fields', 'required'],
    [
      '{"multi_match": {"query": "x", "fields": ["a*"]}}',
      'query.multi_match.fields',
      'not supported',
    ],
    [
      '{"multi_match": {"query": "x", "fields": "a", "type": "x"}}',
      'query.multi_match.type',
      'one of',
    ],
    [
      '{"query_string": {"query": "x", "fields": ["a"], "default_field": "b"}}',
      'query.query_string',
      'exclude',
    ],
    ['{"bool": {"must": [{"match_all": {}}, 5]}}', 'query.bool.must[1]', 'expected an object'],
    ['{"bool": {"minimum_should_match": "most"}}', 'query.bool.minimum_should_match', 'percentage'],
    [
      '{"bool": {"must_not": {"match_all": {"boost": -1}}}}',
      'query.bool.must_not.match_all.boost',
      'zero',
    ],
  ])('%s is refused at %s', (json, path, reason) => {
    const error = failure(json)
    expect(error).toMatchObject({ kind: 'invalid', code: 'QUERY-SYNTAX' })
    expect(error.message).toContain(`failed to parse query: \`${path}\`: `)
    expect(error.message).toContain(reason)
  })

  test('depth and set size have named limits', () => {
    let deep: JsonValue = { match_all: {} }
    for (let i = 0; i < 5_000; i++) deep = { bool: { must: deep } }
    expect(failure(deep)).toMatchObject({ kind: 'tooLarge', code: 'QUERY-LIMIT' })
    expect(failure(deep).message).toContain(String(MAX_QUERY_DEPTH))
    const values = Array.from({ length: MAX_SET_VALUES + 1 }, (_, i) => i)
    expect(failure({ terms: { f: values } }).message).toContain(String(MAX_SET_VALUES))
  })

  test('no JSON makes the parser throw anything but a QwError', () => {
    const key = fc.constantFrom(
      'bool',
      'must',
      'match',
      'term',
      'terms',
      'range',
      'f',
      'query',
      'gt',
    )
    const leaf = fc.oneof(fc.constantFrom(null, true, 'a', 1, 1.5, '__proto__'), fc.bigInt())
    const { json } = fc.letrec<{ json: JsonValue }>((tie) => ({
      json: fc.oneof(
        { maxDepth: 5 },
        leaf,
        fc.array(tie('json'), { maxLength: 2 }),
        fc.dictionary(key, tie('json'), { maxKeys: 2 }),
      ),
    }))
    fc.assert(
      fc.property(json, (value) => {
        try {
          parseElasticQuery(value)
          return true
        } catch (error) {
          return isQwError(error, 'invalid')
        }
      }),
      { numRuns: 1_000 },
    )
  })
})

test('extra filters narrow a query without touching its score', () => {
  const query: QueryAst = { kind: 'matchAll' }
  expect(withExtraFilters(query, [])).toBe(query)
  expect(withExtraFilters(query, ['a b', 'f:x'])).toEqual({
    kind: 'bool',
    must: [query],
    filter: [
      parseQueryString('a b', { defaultOperator: 'or' }),
      parseQueryString('f:x', { defaultOperator: 'or' }),
    ],
    should: [],
    mustNot: [],
    minimumShouldMatch: undefined,
  })
})
