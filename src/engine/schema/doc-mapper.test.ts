import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { JsonValue } from '../bytes/json.ts'
import { DocMapper, newMappedDoc } from './doc-mapper.ts'
import { DocRejection } from './doc-rejection.ts'
import { parseIndexConfig } from './config-text.ts'
import { MAX_FIELDS_PER_SPLIT } from './mapping-sink.ts'

const NOW = Date.UTC(2024, 4, 15)

function mapperOf(docMapping: JsonValue) {
  const config = parseIndexConfig({ version: '0.9', index_id: 'test', doc_mapping: docMapping })
  return new DocMapper(config, { nowMs: NOW })
}

/** The mapped values as `path:type=value` lines, in order. */
function values(mapper: DocMapper, line: string): string[] {
  const out = newMappedDoc()
  mapper.mapLine(line, out)
  return Array.from({ length: out.count }, (_, i) => {
    const spec = mapper.specs[out.fieldIds[i] ?? -1]
    return `${spec?.path}:${spec?.type}=${String(out.values[i])}`
  })
}

function rejectionOf(mapper: DocMapper, line: string): DocRejection {
  try {
    mapper.mapLine(line, newMappedDoc())
  } catch (error) {
    if (error instanceof DocRejection) return error
    throw error
  }
  throw new Error(`accepted: ${line}`)
}

const strict = (field: JsonValue) => mapperOf({ mode: 'strict', field_mappings: [field] })
const value = (type: string, options: object = {}) => strict({ name: 'f', type, ...options })

describe('values that a declared field accepts', () => {
  test.each<[string, string, string[]]>([
    ['text', '"x"', ['f:str=x']],
    ['text', 'null', []],
    ['i64', '-9223372036854775808', ['f:i64=-9223372036854775808']],
    ['i64', '-0', ['f:i64=0']],
    ['i64', '"+5"', ['f:i64=5']],
    ['u64', '18446744073709551615', ['f:u64=18446744073709551615']],
    ['u64', '"18446744073709551615"', ['f:u64=18446744073709551615']],
    ['f64', '1', ['f:f64=1']],
    ['f64', '1.0', ['f:f64=1']],
    ['f64', '"-1.5e3"', ['f:f64=-1500']],
    ['f64', '18446744073709551616', ['f:f64=18446744073709552000']],
    ['bool', 'true', ['f:bool=true']],
    ['ip', '"10.0.0.1"', ['f:ip=0,0,0,0,0,0,0,0,0,0,255,255,10,0,0,1']],
    ['ip', '"::1"', ['f:ip=0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1']],
    ['bytes', '"AQI="', ['f:bytes=1,2']],
    ['datetime', '1700000000', ['f:date=1700000000000']],
    ['datetime', '"2024-01-31T12:00:00.000000001Z"', ['f:date=1706702400000000001']],
    ['json', '{"a":1}', ['f.a:i64=1']],
    ['json', 'null', []],
    ['array<u64>', '[1,null,2]', ['f:u64=1', 'f:u64=2']],
    ['array<u64>', '3', ['f:u64=3']],
    ['array<json>', '[{"a":1},{"a":2}]', ['f.a:i64=1', 'f.a:i64=2']],
  ])('%s takes %s', (type, json, expected) => {
    expect(values(value(type), `{"f":${json}}`)).toEqual(expected)
  })
})

