import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../bytes/json.ts'
import { bindQuery } from './bind.ts'
import { parseElasticQuery } from './elastic-dsl/parse-elastic-query.ts'
import { MAX_QUERY_CLAUSES } from './limits.ts'
import { parseQueryString } from './query-string.ts'
import type { Query } from './query.ts'
import { strict, dynamic, bind, show, failure } from './testing/bind-fixture.ts'

describe('json and dynamic paths', () => {
  test('a quoted date is a date where a phrase is out of reach, quoted words are refused there', () => {
    expect(show(bind('words.x:"2024-01-31T00:00:00Z"'))).toBe('words.x:date=1706659200000')
    expect(failure('words.x:"red fox"').message).toContain('does not have positions indexed')
  })

  test.each([
    ['data.x:5', '(?data.x:i64=5 ?data.x:u64=5 ?data.x:f64=5 ?data.x:str=5)1'],
    ['data.x:1.0', '(?data.x:i64=1 ?data.x:u64=1 ?data.x:f64=1 ?data.x:str=1.0)1'],
    [
      'data.x:18446744073709551615',
      '(?data.x:u64=18446744073709551615 ?data.x:str=18446744073709551615)1',
    ],
    ['data.x:2.5', '(?data.x:f64=2.5 ?data.x:str=2.5)1'],
    ['data.x:true', '(?data.x:bool=true ?data.x:str=true)1'],
    ['data.x:abc', 'data.x:str=abc'],
    ['data:abc', 'data:str=abc'],
    ['words.x:a-b', '(+words.x:str=a +words.x:str=b)'],
    ['any.path:abc', 'any.path:str=abc'],
    ['everything:5', '(?everything:i64=5 ?everything:u64=5 ?everything:f64=5 ?everything:str=5)1'],
    [
      'data.x: IN [5 a]',
      '(?data.x:i64 in 5 ?data.x:u64 in 5 ?data.x:f64 in 5 ?data.x:str in 5,a)1',
    ],
  ])('%s asks %s', (text, expected) => {
    expect(show(bind(text, dynamic))).toBe(expected)
  })

  test('dates are read in RFC 3339 alone, and never in concatenate fields', () => {
    const date = '"2024-01-01T00:00:00Z"'
    expect(show(bind(`data.x:${date}`))).toContain('data.x:date=1704067200000')
    expect(show(bind('data.x:2024-01-01'))).not.toContain('date')
    expect(show(bind(`everything:'2024-01-01T00:00:00Z'`))).not.toContain('date')
  })

  test('a range asks numbers of every type, and texts', () => {
    expect(show(bind('data.x:>5'))).toBe(
      '(?data.x:i64 {5..] ?data.x:u64 {5..] ?data.x:f64 {5..] ?data.x:str {5..])1',
    )
    expect(show(bind('data.x:>=-2.5'))).toBe(
      '(?data.x:i64 [-2..] ?data.x:u64 [..] ?data.x:f64 [-2.5..] ?data.x:str [-2.5..])1',
    )
    expect(show(bind('data.x:<-1'))).toBe(
      '(?data.x:i64 [..-1} ?data.x:f64 [..-1} ?data.x:str [..-1})1',
    )
    expect(show(bind('data.x:[a TO b]'))).toBe('data.x:str [a..b]')
  })

  test('without a column numbers answer from the dictionary, texts only when they are whole values', () => {
    expect(show(bind('slow.x:>5'))).toContain('slow.x:str {5..]')
    expect(show(bind('words.x:>5'))).toBe(
      '(?words.x:i64 {5..] ?words.x:u64 {5..] ?words.x:f64 {5..])1',
    )
  })

  test('numbers given as numbers are never compared as texts', () => {
    const range = { kind: 'range', fields: ['data.x'], lenient: false, upper: undefined } as const
    const query = bindQuery({ ...range, lower: { value: 5, inclusive: true } }, strict)
    expect(show(query)).toBe('(?data.x:i64 [5..] ?data.x:u64 [5..] ?data.x:f64 [5..])1')
  })
})

describe('fields', () => {
  test('unknown fields name the nearest ones', () => {
    const error = failure('titel:x')
    expect(error).toMatchObject({ kind: 'invalid', code: 'QUERY-FIELD' })
    expect(error.message).toBe('field does not exist: `titel`')
    expect(error.fix).toContain('`title`')
  })

  test('lenient clauses on unknown fields match nothing; bad values still fail', () => {
    const parse = (text: string) => parseQueryString(text, { defaultOperator: 'or', lenient: true })
    expect(show(bindQuery(parse('nope:x'), strict))).toBe('matchNone')
    expect(show(bindQuery(parse('nope:x OR body:y'), strict))).toBe('body:str=y')
    expect(() => bindQuery(parse('count:x'), strict)).toThrow(/search value/)
  })

  test('exists takes fields, objects and open paths', () => {
    expect(show(bind('title:*'))).toBe('exists(title)')
    expect(show(bind('nested:*'))).toBe('exists(nested)')
    expect(show(bind('data.a.b:*'))).toBe('exists(data.a.b)')
    expect(failure('nope:*').code).toBe('QUERY-FIELD')
    expect(failure('_source:x', dynamic).code).toBe('QUERY-FIELD')
  })

  test('too many clauses after spelling out default fields are refused', () => {
    const defaultFields = Array.from({ length: 20 }, () => 'key')
    const text = Array.from({ length: MAX_QUERY_CLAUSES / 16 }, (_, i) => `w${i}`).join(' ')
    expect(failure(text, strict, { defaultFields })).toMatchObject({
      kind: 'tooLarge',
      code: 'QUERY-LIMIT',
    })
  })
})

