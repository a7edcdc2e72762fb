import { describe, expect, test } from 'vitest'
import { parseIp } from '../schema/ip.ts'
import { encodeTerm } from '../schema/term.ts'
import { bindQuery } from './bind.ts'
import { parseElasticQuery } from './elastic-dsl/parse-elastic-query.ts'
import { strict, bind, show, failure } from './testing/bind-fixture.ts'

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