describe('values that reject the whole document', () => {
  test.each<[string, string, string]>([
    ['text', '1', 'expected string, got `1`'],
    ['text', '{"a":1}', 'expected string, got `{"a":1}`'],
    ['i64', '1.0', 'expected i64, got inconvertible JSON number `1.0`'],
    ['i64', '9223372036854775808', 'inconvertible JSON number `9223372036854775808`'],
    ['u64', '-1', 'inconvertible JSON number `-1`'],
    ['u64', '1e3', 'inconvertible JSON number `1000.0`'],
    ['u64', '18446744073709551616', 'inconvertible JSON number'],
    ['u64', '" 1"', 'failed to coerce JSON string'],
    ['u64', '"-1"', 'failed to coerce JSON string'],
    ['u64', 'true', 'expected u64, got `true`'],
    ['f64', '"abc"', 'failed to coerce JSON string'],
    ['f64', '"NaN"', 'failed to coerce JSON string'],
    ['bool', '"true"', 'expected boolean, got `"true"`'],
    ['bool', '1', 'expected boolean, got `1`'],
    ['ip', '1', 'expected string, got `1`'],
    ['ip', '"10.0.0.256"', 'failed to parse IP address `10.0.0.256`'],
    ['bytes', '"AQI"', 'expected base64 string'],
    ['datetime', 'true', 'expected datetime'],
    ['datetime', '{}', 'expected datetime'],
    ['datetime', '1000', 'failed to parse datetime `1000` using the formats `rfc3339`'],
    ['datetime', '"noon"', 'failed to parse datetime `noon`'],
    ['json', '1', 'expected object, got `1`'],
    ['json', '[{"a":1}]', 'array given but a single value expected'],
    ['u64', '[1]', 'array given but a single value expected'],
    ['array<u64>', '[1,"x"]', 'failed to coerce JSON string'],
    ['array<u64>', '[[1]]', 'expected u64, got `[1]`'],
    ['array<json>', '[1]', 'expected object, got `1`'],
  ])('%s refuses %s', (type, json, why) => {
    const rejection = rejectionOf(value(type), `{"f":${json}}`)
    expect(rejection.reason).toContain(`the field \`f\` could not be parsed: `)
    expect(rejection.reason).toContain(why)
    expect(rejection.path).toBe('f')
  })

  test.each([
    [
      'datetime',
      '"2024-02-30T00:00:00Z"',
      'failed to parse datetime using the formats `rfc3339`, `unix_timestamp`',
      '2024-02-30T00:00:00Z',
    ],
    ['u64', '"ten"', 'failed to coerce JSON string to u64', '"ten"'],
    ['u64', 'true', 'expected u64', 'true'],
    ['ip', '"10.0.0.256"', 'failed to parse IP address', '10.0.0.256'],
    ['text', '["a"]', 'array given but a single value expected', undefined],
  ])(
    'what %s says of %s counts under a reason without the value',
    (type, json, summary, example) => {
      expect(rejectionOf(value(type), `{"f":${json}}`)).toMatchObject({ summary, example })
    },
  )

  test('strings are no numbers without coerce', () => {
    expect(rejectionOf(value('u64', { coerce: false }), '{"f":"1"}').reason).toContain('got string')
    expect(rejectionOf(value('f64', { coerce: false }), '{"f":"1"}').reason).toContain('got string')
  })

  test('a declared object refuses anything else, null included', () => {
    const inner = [{ name: 'b', type: 'u64' }]
    const mapper = strict({ name: 'o', type: 'object', field_mappings: inner })
    for (const json of ['null', '1', '[]', '"x"']) {
      expect(rejectionOf(mapper, `{"o":${json}}`).reason).toContain('expected object')
    }
    expect(values(mapper, '{"o":{"b":1}}')).toEqual(['o.b:u64=1'])
    expect(rejectionOf(mapper, '{"o":{"b":"x"}}').path).toBe('o.b')
  })

  test('what is no JSON object is quoted', () => {
    const rejection = rejectionOf(mapperOf({}), '"a text of more than twenty characters"')
    expect(rejection.kind).toBe('json')
    expect(rejection.reason).toBe('the document is not a JSON object: `"a text of more than`')
    expect(rejectionOf(mapperOf({}), '{"a":').reason).toContain('invalid JSON')
    expect(rejectionOf(mapperOf({}), '').kind).toBe('json')
    expect(rejectionOf(mapperOf({}), `${'{"a":'.repeat(200)}1${'}'.repeat(200)}`)).toMatchObject({
      summary: 'invalid JSON: nested deeper than 128 levels',
      example: '{"a":{"a":{"a":{"a":',
    })
  })
})

describe('the timestamp field', () => {
  const mapper = () =>
    mapperOf({
      timestamp_field: 'm.ts',
      field_mappings: [
        {
          name: 'm',
          type: 'object',
          field_mappings: [{ name: 'ts', type: 'datetime', fast: true }],
        },
      ],
    })

  test('is handed over with the document, to the nanosecond', () => {
    const out = newMappedDoc()
    mapper().mapLine('{"m":{"ts":"2024-01-31T12:00:00.000000001Z"}}', out)
    expect(out.timestamp).toBe(1_706_702_400_000_000_001n)
  })

  test.each(['{}', '{"m":{}}', '{"m":{"ts":null}}', '{"m":{"ts":true}}', '{"m":{"ts":[]}}'])(
    'is required: %s is refused',
    (line) => {
      expect(rejectionOf(mapper(), line).reason).toBe('timestamp field is required')
    },
  )
})

