import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../bytes/json.ts'
import { isQwError, type QwError } from '../errors.ts'
import { parseIndexConfig } from '../schema/config-text.ts'
import { parseIp } from '../schema/ip.ts'
import { buildSchema, type Schema } from '../schema/schema.ts'
import { decodeTerm, encodeTerm } from '../schema/term.ts'
import { bindQuery, type BindOptions } from './bind.ts'
import { parseElasticQuery } from './elastic-dsl/parse-elastic-query.ts'
import { MAX_QUERY_CLAUSES } from './limits.ts'
import { parseQueryString } from './query-string.ts'
import type { Query } from './query.ts'

const FIELDS = `
    - { name: title, type: text, record: position }
    - { name: body, type: text }
    - { name: key, type: text, tokenizer: raw, fast: true }
    - { name: low, type: text, tokenizer: lowercase }
    - { name: column, type: text, indexed: false, fast: { normalizer: lowercase } }
    - { name: hidden, type: text, indexed: false }
    - { name: count, type: u64 }
    - { name: delta, type: i64, fast: true }
    - { name: price, type: f64, fast: true }
    - { name: ok, type: bool, fast: true }
    - { name: addr, type: ip }
    - { name: ts, type: datetime, fast: true, fast_precision: milliseconds }
    - { name: seen, type: datetime }
    - { name: coarse, type: datetime, indexed: false, fast: true }
    - { name: blob, type: bytes, fast: true }
    - { name: data, type: json, fast: true }
    - { name: slow, type: json }
    - { name: words, type: json, tokenizer: default }
    - { name: everything, type: concatenate, concatenate_fields: [title, count] }
    - name: nested
      type: object
      field_mappings: [{ name: leaf, type: u64 }]
`

function schemaOf(mode: string, defaultFields: readonly string[] = []): Schema {
  return buildSchema(
    parseIndexConfig(`
version: 0.9
index_id: test-index
doc_mapping:
  mode: ${mode}
  timestamp_field: ts
  field_mappings: ${FIELDS}
search_settings: { default_search_fields: [${defaultFields.join(', ')}] }
`),
  )
}

const strict = schemaOf('strict', ['body'])
const dynamic = schemaOf('dynamic', ['body'])

function bind(text: string, schema = strict, options: BindOptions = {}): Query {
  return bindQuery(parseQueryString(text, { defaultOperator: 'and' }), schema, options)
}

/** A query as text: terms decoded, one word per part. */
function show(query: Query): string {
  switch (query.kind) {
    case 'matchAll':
    case 'matchNone':
      return query.kind
    case 'exists':
      return `exists(${query.path})`
    case 'boost':
      return `${show(query.query)}^${query.boost}`
    case 'term':
      return `${ref(query)}=${decode(query.field.type, query.term)}`
    case 'termSet':
      return `${ref(query)} in ${query.terms.map((t) => decode(query.field.type, t)).join()}`
    case 'prefix':
      return `${ref(query)}=${decode('str', query.prefix)}*`
    case 'pattern':
      return `${ref(query)}~${query.pattern.source}`
    case 'phrase':
      return `${ref(query)}="${positions(query.terms)}"~${query.slop}`
    case 'phrasePrefix':
      return `${ref(query)}="${positions([...query.terms, query.prefix])}"*${query.maxExpansions}`
    case 'columnTerm':
      return `${ref(query)}==${String(query.value)}`
    case 'range': {
      const { lower, upper } = query
      const low = lower ? (lower.inclusive ? '[' : '{') + String(lower.value) : '['
      const high = upper ? String(upper.value) + (upper.inclusive ? ']' : '}') : ']'
      return `${ref(query)} ${low}..${high}`
    }
    case 'bool': {
      const list = (sign: string, queries: readonly Query[]): string[] =>
        queries.map((child) => sign + show(child))
      const parts = [
        ...list('+', query.must),
        ...list('#', query.filter),
        ...list('?', query.should),
        ...list('-', query.mustNot),
      ]
      return `(${parts.join(' ')})${query.minimumShouldMatch > 0 ? query.minimumShouldMatch : ''}`
    }
  }
}

