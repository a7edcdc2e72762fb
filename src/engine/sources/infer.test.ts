import { describe, expect, test } from 'vitest'

import type { JsonObject, JsonValue } from '../bytes/json.ts'
import { DocMapper, newMappedDoc } from '../schema/doc-mapper.ts'
import { parseIndexConfig } from '../schema/config-text.ts'
import { inferIndexConfig } from './infer.ts'

const docs = (make: (i: number) => JsonObject, count = 100) =>
  Array.from({ length: count }, (_, i) => make(i))
const infer = (make: (i: number) => JsonObject) =>
  inferIndexConfig(docs(make), { indexId: 'sample' })

/** The proposal for one field as text. */
function proposal(make: (i: number) => JsonValue): string {
  const [field] = infer((i) => ({ f: make(i) })).fields
  if (field === undefined) return 'dynamic'
  const { type, array, fast, tokenizer, dateFormat, dateUnit } = field
  const parts = [
    array ? `array<${type}>` : type,
    tokenizer,
    dateFormat,
    dateUnit,
    fast ? 'fast' : '',
  ]
  return parts.filter(Boolean).join(' ')
}

describe('the type of a field', () => {
  test.each<[string, (i: number) => JsonValue, string]>([
    ['counts', (i) => i, 'u64 fast'],
    ['numbers below zero', (i) => i - 50, 'i64 fast'],
    ['fractions', (i) => i / 4 + 0.1, 'f64 fast'],
    ['large whole numbers', (i) => 2n ** 64n - 1n - BigInt(i), 'u64 fast'],
    ['ids in the range of seconds', (i) => 100_000_000 + i, 'u64 fast'],
    ['milliseconds', (i) => 1_700_000_000_000 + i, 'datetime unix_timestamp milliseconds fast'],
    ['flags', (i) => i % 2 === 0, 'bool fast'],
    [
      'RFC 3339 to the second',
      (i) => `2024-03-04T16:45:${10 + (i % 50)}Z`,
      'datetime rfc3339 seconds fast',
    ],
    [
      'RFC 3339 to the microsecond',
      (i) => `2024-03-04T16:45:30.${905_000 + i}Z`,
      'datetime rfc3339 microseconds fast',
    ],
    [
      'RFC 3339 to the nanosecond',
      (i) => `2024-03-04T16:45:30.00000000${i % 10}Z`,
      'datetime rfc3339 nanoseconds fast',
    ],
    ['RFC 3339', (i) => new Date(1.7e12 + i).toISOString(), 'datetime rfc3339 milliseconds fast'],
    ['plain dates', (i) => `2024-01-${10 + (i % 10)}`, 'datetime %Y-%m-%d seconds fast'],
    [
      'access log times',
      () => '10/Oct/2000:13:55:36 -0700',
      'datetime %d/%b/%Y:%H:%M:%S %z seconds fast',
    ],
    ['addresses', (i) => `10.0.0.${i}`, 'ip fast'],
    ['few words', (i) => ['INFO', 'WARN'][i % 2] ?? '', 'text raw fast'],
    ['few phrases', (i) => ['New York', 'Los Angeles'][i % 2] ?? '', 'text raw fast'],
    ['many keys', (i) => `user-${i}`, 'text raw'],
    ['sentences', (i) => `the quick brown fox ${i}`, 'text default'],
    ['lists', (i) => [`t${i % 3}`], 'array<text> raw fast'],
    ['objects', (i) => ({ a: i }), 'json fast'],
    ['mixtures', (i) => (i % 2 === 0 ? i : 'x'), 'dynamic'],
    ['nulls alone', () => null, 'dynamic'],
  ])('%s', (_what, make, expected) => {
    expect(proposal(make)).toBe(expected)
  })

  test('seconds need the name of a time', () => {
    const { fields } = infer((i) => ({ created_at: 1_700_000_000 + i, ref: 1_700_000_000 + i }))
    expect(fields.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'created_at datetime',
      'ref u64',
    ])
  })
})

describe('the timestamp', () => {
  const log = (i: number): JsonObject => ({
    started: new Date(1.7e12 + i).toISOString(),
    ts: 1_700_000_000_000 + i,
    ...(i > 0 ? { seen_at: '2024-01-01T00:00:00Z' } : {}),
  })

  test('is the best named date that every document has', () => {
    const { timestampCandidates, config } = infer(log)
    expect(timestampCandidates).toEqual(['ts', 'started'])
    expect(config.docMapping.timestampField).toBe('ts')
  })

  test('can be chosen among those, and nothing else', () => {
    const chosen = inferIndexConfig(docs(log), { indexId: 'sample', timestampField: 'started' })
    expect(chosen.config.docMapping.timestampField).toBe('started')
    const wrong = () =>
      inferIndexConfig(docs(log), { indexId: 'sample', timestampField: 'seen_at' })
    expect(wrong).toThrow('the field `seen_at` does not hold one date in every sampled document')
  })

  test('may have a dot in its name', () => {
    const { config } = infer((i) => ({ 'event.time': 1_700_000_000 + i, 'event.name': 'x' }))
    expect(config.docMapping.timestampField).toBe('event\\.time')
    expect(config.searchSettings.defaultSearchFields).toEqual(['event\\.name'])
  })
})

test('the YAML is commented, reads back to the config and fits the documents', () => {
  const sample = docs((i) => ({
    ts: 1_700_000_000 + i,
    true: 'yes',
    level: i % 2 === 0 ? 'INFO' : 'WARN',
    message: `took ${i} ms for "x"`,
    tags: i % 3 === 0 ? ['a', 'b'] : 'c',
    nested: { a: { b: i } },
    'odd key\n': 1,
    optional: i === 0 ? null : i,
  }))
  const { yaml, config, leftDynamic } = inferIndexConfig(sample, { indexId: 'logs' })
  expect(parseIndexConfig(yaml)).toEqual(config)
  expect(yaml).toContain('# Unix timestamps in seconds')
  expect(yaml).toContain('; in 99 % of the documents')
  expect(leftDynamic.map(({ name }) => name)).toEqual(['odd key\n'])
  const mapper = new DocMapper(config, { nowMs: 0 })
  for (const doc of sample) mapper.map(doc, newMappedDoc(), 0)
  expect(mapper.specs.map(({ path }) => path)).toContain('nested.a.b')
})

test('no documents, no proposal', () => {
  expect(() => inferIndexConfig([], { indexId: 'logs' })).toThrow(
    'no documents to infer a mapping from',
  )
})
