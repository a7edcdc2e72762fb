import { describe, expect, test } from 'vitest'
import { schemaOf, strict, bind, show, failure } from './testing/bind-fixture.ts'

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