function ref({ field }: { field: { path: string; type: string } }): string {
  return `${field.path}:${field.type}`
}

function decode(type: Parameters<typeof decodeTerm>[0], bytes: Uint8Array): string {
  return String(decodeTerm(type, bytes))
}

function positions(terms: readonly { term: Uint8Array; position: number }[]): string {
  return terms.map(({ term, position }) => `${decode('str', term)}@${position}`).join(' ')
}

function failure(text: string, schema = strict, options: BindOptions = {}): QwError {
  try {
    bind(text, schema, options)
  } catch (error) {
    if (isQwError(error)) return error
    throw error
  }
  throw new Error(`no error for ${text}`)
}

describe('texts', () => {
  test.each([
    ['title:Word', 'title:str=word'],
    ['title:foo-bar', 'title:str="foo@0 bar@1"~0'],
    ['body:foo-bar', '(+body:str=foo +body:str=bar)'],
    ['title:"a b"~3', 'title:str="a@0 b@1"~3'],
    ['title:"a"', 'title:str=a'],
    ["title:'b a'", '(+title:str=b +title:str=a)'],
    ['title:"a b c"*', 'title:str="a@0 b@1 c@2"*50'],
    ['title:"Wor"*', 'title:str=wor*'],
    ['title:"..."', 'matchNone'],
    ['title:10.0.0.1', 'title:str="10@0 0@1 0@2 1@3"~0'],
    ['key:Foo-Bar', 'key:str=Foo-Bar'],
    ['column:ABC', 'column:str==abc'],
    ['word', 'body:str=word'],
    ['not', 'body:str=not'],
  ])('%s asks %s', (text, expected) => {
    expect(show(bind(text))).toBe(expected)
  })

  test('removed long tokens leave gaps in a phrase', () => {
    const long = 'x'.repeat(300)
    expect(show(bind(`title:"${long} a ${long} b"`))).toBe('title:str="a@0 b@2"~0')
  })

  test('a clause without field asks every default field', () => {
    const options = { defaultFields: ['title', 'key'] }
    expect(show(bind('a', strict, options))).toBe('(?title:str=a ?key:str=a)1')
    expect(failure('a', schemaOf('strict')).message).toBe(
      'query requires a default search field and none was supplied',
    )
  })

  test.each([
    ['body:"a b"', 'QUERY-SCHEMA', 'does not have positions indexed'],
    ['body:"a b"*', 'QUERY-SCHEMA', 'does not have positions indexed'],
    ['count:"1"*', 'QUERY-SCHEMA', 'PhrasePrefix query on a non-text field'],
    ['hidden:a', 'QUERY-SCHEMA', 'field `hidden` is not full-text searchable'],
    ['column:a*', 'QUERY-SCHEMA', 'not full-text searchable'],
  ])('%s is refused', (text, code, reason) => {
    expect(failure(text)).toMatchObject({ kind: 'invalid', code })
    expect(failure(text).message).toContain(reason)
  })
})

