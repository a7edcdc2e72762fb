import { describe, expect, test } from 'vitest'
import type { JsonObject, JsonValue } from '../../bytes/json.ts'
import { compileDatePattern } from '../../dates/strptime.ts'
import { DocMapper, newMappedDoc } from '../../schema/doc-mapper.ts'
import { parseIndexConfig } from '../../schema/config-text.ts'
import { inferIndexConfig } from './infer.ts'

const docs = (make: (i: number) => JsonObject, count = 100) =>
  Array.from({ length: count }, (_, i) => make(i))
const infer = (make: (i: number) => JsonObject) =>
  inferIndexConfig(docs(make), { indexId: 'sample' })

/** The proposal for one field as text. */
function proposal(make: (i: number) => JsonValue): string {
  const [field] = infer((i) => ({ f: make(i) })).fields
  if (field === undefined) return 'dynamic'
  const { type, array, fast, tokenizer, dateFormats, dateUnit } = field
  const parts = [
    array ? `array<${type}>` : type,
    tokenizer,
    dateFormats.join(' + '),
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
    ['milliseconds under no name of a time', (i) => 1_700_000_000_000 + i, 'u64 fast'],
    ['numbers beyond 64 bits', (i) => 2n ** 64n + BigInt(i), 'dynamic'],
    ['fractions beside numbers too large for them', (i) => (i === 0 ? 2n ** 60n : 0.5), 'dynamic'],
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
    ['few words', (i) => ['INFO', 'WARN'][i % 2] ?? '', 'text default fast'],
    ['few phrases', (i) => ['New York', 'Los Angeles'][i % 2] ?? '', 'text default fast'],
    ['many keys', (i) => `user-${i}`, 'text raw'],
    ['sentences', (i) => `the quick brown fox ${i}`, 'text default'],
    ['lists', (i) => [`t${i % 3}`], 'array<text> default fast'],
    ['objects', (i) => ({ a: i }), 'json raw fast'],
    ['objects with sentences', (i) => ({ a: { b: `it took ${i} ms` } }), 'json default fast'],
    ['arrays inside arrays', (i) => [[i]], 'dynamic'],
    ['Chinese', (i) => `第${i}次连接失败`, 'text chinese_compatible'],
    [
      'microseconds',
      (i) => `2024-03-04T16:45:30.90526${i % 10}Z`,
      'datetime rfc3339 microseconds fast',
    ],
    [
      'nanoseconds',
      (i) => `2024-03-04T16:45:30.90526123${i % 10}Z`,
      'datetime rfc3339 nanoseconds fast',
    ],
    [
      'several spellings of dates',
      (i) => (i % 2 === 0 ? '2024-03-04T16:45:30Z' : '2024-03-04 16:45:30.5'),
      'datetime rfc3339 + %Y-%m-%d %H:%M:%S.%f milliseconds fast',
    ],
    [
      'days first, as some day is past 12',
      (i) => `${10 + (i % 19)}/03/2024`,
      'datetime %d/%m/%Y seconds fast',
    ],
    ['days or months first, nobody knows', (i) => `0${1 + (i % 9)}/03/2024`, 'text default fast'],
    ['hours of China or of America', () => 'Thu Nov 28 10:33:20 CST 2024', 'text default fast'],
    ['the same in a log', () => '2024-11-28 10:33:20.123 CST', 'text default fast'],
    ['order numbers that ordinal dates look like', (i) => `2024-${100 + i}`, 'text raw'],
    ['codes that small dates look like', (i) => `5-10-${10 + (i % 15)}`, 'text default fast'],
    [
      'dates among other text',
      (i) => (i === 7 ? 'never' : `2024-01-${10 + (i % 10)}`),
      'text default fast',
    ],
    ['mixtures', (i) => (i % 2 === 0 ? i : 'x'), 'dynamic'],
    ['nulls alone', () => null, 'dynamic'],
  ])('%s', (_what, make, expected) => {
    expect(proposal(make)).toBe(expected)
  })

  test('a number is a time by the name of one alone, and when every sample can be one', () => {
    const { fields } = infer((i) => ({
      created_at: 1_700_000_000 + i,
      lastSeen: 1_700_000_000_000 + i,
      order: 1_610_521_604_143_693_812n + BigInt(i),
      phone: 1_712_345_678_901 + i,
      timeout: 1_700_000_000 + i,
      response_time: i === 0 ? 12 : 1_700_000_000,
      epoch: 1_700_000_000.25 + i,
    }))
    expect(fields.map(({ name, type, dateUnit }) => `${name} ${dateUnit ?? type}`)).toEqual([
      'created_at seconds',
      'lastSeen milliseconds',
      'order u64',
      'phone u64',
      'timeout u64',
      'response_time u64',
      'epoch milliseconds',
    ])
  })

  test.each<[string, string, string]>([
    ['Python’s logging', '2024-11-28 10:33:20,123', '%Y-%m-%d %H:%M:%S,%f'],
    ['PostgreSQL’s log', '2024-11-28 10:33:20.123 UTC', '%Y-%m-%d %H:%M:%S.%f %z'],
    ['PostgreSQL’s tables', '2024-11-28 10:33:20.123+00', '%Y-%m-%d %H:%M:%S.%f %z'],
    ['Python’s dates', '2024-11-28 12:33:20.123+02:00', '%Y-%m-%d %H:%M:%S.%f %z'],
    ['Go’s times', '2024-11-28 10:33:20.123 +0000 UTC', '%Y-%m-%d %H:%M:%S.%f %z %Z'],
    ['Go’s times in China', '2024-11-28 18:33:20.123 +0800 CST', '%Y-%m-%d %H:%M:%S.%f %z %Z'],
    ['Go’s times in India', '2024-11-28 16:03:20 +0530 IST', '%Y-%m-%d %H:%M:%S %z %Z'],
    ['Java’s dates', 'Thu Nov 28 10:33:20 UTC 2024', '%a %b %d %H:%M:%S %Z %Y'],
    ['Kibana’s tables', 'Nov 28, 2024 @ 10:33:20.123', '%b %d, %Y @ %H:%M:%S.%f'],
    ['BIND', '28-Nov-2024 10:33:20.123', '%d-%b-%Y %H:%M:%S.%f'],
    ['Redis', '28 Nov 2024 10:33:20.123', '%d %b %Y %H:%M:%S.%f'],
    ['a spreadsheet in the US', '11/28/2024 10:33:20 AM', '%m/%d/%Y %I:%M:%S %p'],
    ['a browser in the US', '11/28/2024, 10:33:20\u202fAM', '%m/%d/%Y, %I:%M:%S %p'],
    ['a browser in Britain', '28/11/2024, 10:33:20', '%d/%m/%Y, %H:%M:%S'],
    ['a spreadsheet in India', '28-11-2024 10:33:20', '%d-%m-%Y %H:%M:%S'],
    ['a spreadsheet in Germany', '28.11.2024 10:33:20.123', '%d.%m.%Y %H:%M:%S.%f'],
  ])('dates as %s has them', (_who, text, pattern) => {
    const { fields, timestampCandidates } = infer(() => ({ when: text }))
    expect(fields).toMatchObject([{ type: 'datetime', dateFormats: [pattern] }])
    expect(timestampCandidates).toEqual(['when'])
    const compiled = compileDatePattern(pattern)
    const read = 'problem' in compiled ? undefined : compiled.parse(text, 0)
    const millis = text.includes('123') ? 123 : 0
    expect(read).toBe(Date.UTC(2024, 10, 28, 10, 33, 20, millis))
  })

  test('digits in quotes are a time by the name of one alone, and when every sample can be one', () => {
    const { fields } = infer((i) => ({
      __REALTIME_TIMESTAMP: `${1_732_790_000_123_456 + i}`,
      time: `${1_732_790_000 + i}.${100 + i}`,
      seen: i % 2 === 0 ? 1_732_790_000 + i : `${1_732_790_000 + i}`,
      __MONOTONIC_TIMESTAMP: `${22_655 + i}`,
      order: `${1_732_790_000_123 + i}`,
      date: `202411${10 + (i % 10)}`,
      time_taken: i === 0 ? '12' : `${1_732_790_000 + i}`,
      created_by: `${1_732_790_000 + i}`,
      updatedById: 1_732_790_000 + i,
    }))
    expect(fields.map(({ name, type, dateUnit }) => `${name} ${dateUnit ?? type}`)).toEqual([
      '__REALTIME_TIMESTAMP microseconds',
      'time milliseconds',
      'seen seconds',
      '__MONOTONIC_TIMESTAMP text',
      'order text',
      'date text',
      'time_taken text',
      'created_by text',
      'updatedById u64',
    ])
  })

  test('where all values are text, what is written as numbers are is a number', () => {
    const rows = docs((i) => ({
      n: `${i}`,
      zip: `0${1000 + i}`,
      price: `${i}.50`,
      id: `${i}x`,
      code: i === 3 ? '007' : `${i}`,
    }))
    const { fields } = inferIndexConfig(rows, {
      indexId: 'table',
      format: { kind: 'delimited', delimiter: ',' },
    })
    const types = fields.map(({ name, type }) => `${name} ${type}`)
    expect(types).toEqual(['n u64', 'zip text', 'price f64', 'id text', 'code text'])
  })
})