describe('undeclared keys', () => {
  test.each<[string, string[]]>([
    ['{"a":true}', ['a:bool=true']],
    ['{"a":1}', ['a:i64=1']],
    ['{"a":1.0}', ['a:i64=1']],
    ['{"a":1e3}', ['a:i64=1000']],
    ['{"a":-0.0}', ['a:i64=0']],
    ['{"a":9223372036854775808}', ['a:u64=9223372036854775808']],
    ['{"a":18446744073709551616}', ['a:f64=18446744073709552000']],
    ['{"a":1e300}', ['a:f64=1e+300']],
    ['{"a":1e19}', ['a:u64=10000000000000000000']],
    ['{"a":1.5}', ['a:f64=1.5']],
    ['{"a":"x"}', ['a:str=x']],
    ['{"a":"2024-01-31T12:00:00+02:00"}', ['a:date=1706695200000']],
    ['{"a":"2024-01-31"}', ['a:str=2024-01-31']],
    ['{"a":null}', []],
    ['{"a":[1,"x",[2]]}', ['a:i64=1', 'a:str=x', 'a:i64=2']],
    ['{"a":[{"b":1},{"b":2,"c":3}]}', ['a.b:i64=1', 'a.b:i64=2', 'a.c:i64=3']],
    ['{"a.b":1}', ['a.b:i64=1']],
    ['{"__proto__":1}', ['__proto__:i64=1']],
  ])('in dynamic mode %s becomes typed paths', (line, expected) => {
    expect(values(mapperOf({}), line)).toEqual(expected)
  })

  test('a dotted key and a nested one share a path', () => {
    const mapper = mapperOf({})
    expect(values(mapper, '{"a.b":1,"a":{"b":2}}')).toEqual(['a.b:i64=1', 'a.b:i64=2'])
    expect(mapper.specs).toHaveLength(1)
  })

  test('without expand_dots a dot is part of the name', () => {
    const mapper = mapperOf({ dynamic_mapping: { expand_dots: false } })
    expect(values(mapper, '{"a.b":{"c":1}}')).toEqual(['a\\.b.c:i64=1'])
  })

  test('declared objects know no dotted keys', () => {
    const object = { name: 'a', type: 'object', field_mappings: [{ name: 'b', type: 'u64' }] }
    const mapper = mapperOf({ field_mappings: [object] })
    expect(values(mapper, '{"a.b":1,"a":{"b":2,"c":3}}')).toEqual(['a.b:u64=2', 'a.c:i64=3'])
  })

  test('that no query could name, since a declared field hides them, are not indexed', () => {
    const mapper = mapperOf({
      field_mappings: [
        { name: 't', type: 'text' },
        { name: 'j', type: 'json' },
        { name: 'all', type: 'concatenate', concatenate_fields: ['t'] },
      ],
    })
    expect(values(mapper, '{"t.x":1,"j.x":2,"all":"typed","j":{"x":3}}')).toEqual(['j.x:i64=3'])
    const pairs = mapper.specs.map(({ path, type }) => `${path} ${type}`)
    expect(new Set(pairs).size).toBe(pairs.length)
  })

  test('are dropped in lenient mode and refused with their path in strict mode', () => {
    const object = { name: 'o', type: 'object', field_mappings: [{ name: 'b', type: 'u64' }] }
    expect(values(mapperOf({ mode: 'lenient', field_mappings: [object] }), '{"x":1}')).toEqual([])
    const rejection = rejectionOf(strict(object), '{"o":{"x.y":1}}')
    expect(rejection.path).toBe('o.x\\.y')
    expect(rejection.reason).toContain('not declared in the schema')
  })
})

