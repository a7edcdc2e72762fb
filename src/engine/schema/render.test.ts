import { describe, expect, test } from 'vitest'

import {
  isJsonObject,
  parseJson,
  stringifyJson,
  type JsonObject,
  type JsonValue,
} from '../bytes/json.ts'
import { parseIndexConfig } from './config-text.ts'
import { makeRenderer, prunedSource } from './render.ts'

const configOf = (doc_mapping: JsonObject) =>
  parseIndexConfig({ version: '0.9', index_id: 'test', doc_mapping })

function objectOf(text: string): JsonObject {
  const value = parseJson(text)
  if (!isJsonObject(value)) throw new Error(`not an object: ${text}`)
  return value
}

const hit = (mapping: JsonObject, source: string) =>
  stringifyJson(makeRenderer(configOf(mapping))(objectOf(source)))

const hitOf = (field: JsonObject, value: string) =>
  hit({ field_mappings: [{ name: 'f', ...field }] }, `{"f":${value}}`)

describe('a value in a hit', () => {
  test.each<[JsonObject, string, string]>([
    [{ type: 'u64' }, '18446744073709551615', '18446744073709551615'],
    [{ type: 'u64', output_format: 'string' }, '18446744073709551615', '"18446744073709551615"'],
    [{ type: 'u64' }, '"12"', '12'],
    [{ type: 'f64' }, '3', '3.0'],
    [{ type: 'f64' }, '3.25', '3.25'],
    [{ type: 'f64', output_format: 'string' }, '3.25', '"3.25"'],
    [{ type: 'ip' }, '"::ffff:10.0.0.1"', '"10.0.0.1"'],
    [{ type: 'ip' }, '"2001:DB8:0:0::1"', '"2001:db8::1"'],
    [{ type: 'bytes', output_format: 'hex' }, '"AQL/"', '"0102ff"'],
    [{ type: 'datetime' }, '1700000000', '"2023-11-14T22:13:20Z"'],
    [
      { type: 'datetime', output_format: 'unix_timestamp_millis' },
      '"2023-11-14T22:13:20.5Z"',
      '1700000000500',
    ],
    [
      { type: 'datetime', output_format: 'unix_timestamp_nanos' },
      '1700000000123456789',
      '1700000000123456789',
    ],
    [{ type: 'array<u64>' }, '1', '[1]'],
    [{ type: 'array<u64>' }, '[1,null,2]', '[1,2]'],
    [
      { type: 'json' },
      '{"d":"2024-01-01T00:00:00+02:00","n":1.0,"s":"2024"}',
      '{"d":"2023-12-31T22:00:00Z","n":1.0,"s":"2024"}',
    ],
  ])('%s written as %s reads %s', (field, value, expected) => {
    expect(hitOf(field, value)).toBe(`{"f":${expected}}`)
  })

  test.each<[JsonObject, string, string]>([
    [{ type: 'text' }, '5', '{"f":"5"}'],
    [{ type: 'text' }, 'true', '{"f":"true"}'],
    [{ type: 'bool' }, '1', '{"f":true}'],
    [{ type: 'bool' }, '"false"', '{"f":false}'],
    [{ type: 'bool' }, '2', '{}'],
    [{ type: 'i64' }, '5.0', '{"f":5}'],
    [{ type: 'u64' }, '-5', '{}'],
    [{ type: 'u64', coerce: false }, '"5"', '{"f":5}'],
    [{ type: 'u64' }, '["x",7,8]', '{"f":7}'],
    [{ type: 'array<text>' }, '"a"', '{"f":["a"]}'],
    [
      { type: 'datetime', input_formats: ['unix_timestamp'] },
      '"2024-01-01"',
      '{"f":"2024-01-01T00:00:00Z"}',
    ],
    [{ type: 'datetime' }, '"soon"', '{}'],
    [{ type: 'text' }, '{"a":1}', '{}'],
    [{ type: 'text' }, 'null', '{}'],
    [{ type: 'array<u64>' }, '[]', '{}'],
  ])('under the newer mapping %s, %s reads %s', (field, value, expected) => {
    expect(hitOf(field, value)).toBe(expected)
  })
})

describe('what a hit shows', () => {
  const fields = [
    { name: 'shown', type: 'text' },
    { name: 'hidden', type: 'text', stored: false },
    {
      name: 'o',
      type: 'object',
      field_mappings: [
        { name: 'secret', type: 'text', stored: false },
        { name: 'n', type: 'u64' },
      ],
    },
    { name: 'all', type: 'concatenate', concatenate_fields: ['shown'] },
  ]
  const source =
    '{"shown":"a","hidden":"b","o":{"secret":"c","n":1,"x":2},"all":"z","free":{"d":"2024-01-01T00:00:00+00:00"}}'

  test.each<[string, JsonValue, string]>([
    ['dynamic', {}, '{"shown":"a","o":{"n":1,"x":2},"free":{"d":"2024-01-01T00:00:00Z"}}'],
    ['dynamic', { stored: false }, '{"shown":"a","o":{"n":1}}'],
    ['lenient', null, '{"shown":"a","o":{"n":1}}'],
    ['strict', null, '{"shown":"a","o":{"n":1}}'],
  ])('in mode %s with dynamic_mapping %j', (mode, dynamic_mapping, expected) => {
    const mapping = { mode, dynamic_mapping, field_mappings: fields }
    expect(hit(mapping, source)).toBe(expected)
  })

  test('the whole input under _source when it is stored', () => {
    const mapping = { mode: 'lenient', store_source: true, field_mappings: fields }
    expect(hit(mapping, '{"hidden":"b","free":1.0}')).toBe('{"_source":{"hidden":"b","free":1.0}}')
  })

  test('an object with nothing to show is left out', () => {
    expect(hit({ field_mappings: fields }, '{"o":{"secret":"c"}}')).toBe('{}')
  })
})

describe('pruning before storing', () => {
  test('is not needed when all is shown', () => {
    expect(prunedSource(configOf({ field_mappings: [{ name: 'a', type: 'u64' }] }))).toBeUndefined()
    const secret = { name: 'a', type: 'u64', stored: false }
    expect(prunedSource(configOf({ store_source: true, field_mappings: [secret] }))).toBeUndefined()
  })

  test('removes what no hit may show, and the hit is the same with and without', () => {
    const mapping: JsonObject = {
      mode: 'lenient',
      field_mappings: [
        { name: 'a', type: 'u64' },
        { name: 's', type: 'u64', stored: false },
        { name: 'o', type: 'object', field_mappings: [{ name: 'b', type: 'u64' }] },
      ],
    }
    const config = configOf(mapping)
    const source = objectOf('{"a":"1","s":2,"o":{"b":3,"x":4},"y":5}')
    const pruned = prunedSource(config)?.(source)
    expect(pruned).toEqual({ a: '1', o: { b: 3 } })
    expect(makeRenderer(config)(pruned ?? {})).toEqual(makeRenderer(config)(source))
  })
})
