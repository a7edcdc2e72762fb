import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject as EngineObject } from '../../src/engine/bytes/json.ts'
import { parseIndexConfig } from '../../src/engine/schema/config-text.ts'
import { serializeIndexConfig } from '../../src/engine/schema/serialize-config.ts'
import { SearchFixture } from '../../src/engine/search/testing/search-fixture.ts'
import {
  isJsonObject,
  listOf,
  parseExact,
  plainText,
  stringifyExact,
  type Json,
  type JsonObject,
} from '../../src/page/api/exact-json.ts'
import { existsClause, valueClause } from '../../src/page/query/clause.ts'
import { withClause } from '../../src/page/query/edit-query.ts'
import { mappingFacts, pathOf } from '../../src/page/query/field-facts.ts'

const MAPPING: EngineObject = {
  mode: 'dynamic',
  index_field_presence: true,
  field_mappings: [
    { name: 'id', type: 'u64', fast: true },
    { name: 'host', type: 'text', tokenizer: 'raw', fast: true },
    { name: 'n', type: 'i64' },
    { name: 'big', type: 'u64', fast: true },
    { name: 'f', type: 'f64' },
    { name: 'ok', type: 'bool' },
    { name: 'ip', type: 'ip' },
    { name: 'raw', type: 'bytes' },
    { name: 'hex', type: 'bytes', input_format: 'hex', output_format: 'hex' },
    { name: 'at', type: 'datetime', fast: true, fast_precision: 'nanoseconds' },
    {
      name: 'ms',
      type: 'datetime',
      input_formats: ['unix_timestamp'],
      output_format: 'unix_timestamp_millis',
      fast: true,
    },
    { name: 'tags', type: 'array<text>', tokenizer: 'raw' },
    { name: 'k8s.io/app', type: 'text', tokenizer: 'raw' },
    {
      name: 'place',
      type: 'object',
      field_mappings: [{ name: 'a.b', type: 'text', tokenizer: 'raw' }],
    },
    { name: 'attributes', type: 'json', tokenizer: 'raw', fast: true, expand_dots: false },
    { name: 'words', type: 'text', record: 'position' },
    { name: 'loose', type: 'text' },
  ],
}

/** Texts that a query language trips over. */
const ODD_WORDS = [
  'a b',
  'say "hi"',
  "it's",
  'a:b',
  'x*',
  '?',
  '*',
  '-1',
  '-x',
  'a\\b',
  'tail\\',
  '\\"',
  'AND',
  'NOT',
  'IN',
  'TO',
  '/re/',
  '/var/log/',
  '<5',
  '>=5',
  '[1 TO 2]',
  '(a OR b)',
  '^2',
  'a\tb',
  'a\nb',
  ' lead',
  'trail ',
  '+1',
  '~',
  '{}',
  'ünï',
  '日本',
  '👍',
  '2024-01-31',
  'a/b',
]
const text = fc.oneof(
  fc.constantFrom(...ODD_WORDS),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
  fc.stringMatching(/^[ "'\\:*?()\-a]{1,6}$/),
)
const integer = (min: bigint, max: bigint) =>
  fc
    .oneof(fc.bigInt({ min, max }), fc.constantFrom(min, max, 0n, 2n ** 53n + 1n, 5n))
    .map((value) => numberText(String(value)))
const instant = fc
  .tuple(fc.integer({ min: 0, max: 3 }), fc.constantFrom(0, 1, 5_000_000, 123_456_789))
  .map(([seconds, nanos]) => {
    const fraction = nanos === 0 ? '' : `.${String(nanos).padStart(9, '0')}`
    return `2026-11-23T04:00:0${seconds}${fraction}Z`
  })
const openKey = fc.constantFrom(
  'code',
  'a.b',
  'x y',
  'k:v',
  'q"q',
  "s's",
  'w*?',
  'b\\s',
  '(p)',
  '$',
  'ünï',
)
const openValue = fc.oneof(
  text,
  integer(-(2n ** 63n), 2n ** 64n - 1n),
  fc.boolean(),
  instant,
  fc
    .double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 })
    .map((n) => numberText(JSON.stringify(n))),
)