describe('typed values', () => {
  test.each([
    ['count:5', 'count:u64=5'],
    ['count:18446744073709551615', 'count:u64=18446744073709551615'],
    ['delta:-5', 'delta:i64=-5'],
    ['price:1e3', 'price:f64=1000'],
    ['ok:true', 'ok:bool=true'],
    ['ts:2024-01-01', 'ts:date=1704067200000'],
    ['ts:"2024-01-01T00:00:00.750Z"', 'ts:date=1704067200000'],
    ['coarse:2024-01-01', 'coarse:date [1704067200000..1704067201000}'],
    ['seen:1704067200', 'seen:date=1704067200000'],
  ])('%s asks %s', (text, expected) => {
    expect(show(bind(text))).toBe(expected)
  })

  test('addresses and bytes are read in every notation', () => {
    const mapped = [...Array.from({ length: 10 }, () => 0), 255, 255, 1, 2, 3, 4]
    for (const text of ['addr:1.2.3.4', 'addr:"::ffff:1.2.3.4"', 'addr:"::ffff:102:304"']) {
      expect(bind(text)).toMatchObject({ kind: 'term', term: Uint8Array.from(mapped) })
    }
    const hex = encodeTerm('bytes', Uint8Array.of(0xca, 0xfe))
    for (const text of ['blob:cafe', 'blob:"yv4="', 'blob:yv4', 'blob:!yv4']) {
      expect(bind(text)).toMatchObject({ kind: 'term', term: hex })
    }
    expect(bind('blob:!cafe')).toMatchObject({ term: Uint8Array.of(113, 167, 222) })
  })

  test.each(['count:-1', 'count:x', 'count:1.0', 'delta:9223372036854775808', 'ok:yes', 'ts:soon'])(
    '%s is no value of its field',
    (text) => {
      const error = failure(text)
      expect(error).toMatchObject({ kind: 'invalid', code: 'QUERY-VALUE' })
      expect(error.message).toMatch(/^expected a `\w+` search value for field `\w+`, got `/)
    },
  )
})

describe('networks', () => {
  test.each(['addr:10.0.0.0/8', 'addr:"10.0.0.0/8"', 'addr:IN [10.0.0.0/8]'])(
    '%s asks for a range of addresses',
    (text) => {
      const query = bind(text)
      if (query.kind !== 'range') throw new Error(show(query))
      expect([query.lower, query.upper]).toEqual([
        { value: parseIp('10.0.0.0'), inclusive: true },
        { value: parseIp('10.255.255.255'), inclusive: true },
      ])
    },
  )

  test('a set may mix networks and addresses', () => {
    const query = bind('addr:IN [10.0.0.0/8 192.168.1.1 "2001:db8::/32"]')
    if (query.kind !== 'bool') throw new Error(show(query))
    expect(query.should.map(({ kind }) => kind)).toEqual(['range', 'range', 'termSet'])
  })

  test.each([
    [{ term: { addr: '10.0.0.0/8' } }, 'range'],
    [{ terms: { addr: ['10.0.0.0/8', '11.0.0.0/8'] } }, 'bool'],
    [{ match: { addr: '2001:db8::/32' } }, 'range'],
  ])('in the Elasticsearch dialect too: %j', (body, kind) => {
    expect(bindQuery(parseElasticQuery(body), strict).kind).toBe(kind)
  })

  test('a prefix that is too long is no address, and the way out names a network', () => {
    expect(failure('addr:10.0.0.0/33')).toMatchObject({
      code: 'QUERY-VALUE',
      fix: expect.stringContaining('10.0.0.0/8'),
    })
  })

  test('texts that look like networks are texts in other fields', () => {
    expect(show(bind('key:10.0.0.0/8'))).toBe('key:str=10.0.0.0/8')
  })
})

describe('ranges', () => {
  test.each([
    ['delta:>5', 'delta:i64 {5..]'],
    ['price:[1 TO 2.5}', 'price:f64 [1..2.5}'],
    ['count:>5', 'count:u64 {5..]'],
    ['key:[a TO b]', 'key:str [a..b]'],
    ['low:>B', 'low:str {b..]'],
    ['column:<B', 'column:str [..b}'],
    ['ts:>=2024-01-01T00:00:00.0009Z', 'ts:date [1704067200000..]'],
    ['ts:[1704067200 TO *]', 'ts:date [1704067200000..]'],
  ])('%s asks %s', (text, expected) => {
    expect(show(bind(text))).toBe(expected)
  })

  test('an address that is indexed and not fast has ranges too', () => {
    expect(bind('addr:[10.0.0.0 TO 10.255.255.255]')).toMatchObject({
      kind: 'range',
      field: { path: 'addr', type: 'ip' },
      lower: { inclusive: true },
    })
  })

  test.each([
    ['ok:>true', 'QUERY-SCHEMA', 'range query on `bool` field `ok` forbidden'],
    ['blob:>00', 'QUERY-SCHEMA', 'forbidden'],
    ['seen:>2024-01-01', 'QUERY-SCHEMA', 'need a fast field'],
    ['body:>a', 'QUERY-SCHEMA', 'need a fast field'],
    ['count:>x', 'QUERY-VALUE', 'expected `u64` boundary for field `count`'],
    ['ts:>=2024-02-30', 'QUERY-VALUE', 'expected `datetime` boundary for field `ts`'],
    ['ts:[2023-02-29T00:00:00Z TO *]', 'QUERY-VALUE', 'got `2023-02-29T00:00:00Z`'],
    ['count:>-1', 'QUERY-VALUE', 'expected `u64` boundary'],
    [`key:>${'x'.repeat(255)}`, 'QUERY-VALUE', 'too long'],
    ['slow.x:>2024-01-01T00:00:00Z', 'QUERY-SCHEMA', 'need a fast field'],
    ['words.x:>abc', 'QUERY-SCHEMA', 'need a fast field'],
  ])('%s is refused', (text, code, reason) => {
    expect(failure(text)).toMatchObject({ kind: 'invalid', code })
    expect(failure(text).message).toContain(reason)
  })

  test('a range or regex without field needs exactly one default field', () => {
    const several = { defaultFields: ['key', 'low'] }
    expect(show(bind('>a', strict, { defaultFields: ['key'] }))).toBe('key:str {a..]')
    expect(failure('>a', strict, several).message).toContain('with multiple fields')
    expect(failure('/a/', strict, several).message).toContain('with multiple fields')
    expect(failure('>a', schemaOf('strict')).message).toContain('without field')
    expect(failure('IN [a]', schemaOf('strict')).message).toContain('specific field')
  })
})

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

describe('exact terms, sets and patterns', () => {
  test.each([
    ['body: IN [Error error]', 'body:str in Error,error'],
    ['count: IN [1 2]', 'count:u64 in 1,2'],
    ['body: IN []', 'matchNone'],
    ['column: IN [A b]', '(?column:str==a ?column:str==b)1'],
    ['body:Err*', 'body:str=err*'],
    ['body:*Err*', 'body:str~*err*'],
    ['key:Err*X', 'key:str~Err*X'],
    [String.raw`key:a\*b*`, 'key:str=a*b*'],
    ['body:/Err.*/', 'body:str~Err.*'],
    ['data.x:a*', 'data.x:str=a*'],
  ])('%s asks %s', (text, expected) => {
    expect(show(bind(text))).toBe(expected)
  })

  test('a regex ignores case where the tokenizer lower-cases, and only there', () => {
    const matcher = (text: string): ((term: string) => boolean) => {
      const query = bind(text)
      if (query.kind !== 'pattern') throw new Error(query.kind)
      return (term) => query.pattern.matches(Buffer.from(term))
    }
    expect(matcher('body:/ERR.*/')('error')).toBe(true)
    expect(matcher('key:/ERR.*/')('error')).toBe(false)
  })

  test('a term that ignores case becomes a pattern on texts', () => {
    const term = { kind: 'term', fields: ['key'], lenient: false, value: 'A*' } as const
    const query = bindQuery({ ...term, caseInsensitive: true }, strict)
    if (query.kind !== 'pattern') throw new Error(query.kind)
    expect(['a*', 'A*', 'ab'].map((text) => query.pattern.matches(Buffer.from(text)))).toEqual([
      true,
      true,
      false,
    ])
  })

  test.each(['count:1*', 'ts:2*', 'ok:t*', 'addr:1*', 'count:/1.*/'])('%s is refused', (text) => {
    expect(failure(text).message).toMatch(
      /trying to run a (Wildcard|Regex) query on a non-text field/,
    )
  })

  test('a bad regex is refused with its position', () => {
    expect(failure('body:/a(/')).toMatchObject({ code: 'QUERY-REGEX', position: 1 })
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