describe('bools', () => {
  test('a pure negation gets a positive clause', () => {
    expect(show(bind('-title:a'))).toBe('(#matchAll -title:str=a)')
    expect(show(bind('title:a OR -title:b'))).toBe('(?title:str=a ?(#matchAll -title:str=b))1')
  })

  test('shoulds beside a must are optional', () => {
    expect(show(bind('title:a AND title:b title:c'))).toBe(
      '(+title:str=c ?(+title:str=a +title:str=b))',
    )
  })

  test('what cannot match is decided at once', () => {
    expect(show(bind('title:a AND body: IN []'))).toBe('matchNone')
    expect(show(bind('title:a -(body: IN [])'))).toBe('title:str=a')
    expect(show(bind('title:a -*'))).toBe('matchNone')
  })

  test('a minimum above the number of shoulds matches nothing, zero asks for nothing', () => {
    const leaf = { kind: 'exists', field: 'title', lenient: false } as const
    const bool = { kind: 'bool', must: [], filter: [], should: [leaf], mustNot: [] } as const
    const withMinimum = (minimumShouldMatch: number | undefined): string =>
      show(bindQuery({ ...bool, minimumShouldMatch }, strict))
    expect(withMinimum(2)).toBe('matchNone')
    expect(withMinimum(0)).toBe('(#matchAll ?exists(title))')
    expect(withMinimum(undefined)).toBe('exists(title)')
  })

  test('every bound bool has a positive clause', () => {
    const word = fc.constantFrom('title:a', 'nested:*', '*', 'body: IN []', 'count:5', 'data.x:5')
    const sign = fc.constantFrom('', '-', '+', 'OR ', 'AND ')
    const text = fc
      .tuple(word, fc.array(fc.tuple(sign, word), { maxLength: 5 }))
      .map(([first, rest]) => [first, ...rest.map((part) => part.join(''))].join(' '))
    const isPositive = (query: Query): boolean => {
      if (query.kind !== 'bool') return true
      const { must, filter, should, mustNot, minimumShouldMatch } = query
      const children = [...must, ...filter, ...should, ...mustNot]
      return must.length + filter.length + minimumShouldMatch > 0 && children.every(isPositive)
    }
    fc.assert(fc.property(text, (source) => isPositive(bind(source))))
  })
})

describe('what only the Elasticsearch dialect says', () => {
  const bindBody = (body: JsonObject): Query =>
    bindQuery(parseElasticQuery(body, { nowMs: Date.UTC(2024, 4, 15) }), strict)

  test('an analyzer cuts the text as it says, in Elasticsearch’s words or in those of a config', () => {
    const asked = (analyzer: string): JsonObject => ({
      match: { body: { query: 'A b', analyzer, operator: 'and' } },
    })
    expect(show(bindBody(asked('keyword')))).toBe('body:str=A b')
    expect(show(bindBody(asked('whitespace')))).toBe('(+body:str=A +body:str=b)')
    expect(show(bindBody(asked('standard')))).toBe('(+body:str=a +body:str=b)')
    expect(() => bindBody(asked('english'))).toThrow(/no analyzer `english`.*is `default`|english/)
  })

  test('words may differ a little, the longer the more, and so many of them have to match', () => {
    const match = (rest: JsonObject): Query =>
      bindBody({ match: { body: { query: 'an error occurred', ...rest } } })
    const near = match({ fuzziness: 'AUTO' })
    if (near.kind !== 'bool') throw new Error(show(near))
    expect(near.should.map(({ kind }) => kind)).toEqual(['term', 'pattern', 'pattern'])
    const minimum = (wanted: string | number): string =>
      show(match({ minimum_should_match: wanted })).replaceAll(/[^0-9]/g, '')
    expect([minimum(2), minimum('75%'), minimum('-1'), minimum('9%')]).toEqual(['2', '2', '2', '1'])
    expect(show(match({ minimum_should_match: '1<100%' }))).toContain('3')
  })

  test('date maths is a date on a field of dates, and text on one of texts', () => {
    const range = (field: string): JsonObject => ({ range: { [field]: { gte: 'now-1d/d' } } })
    expect(bindBody(range('ts'))).toMatchObject({ lower: { value: Date.UTC(2024, 4, 14) } })
    expect(bindBody(range('key'))).toMatchObject({ lower: { value: 'now-1d/d' } })
    expect(() => bindBody(range('delta'))).toThrow(/expected `i64` boundary/)
    const any = bindBody(range('data.at'))
    if (any.kind !== 'bool') throw new Error(show(any))
    expect(any.should).toContainEqual(
      expect.objectContaining({ lower: { value: Date.UTC(2024, 4, 14), inclusive: true } }),
    )
  })

  test('a fuzzy word has the case that the tokens of its field have', () => {
    const fuzzy = (field: string): Query => bindBody({ fuzzy: { [field]: 'Error' } })
    const matches = (query: Query, term: string): boolean => {
      if (query.kind !== 'pattern') throw new Error(show(query))
      return query.pattern.matches(new TextEncoder().encode(term))
    }
    expect(matches(fuzzy('body'), 'eror')).toBe(true)
    expect(matches(fuzzy('key'), 'Eror')).toBe(true)
    expect(matches(fuzzy('key'), 'eror')).toBe(false)
    expect(() => fuzzy('count')).toThrow(/Fuzzy query on a non-text field/)
  })
})