describe('an object that may be several', () => {
  const inner = [
    { name: 'b', type: 'array<u64>' },
    {
      name: 'in',
      type: 'object',
      array: true,
      field_mappings: [{ name: 'c', type: 'array<text>' }],
    },
  ]
  const several = strict({ name: 'o', type: 'object', array: true, field_mappings: inner })

  test('gives the values of each, side by side; null and an empty list are none', () => {
    const line = '{"o":[{"b":1,"in":[{"c":"x"},{"c":"y"}]},null,{"b":[2,3]}]}'
    expect(values(several, line)).toEqual([
      'o.b:u64=1',
      'o.in.c:str=x',
      'o.in.c:str=y',
      'o.b:u64=2',
      'o.b:u64=3',
    ])
    for (const none of ['null', '[]', '{}']) expect(values(several, `{"o":${none}}`)).toEqual([])
  })

  test('has no other values among them, and a plain object is one', () => {
    expect(rejectionOf(several, '{"o":[1]}').reason).toContain('expected object')
    expect(rejectionOf(several, '{"o":"x"}').reason).toContain('expected object')
    const plain = strict({ name: 'o', type: 'object', field_mappings: inner })
    expect(rejectionOf(plain, '{"o":[{"b":1}]}').reason).toContain('expected object')
  })
})

describe('special fields', () => {
  test('concatenate takes the values of its fields, without paths and without dates', () => {
    const mapper = mapperOf({
      field_mappings: [
        { name: 't', type: 'text' },
        { name: 'n', type: 'array<u64>' },
        { name: 'j', type: 'json' },
        {
          name: 'all',
          type: 'concatenate',
          concatenate_fields: ['t', 'n', 'j'],
          include_dynamic_fields: true,
        },
      ],
    })
    const line = '{"t":"x","n":[1,2],"j":{"d":"2024-01-31T12:00:00Z"},"k":true}'
    expect(values(mapper, line).filter((text) => text.startsWith('all:'))).toEqual([
      'all:str=x',
      'all:i64=1',
      'all:i64=2',
      'all:str=2024-01-31T12:00:00Z',
      'all:bool=true',
    ])
  })

  test('_doc_length is the length of the input in bytes', () => {
    expect(values(mapperOf({ store_document_size: true }), '{"a":"é"}')).toEqual([
      'a:str=é',
      '_doc_length:u64=10',
    ])
  })

  test('presence names indexed fields without a column, and the objects around them', () => {
    const mapper = mapperOf({
      index_field_presence: true,
      dynamic_mapping: {},
      field_mappings: [
        { name: 'fast', type: 'u64', fast: true },
        { name: 'o', type: 'object', field_mappings: [{ name: 't', type: 'text' }] },
        { name: 'j', type: 'json' },
      ],
    })
    const out = newMappedDoc()
    mapper.mapLine('{"fast":1,"o":{"t":"x"},"j":{"a":{"b":[1,2]}},"k.l":1,"empty":{}}', out)
    expect(out.presentPaths).toEqual(['o', 'o.t', 'j.a.b', 'j.a', 'j', 'k.l', 'k'])
    mapper.mapLine('{}', out)
    expect(out.presentPaths).toEqual([])
  })

  test('a field that is neither indexed nor fast is checked and has no spec', () => {
    const mapper = value('u64', { indexed: false })
    expect(mapper.specs).toHaveLength(0)
    expect(rejectionOf(mapper, '{"f":"x"}').path).toBe('f')
  })
})

describe('a rejected document', () => {
  test('leaves no trace, whatever it brought before it failed', () => {
    const declared = [{ name: 'n', type: 'u64' }]
    const good = fc.dictionary(fc.constantFrom('a', 'b', 'c.d'), fc.oneof(fc.nat(), fc.string()))
    fc.assert(
      fc.property(fc.array(good, { maxLength: 5 }), (docs) => {
        const [clean, troubled] = [
          mapperOf({ field_mappings: declared }),
          mapperOf({ field_mappings: declared }),
        ]
        for (const doc of docs) {
          rejectionOf(troubled, `{"e":1,"c":{"d":true},"a":1.5,"n":"bad"}`)
          const line = JSON.stringify(doc)
          expect(values(troubled, line)).toEqual(values(clean, line))
        }
        expect(troubled.specs).toEqual(clean.specs)
      }),
    )
  })

  test('by the limit of fields says so, and the mapper goes on with what it has', () => {
    const mapper = mapperOf({})
    const keys = Array.from({ length: MAX_FIELDS_PER_SPLIT }, (_, i) => `"k${i}":1`).join(',')
    mapper.mapLine(`{${keys}}`, newMappedDoc())
    const rejection = rejectionOf(mapper, '{"one_more":1}')
    expect(rejection.kind).toBe('limit')
    expect(rejection.reason).toContain('limit=10000')
    expect(values(mapper, '{"k1":2}')).toEqual(['k1:i64=2'])
  })
})