const doc: fc.Arbitrary<JsonObject> = fc.record(
  {
    host: text,
    n: integer(-(2n ** 63n), 2n ** 63n - 1n),
    big: integer(0n, 2n ** 64n - 1n),
    f: fc.constantFrom('1.5', '-0.25', '2.0', '1e21', '1e-9').map(numberText),
    ok: fc.boolean(),
    ip: fc.constantFrom('10.0.0.1', '::1', '2001:db8::5'),
    raw: fc
      .uint8Array({ minLength: 1, maxLength: 4 })
      .map((bytes) => Buffer.from(bytes).toString('base64')),
    hex: fc
      .uint8Array({ minLength: 1, maxLength: 2 })
      .map((bytes) => Buffer.from(bytes).toString('hex')),
    at: instant,
    ms: fc.constantFrom('1795406400', '1795406401').map(numberText),
    tags: fc.array(text, { minLength: 1, maxLength: 3 }),
    'k8s.io/app': text,
    place: text.map((value) => ({ 'a.b': value })),
    attributes: fc.dictionary(openKey, openValue, { minKeys: 1, maxKeys: 3 }),
    ...dynamicKeys(),
  },
  { requiredKeys: [] },
)

function dynamicKeys(): Record<string, fc.Arbitrary<Json>> {
  return { code: openValue, 'dyn amic:key': openValue, '-dash': openValue }
}

interface Leaf {
  readonly keys: readonly string[]
  readonly value: Json
}

function leavesOf(value: Json, keys: readonly string[] = []): Leaf[] {
  if (Array.isArray(value)) return value.flatMap((item) => leavesOf(item, keys))
  if (!isJsonObject(value)) return [{ keys, value }]
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...keys, key]))
}

/** Equal for what the query language takes for the same value: on a path without a type a text that
 *  reads as a number, a date or a truth is found with it. */
function identity(value: Json, isOpen: boolean): string {
  const text = plainText(value)
  if (typeof value === 'string' && !isOpen) return `text ${text}`
  const whole = /^[+-]?\d+(?:\.0+)?$/.test(text)
  if (whole) return `number ${BigInt(text.replace(/\.0+$/, '').replace(/^\+/, ''))}`
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) {
    const number = Number(text)
    return `number ${Number.isInteger(number) ? BigInt(number) : number}`
  }
  return text
}

async function indexOf(docs: readonly JsonObject[]) {
  const fixture = await SearchFixture.create(MAPPING)
  await fixture.addSplit(docs.map((each, id) => stringifyExact({ ...each, id })))
  const config = serializeIndexConfig(fixture.config)
  const facts = mappingFacts({ index_config: JSON.parse(JSON.stringify(config)) as Json })
  const { hits } = await fixture.search({ maxHits: 1_000 })
  const shown = hits.map(({ json }) => parseExact(json)).filter(isJsonObject)
  const ids = async (query: string): Promise<number[]> =>
    (await fixture.ids({ query, maxHits: 1_000 })).map(Number).toSorted((a, b) => a - b)
  return { facts, shown, ids }
}

const OPEN = new Set(['attributes', ...Object.keys(dynamicKeys())])