describe('the timestamp', () => {
  const log = (i: number): JsonObject => ({
    started: new Date(1.7e12 + i).toISOString(),
    ts: 1_700_000_000_000 + i,
    ...(i > 0 ? { seen_at: '2024-01-01T00:00:00Z' } : {}),
  })

  test('is the best named date that every document has, a written one before a number', () => {
    const { timestampCandidates, config } = infer(log)
    expect(timestampCandidates).toEqual(['started', 'ts'])
    expect(config.docMapping.timestampField).toBe('started')
  })

  test('can be chosen among those, and nothing else', () => {
    const chosen = inferIndexConfig(docs(log), { indexId: 'sample', timestampField: 'ts' })
    expect(chosen.config.docMapping.timestampField).toBe('ts')
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

test('keys by the thousand are left to dynamic mode, and the mapping stays one to read', () => {
  const wide = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`key${i}`, i]))
  const inferred = inferIndexConfig([wide], { indexId: 'wide' })
  expect(inferred.fields).toHaveLength(1_000)
  expect(inferred.leftDynamic).toHaveLength(19_000)
  expect(inferred.yaml).toContain('# 18900 more keys are left to dynamic mode')
})

test('keys beyond those of which facts are kept are left to dynamic mode as well', () => {
  const keys = (count: number): JsonObject =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`key${i}`, i]))
  const inferred = inferIndexConfig([keys(30_000), keys(40_000)], { indexId: 'wide' })
  expect(inferred.leftDynamic).toHaveLength(39_000)
  const inside = inferIndexConfig([{ data: keys(300_000) }], { indexId: 'deep' })
  expect(inside.fields).toMatchObject([{ name: 'data', type: 'json' }])
})
