import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { parseJson, type JsonObject, type JsonValue } from '../../bytes/json.ts'
import { isQwError, type QwError } from '../../errors.ts'
import { emptyBool } from '../bool-ast.ts'
import { MAX_QUERY_DEPTH, MAX_SET_VALUES } from '../limits.ts'
import type { QueryAst } from '../query-ast.ts'
import { parseQueryString } from '../query-string.ts'
import { withExtraFilters } from './extra-filters.ts'
import { parseElasticQuery } from './parse-elastic-query.ts'

// A Wednesday.
const nowMs = Date.UTC(2024, 4, 15, 13, 45)
const parse = (json: string): QueryAst => parseElasticQuery(parseJson(json), { nowMs })

function failure(json: string | JsonValue): QwError {
  try {
    parseElasticQuery(typeof json === 'string' ? parseJson(json) : json, { nowMs })
  } catch (error) {
    if (isQwError(error)) return error
    throw error
  }
  throw new Error('no error')
}

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

describe('terms', () => {
  const term = { kind: 'term', fields: ['f'], lenient: false, value: '5', caseInsensitive: false }
  const wildcard = { kind: 'pattern', fields: ['f'], lenient: true, syntax: 'wildcard' }

  test.each([
    ['{"term": {"f": 5}}', term],
    ['{"term": {"f": true}}', { ...term, value: 'true' }],
    ['{"term": {"f": 1.5}}', { ...term, value: '1.5' }],
    ['{"term": {"f": 1.0}}', { ...term, value: '1.0' }],
    ['{"term": {"f": 18446744073709551615}}', { ...term, value: '18446744073709551615' }],
    [
      '{"term": {"f": {"value": "5", "boost": 2, "case_insensitive": true}}}',
      { kind: 'boost', query: { ...term, caseInsensitive: true }, boost: 2 },
    ],
    [
      '{"terms": {"f": ["a", 1, "a"]}}',
      { kind: 'termSet', fields: ['f'], lenient: false, values: ['a', '1'] },
    ],
    [
      '{"terms": {"f": "a", "boost": 1}}',
      { kind: 'termSet', fields: ['f'], lenient: false, values: ['a'] },
    ],
    ['{"exists": {"field": "f"}}', { kind: 'exists', field: 'f', lenient: false }],
    [
      '{"prefix": {"f": "a*b"}}',
      { ...wildcard, pattern: String.raw`a\*b*`, caseInsensitive: false },
    ],
    [
      '{"wildcard": {"f": {"value": "a*", "case_insensitive": true}}}',
      { ...wildcard, pattern: 'a*', caseInsensitive: true },
    ],
    [
      '{"regexp": {"f": {"value": "a.*", "flags": "ALL"}}}',
      { ...wildcard, lenient: false, syntax: 'regex', pattern: 'a.*', caseInsensitive: false },
    ],
  ])('%s', (json, expected) => {
    expect(parse(json)).toEqual(expected)
  })

  test.each([
    ['{"gt": 1, "lte": "b"}', { value: 1, inclusive: false }, { value: 'b', inclusive: true }],
    ['{"gte": 1.0}', { value: 1, inclusive: true }, undefined],
    [
      '{"from": 1, "to": 2, "include_upper": false}',
      { value: 1, inclusive: true },
      { value: 2, inclusive: false },
    ],
    ['{"gt": 3, "from": 1, "lt": null}', { value: 3, inclusive: false }, undefined],
    ['{"lt": 9007199254740993}', undefined, { value: 9007199254740993n, inclusive: false }],
  ])('range %s', (json, lower, upper) => {
    expect(parse(`{"range": {"f": ${json}}}`)).toEqual({
      kind: 'range',
      fields: ['f'],
      lenient: false,
      lower,
      upper,
    })
  })
})

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

test('a format applies to bounds that are strings', () => {
  const range = (bounds: object): unknown =>
    parseElasticQuery({ range: { ts: { ...bounds, format: 'yyyy' } } })
  expect(range({ gte: '2024' })).toMatchObject({
    lower: { value: '2024', date: '2024-01-01T00:00:00Z' },
  })
  expect(range({ gte: 2024 })).toMatchObject({ lower: { value: 2024 } })
})

test('a bound that its format does not read is named with its place', () => {
  const range = { range: { ts: { gte: '2024-13', format: 'yyyy-MM' } } }
  expect(() => parseElasticQuery(range)).toThrow(
    /ts\.gte`: `2024-13` does not match the date format `yyyy-MM`/,
  )
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

describe('date maths in a range', () => {
  test('takes in whole units where the bound is included, and leaves them out where it is not', () => {
    const bounds = (json: string): unknown => {
      const range = parse(`{"range": {"ts": ${json}}}`)
      return range.kind === 'range' ? [range.lower?.date, range.upper?.date] : undefined
    }
    expect(bounds('{"gte": "now/d", "lte": "now/d"}')).toEqual([
      '2024-05-15T00:00:00Z',
      '2024-05-15T23:59:59.999Z',
    ])
    expect(bounds('{"gt": "now/d", "lt": "now/d"}')).toEqual([
      '2024-05-15T23:59:59.999Z',
      '2024-05-15T00:00:00Z',
    ])
    expect(bounds('{"gte": "01/2024||+1M", "format": "MM/yyyy"}')).toEqual([
      '2024-02-01T00:00:00Z',
      undefined,
    ])
  })

  test('bounds are meant in `time_zone` where they name none, in a range and in a query string', () => {
    const range = { time_zone: 'Europe/Paris', gte: '2024-03-31', lt: '2024-04-01T00:00:00Z' }
    const text = { time_zone: '+02:00', query: 'ts:[2024-03-31 TO now/d]' }
    const dates = (query: QueryAst): unknown =>
      query.kind === 'range' ? [query.lower?.date, query.upper?.date] : undefined
    expect(dates(parseElasticQuery({ range: { ts: range } }))).toEqual([
      '2024-03-30T23:00:00Z',
      '2024-04-01T00:00:00Z',
    ])
    const nowMs = Date.UTC(2024, 4, 15, 23)
    expect(dates(parseElasticQuery({ query_string: text }, { nowMs }))).toEqual([
      '2024-03-30T22:00:00Z',
      '2024-05-16T21:59:59.999Z',
    ])
  })

  test('now is refused where the clause has to mean the same whenever it is read', () => {
    const query = { range: { ts: { gte: 'now-1d' } } }
    expect(() => parseElasticQuery(query)).toThrow(/`now` is not supported here/)
  })
})

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