describe('the value that was clicked', () => {
  test('is found wherever it is and nowhere else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(doc, { minLength: 2, maxLength: 8 }), async (docs) => {
        const { facts, shown, ids } = await indexOf(docs)
        for (const { keys, value } of shown.flatMap((hit) => leavesOf(hit))) {
          if (keys[0] === 'id') continue
          const clause = valueClause(facts.field(pathOf(keys)), value)
          if (clause === undefined) {
            expect(pathOf(keys), plainText(value)).toMatch(/^-dash$/)
            continue
          }
          const isOpen = OPEN.has(keys[0] ?? '')
          const expected = shown
            .filter((hit) =>
              leavesOf(hit).some(
                (leaf) =>
                  pathOf(leaf.keys) === pathOf(keys) &&
                  identity(leaf.value, isOpen) === identity(value, isOpen),
              ),
            )
            .map((hit) => Number(hit['id']))
            .toSorted((a, b) => a - b)
          expect(await ids(clause), clause).toEqual(expected)
          const others = shown
            .map((hit) => Number(hit['id']))
            .filter((id) => !expected.includes(id))
          expect(await ids(withClause('*', clause, 'exclude')), clause).toEqual(
            others.toSorted((a, b) => a - b),
          )
        }
      }),
      { numRuns: 15 },
    )
  })

  test('narrows whatever was asked before', async () => {
    const docs = ['a', 'b', 'a b', 'c'].flatMap((host, n) =>
      ['x', 'y'].map((tag): JsonObject => ({ host, n, tags: [tag] })),
    )
    const { ids } = await indexOf(docs)
    const bases = [
      '*',
      '',
      'host:a',
      'host:a OR host:b',
      'NOT host:a',
      '(host:a OR host:c) AND n:>0',
      'host:IN [a b]',
      'host:"a b" OR n:3',
      '-host:a',
      '+host:a',
      'host:/[ab]/',
      'n:[0 TO 2}',
      'host:(a OR b)',
      'host:a^2 OR host:c',
      'NOT (host:a AND n:0)',
      'host:"a\\" b" OR n:1',
    ]
    for (const base of bases) {
      const before = await ids(base)
      const x = await ids('tags:x')
      const including = withClause(base, 'tags:x', 'include')
      expect(await ids(including), including).toEqual(before.filter((id) => x.includes(id)))
      const excluding = withClause(base, 'tags:x', 'exclude')
      expect(await ids(excluding), excluding).toEqual(before.filter((id) => !x.includes(id)))
      const twice = withClause(including, 'n:0', 'exclude')
      expect(await ids(twice), twice).toEqual((await ids(including)).filter((id) => id > 1))
    }
  })

  test('of a text of words is found with its words, in their order where the index knows it', async () => {
    const docs = ['The disk is full', 'full disk is the', 'it\'s a "disk"', 'disk'].map(
      (words): JsonObject => ({ words, loose: words }),
    )
    const { facts, ids } = await indexOf(docs)
    const found = async (path: string, n: number) =>
      await ids(valueClause(facts.field(path), docs[n]?.[path] ?? null) ?? '')
    expect(await found('words', 0)).toEqual([0])
    expect(await found('loose', 0)).toEqual([0, 1])
    expect(await found('words', 2)).toEqual([2])
    expect(await found('loose', 3)).toEqual([0, 1, 2, 3])
  })

  test('that no query can ask for has no clause', () => {
    const facts = mappingFacts({
      index_config: JSON.parse(
        JSON.stringify(
          serializeIndexConfig(
            parseIndexConfig({ version: '0.9', index_id: 'events', doc_mapping: MAPPING }),
          ),
        ),
      ) as Json,
    })
    expect(valueClause(facts.field('host'), 'x'.repeat(300))).toBeUndefined()
    expect(valueClause(facts.field('host'), '')).toBeUndefined()
    expect(valueClause(facts.field('host'), null)).toBeUndefined()
    expect(valueClause(facts.field('attributes'), { a: 1 })).toBeUndefined()
    expect(valueClause(facts.field('tab\there'), 1)).toBeUndefined()
    expect(existsClause('-dash')).toBeUndefined()
  })
})

test('documents that have a field are found, whatever its name', async () => {
  const docs: JsonObject[] = [{ 'dyn amic:key': 1 }, { code: true }, { 'k8s.io/app': 'x' }]
  const { ids } = await indexOf(docs)
  for (const [n, each] of docs.entries()) {
    expect(await ids(existsClause(pathOf(Object.keys(each))) ?? '')).toEqual([n])
  }
})

function numberText(written: string): Json {
  return listOf(parseExact(`[${written}]`))[0] ?? null
}
