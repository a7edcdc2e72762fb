import { describe, expect, test } from 'vitest'
import { parse } from './testing/parse-fixture.ts'

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
