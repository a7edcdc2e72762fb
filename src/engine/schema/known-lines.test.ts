import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JsonValue } from '../bytes/json.ts'
import { parseIndexConfig } from './config-text.ts'
import { DocMapper, newMappedDoc } from './doc-mapper.ts'
import { DocRejection } from './doc-rejection.ts'
import type { MappedDoc } from './field-spec.ts'

const NOW = Date.UTC(2024, 4, 15)

function mapperOf(docMapping: JsonValue): DocMapper {
  const config = parseIndexConfig({ version: '0.9', index_id: 'test', doc_mapping: docMapping })
  return new DocMapper(config, { nowMs: NOW })
}

function shown(mapper: DocMapper, doc: MappedDoc): JsonValue {
  const values = Array.from({ length: doc.count }, (_, i) => {
    const { path, type } = mapper.specs[doc.fieldIds[i] ?? -1] ?? {}
    const value = doc.values[i]
    const kind = Object.is(value, -0) ? 'minus' : typeof value === 'bigint' ? 'bigint' : ''
    return `${path}:${type}=${kind}${String(value)}`
  })
  return [...values, `at ${doc.timestamp}`, ...doc.presentPaths]
}

/** What the mapper says of each line, one after the other. */
function plainly(mapper: DocMapper, lines: readonly string[]): JsonValue[] {
  return lines.map((line) => {
    const doc = newMappedDoc()
    try {
      mapper.mapLine(line, doc, Buffer.byteLength(line))
      return shown(mapper, doc)
    } catch (error) {
      if (!(error instanceof DocRejection)) throw error
      return error.message
    }
  })
}

/** The same, each line learned that was not known. */
function byShape(
  mapper: DocMapper,
  lines: readonly string[],
): { readonly results: JsonValue[]; readonly knownCount: number } {
  let knownCount = 0
  const results = lines.map((text) => {
    const doc = newMappedDoc()
    const line = Buffer.from(text)
    if (mapper.mapKnown(line, doc)) {
      knownCount++
      return shown(mapper, doc)
    }
    const [result = null] = plainly(mapper, [text])
    if (Array.isArray(result)) mapper.learn(line)
    return result
  })
  return { results, knownCount }
}

const MAPPING = {
  field_mappings: [
    { name: 'ts', type: 'datetime', input_formats: ['unix_timestamp', 'rfc3339'], fast: true },
    { name: 'text', type: 'text' },
    { name: 'name', type: 'text', tokenizer: 'raw', fast: true },
    { name: 'number', type: 'i64', fast: true },
    { name: 'price', type: 'f64', fast: true },
    { name: 'paid', type: 'bool' },
    { name: 'list', type: 'array<text>' },
    { name: 'open', type: 'json' },
    { name: 'dull', type: 'text', indexed: false },
    { name: 'all', type: 'concatenate', concatenate_fields: ['name', 'open'] },
    {
      name: 'inner',
      type: 'object',
      field_mappings: [{ name: 'text', type: 'text' }],
    },
  ],
  index_field_presence: true,
} satisfies JsonValue

const text = fc.oneof(
  fc.string({ unit: 'binary-ascii', maxLength: 8 }),
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.constantFrom('2024-01-31T12:00:00Z', '\\ud800', 'a"b\\c', '1x', 'x'.repeat(300)),
)
/** As they may be written: what is read is the text. */
const number = fc.oneof(
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.tuple(fc.nat(99_999), fc.nat(9_999_999)).map(([whole, part]) => `${whole}.${part}`),
  fc.constantFrom('0', '-0', '-0.0', '1.0', '1.50', '1e3', '1E-2', '-2.5e+1', '0.1', '17000000000'),
  fc.constantFrom('1700000000', '9007199254740993', '-9223372036854775808', '18446744073709551616'),
  fc.constantFrom('123456789012345', '12345678901234.5', '123456789012345.5', '0.000000000000001'),
)
const written = fc.oneof(
  { weight: 4, arbitrary: text.map((each) => JSON.stringify(each)) },
  { weight: 4, arbitrary: number },
  { weight: 1, arbitrary: fc.constantFrom('true', 'false', 'null', '[]', '["a",1]', '{}') },
  { weight: 1, arbitrary: fc.constantFrom('{"a":1,"b":"x"}', '{"a":{"b":true}}', '{"a":"y"}') },
)
const declared = MAPPING.field_mappings.map(({ name }) => name)
const key = fc.constantFrom(...declared, 'other', 'a.b', '7', 'ключ', '__proto__', '\\u0061')
const member = fc.tuple(key, written, fc.constantFrom('', ' '))
const line = fc
  .array(member, { maxLength: 6 })
  .map((members) => `{${members.map(([k, v, space]) => `"${k}":${space}${v}`).join(`,`)}}`)

test('whether a line is known changes nothing of what is read in it', () => {
  const lines = fc.array(line, { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(lines, fc.constantFrom('dynamic', 'lenient', 'strict'), (some, mode) => {
      const mapping = { ...MAPPING, mode }
      const twice = [...some, ...some]
      expect(byShape(mapperOf(mapping), twice).results).toEqual(plainly(mapperOf(mapping), twice))
    }),
    { numRuns: 500 },
  )
})

test('a line of known keys is read whatever its values are, in the kinds they had', () => {
  const fields = [
    { name: 'n', type: 'f64' },
    { name: 't', type: 'text' },
  ]
  const pair = fc.tuple(number, text).map(([n, t]) => `{"n":${n},"t":${JSON.stringify(t)},"d":{}}`)
  fc.assert(
    fc.property(fc.array(pair, { minLength: 1, maxLength: 8 }), (some) => {
      const mapper = mapperOf({ field_mappings: fields })
      const first = '{"n":1,"t":"x","d":{}}'
      const { results, knownCount } = byShape(mapper, [first, ...some])
      expect(knownCount).toBe(some.length)
      expect(results).toEqual(plainly(mapperOf({ field_mappings: fields }), [first, ...some]))
    }),
  )
})

test.each([
  ['{"n":1'],
  ['{"n":01}'],
  ['{"n":1.}'],
  ['{"n":1e}'],
  ['{"n":.5}'],
  ['{"n":-}'],
  ['{"n":}'],
  ['{"n":1}}'],
  ['{"n":1} x'],
  ['{"t":"a}'],
  ['{"t":"a\u0001"}'],
  ['{"t":"\\x"}'],
  ['{"t":"\\"}'],
])('what is no JSON is not known: %s', (wrong) => {
  const mapper = mapperOf({
    field_mappings: [
      { name: 'n', type: 'f64' },
      { name: 't', type: 'text' },
    ],
  })
  const { knownCount } = byShape(mapper, ['{"n":1}', '{"t":"x"}', '{"n":2}', '{"t":"y"}'])
  expect(knownCount).toBe(2)
  expect(mapper.mapKnown(Buffer.from(wrong), newMappedDoc())).toBe(false)
})

test('documents that are all different are soon parsed alone', () => {
  const mapper = mapperOf({ mode: 'lenient' })
  const lines = Array.from({ length: 3_000 }, (_, i) => `{"key${i}":1}`)
  expect(byShape(mapper, lines).knownCount).toBe(0)
  // Known, but nobody looks any more.
  expect(mapper.mapKnown(Buffer.from('{"key0":1}'), newMappedDoc())).toBe(false)
})
