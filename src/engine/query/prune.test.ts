import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseIndexConfig } from '../schema/config-text.ts'
import { buildSchema } from '../schema/schema.ts'
import { bindQuery } from './bind.ts'
import { splitMayMatch, withoutCoveredTime, type SplitFacts } from './prune.ts'
import { parseQueryString } from './query-string.ts'
import type { Query } from './query.ts'

const schema = buildSchema(
  parseIndexConfig(`
version: 0.9
index_id: test-index
doc_mapping:
  mode: strict
  timestamp_field: ts
  tag_fields: [tenant, shard]
  field_mappings:
    - { name: ts, type: datetime, fast: true, fast_precision: milliseconds }
    - { name: tenant, type: text, tokenizer: raw }
    - { name: shard, type: u64 }
    - { name: count, type: i64, fast: true }
    - { name: price, type: f64, fast: true }
    - { name: day, type: datetime, fast: true, fast_precision: milliseconds }
    - { name: body, type: text }
`),
)
const timestamp = schema.timestampField

function bind(text: string): Query {
  return bindQuery(parseQueryString(text, { defaultOperator: 'and' }), schema)
}

const NOTHING_KNOWN: SplitFacts = { timeRange: undefined, tags: new Set(), columnBounds: [] }

function mayMatch(text: string, facts: Partial<SplitFacts>): boolean {
  return splitMayMatch(bind(text), { ...NOTHING_KNOWN, ...facts }, timestamp)
}

describe('tags', () => {
  const tags = new Set(['tenant!', 'tenant:a', 'tenant:b', 'shard!', 'shard:7'])

  test.each([
    ['tenant:a', true],
    ['tenant:c', false],
    ['shard:7', true],
    ['shard:07', true],
    ['shard:8', false],
    ['tenant: IN [c b]', true],
    ['tenant: IN [c d]', false],
    ['tenant:a AND shard:8', false],
    ['tenant:c OR body:x', true],
    ['tenant:c OR shard:8', false],
    ['(tenant:a OR tenant:c) AND body:x', true],
    ['-tenant:a', true],
    ['-tenant:c', true],
    ['body:x -tenant:a', true],
    ['tenant:c*', true],
    ['tenant:/c.*/', true],
    ['tenant:*', true],
    ['tenant:c^2', false],
    ['*', true],
    ['body: IN []', false],
  ])('%s may match: %s', (text, expected) => {
    expect(mayMatch(text, { tags })).toBe(expected)
  })

  test('without the marker of the field its tags say nothing', () => {
    expect(mayMatch('tenant:c', { tags: new Set(['tenant:a', 'shard!']) })).toBe(true)
  })

  test('a should beside a must never prunes', () => {
    expect(mayMatch('tenant:c AND tenant:c2 body:x', { tags })).toBe(true)
  })
})

describe('column bounds', () => {
  const columnBounds = [
    { path: 'count', type: 'i64', min: -5, max: 10 },
    { path: 'price', type: 'f64', min: 0.5, max: 9.5 },
    { path: 'day', type: 'date', min: 1_704_067_200_250, max: 1_704_067_300_000 },
  ] as const

  test.each([
    ['count:>10', false],
    ['count:>=10', true],
    ['count:<-5', false],
    ['count:<=-5', true],
    ['count:[11 TO 20]', false],
    ['count:10', true],
    ['count:11', false],
    ['count: IN [-6 11]', false],
    ['price:<0.5', false],
    ['price:<=0.5', true],
    ['-count:>10', true],
    ['day:1704067200', true],
    ['day:1704067199', false],
    ['day:1704067301', false],
    ['body:x AND count:>10', false],
  ])('%s may match: %s', (text, expected) => {
    expect(mayMatch(text, { columnBounds })).toBe(expected)
  })
})

describe('time', () => {
  const timeRange = { start: 1_000_000_000, end: 1_000_000_009 }

  test.each([
    ['ts:<1000000000', false],
    ['ts:<=1000000000', true],
    ['ts:>=1000000010', false],
    ['ts:>=1000000009999', true],
    ['ts:[1000000010 TO *]', false],
    ['ts:>1000000020 OR body:x', true],
    ['-ts:<1000000000', true],
  ])('%s may match the split: %s', (text, expected) => {
    expect(mayMatch(text, { timeRange })).toBe(expected)
  })

  test('a split without time range is kept', () => {
    expect(mayMatch('ts:<1000000000', {})).toBe(true)
  })

  test.each([
    ['ts:>=1000000000', 'matchAll'],
    ['ts:[1000000000 TO 1000000009999]', 'matchAll'],
    ['ts:[1000000000 TO 1000000009998]', 'range'],
    ['ts:>1000000000', 'range'],
    ['ts:<1000000010', 'matchAll'],
    ['day:>=1000000000', 'range'],
  ])('%s becomes %s for a split inside', (text, kind) => {
    expect(withoutCoveredTime(bind(text), timeRange, timestamp).kind).toBe(kind)
  })

  test('a covered filter vanishes and leaves a bool that still matches', () => {
    const time = bind('ts:>=1000000000')
    const bool: Query = {
      kind: 'bool',
      must: [],
      filter: [time],
      should: [bind('body:x')],
      mustNot: [],
      minimumShouldMatch: 0,
    }
    expect(withoutCoveredTime(bool, timeRange, timestamp)).toEqual({
      ...bool,
      filter: [{ kind: 'matchAll' }],
    })
    const withMust = { ...bool, must: [bind('body:y')] }
    expect(withoutCoveredTime(withMust, timeRange, timestamp)).toEqual({ ...withMust, filter: [] })
    expect(withoutCoveredTime(bool, undefined, timestamp)).toBe(bool)
  })
})

test('no split with a matching document is ever pruned', () => {
  const doc = fc.record({
    tenant: fc.constantFrom('a', 'b', 'c'),
    shard: fc.nat(3),
    count: fc.integer({ min: -3, max: 3 }),
    seconds: fc.integer({ min: 1_000_000_000, max: 1_000_000_005 }),
  })
  const leaf = fc.oneof(
    fc.constantFrom('a', 'b', 'c').map((tenant) => `tenant:${tenant}`),
    fc.nat(3).map((shard) => `shard:${shard}`),
    fc
      .tuple(fc.constantFrom('>', '>=', '<', '<='), fc.integer({ min: -3, max: 3 }))
      .map(([operator, count]) => `count:${operator}${count}`),
    fc
      .tuple(fc.constantFrom('>', '>=', '<', '<='), fc.integer({ min: 0, max: 5 }))
      .map(([operator, second]) => `ts:${operator}${1_000_000_000 + second}`),
  )
  const { query } = fc.letrec<{ query: string }>((tie) => ({
    query: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc
        .tuple(tie('query'), fc.constantFrom(' AND ', ' OR ', ' AND -', ' '), tie('query'))
        .map(([left, operator, right]) => `(${left})${operator}(${right})`),
      tie('query').map((inner) => `-(${inner})`),
    ),
  }))
  fc.assert(
    fc.property(fc.array(doc, { minLength: 1, maxLength: 4 }), query, (docs, text) => {
      const bound = bind(text)
      const counts = docs.map((d) => d.count)
      const seconds = docs.map((d) => d.seconds)
      const facts: SplitFacts = {
        timeRange: { start: Math.min(...seconds), end: Math.max(...seconds) },
        tags: new Set(
          docs.flatMap((d) => ['tenant!', 'shard!', `tenant:${d.tenant}`, `shard:${d.shard}`]),
        ),
        columnBounds: [
          { path: 'count', type: 'i64', min: Math.min(...counts), max: Math.max(...counts) },
        ],
      }
      const stripped = withoutCoveredTime(bound, facts.timeRange, timestamp)
      for (const d of docs) {
        const isMatch = matchesDoc(bound, d)
        expect(matchesDoc(stripped, d)).toBe(isMatch)
        if (isMatch) expect(splitMayMatch(bound, facts, timestamp)).toBe(true)
      }
    }),
    { numRuns: 500 },
  )
})

interface Doc {
  readonly tenant: string
  readonly shard: number
  readonly count: number
  readonly seconds: number
}

/** Evaluates a bound query on one document, knowing only the leaves that the property makes. */
function matchesDoc(query: Query, doc: Doc): boolean {
  switch (query.kind) {
    case 'matchAll':
      return true
    case 'matchNone':
      return false
    case 'bool': {
      const { must, filter, should, mustNot, minimumShouldMatch } = query
      const matches = (child: Query): boolean => matchesDoc(child, doc)
      if (![...must, ...filter].every(matches) || mustNot.some(matches)) return false
      return should.filter(matches).length >= minimumShouldMatch
    }
    case 'term': {
      const last = query.term.at(-1)
      return query.field.path === 'tenant' ? last === doc.tenant.charCodeAt(0) : last === doc.shard
    }
    case 'range': {
      const value = query.field.path === 'count' ? doc.count : doc.seconds * 1000
      const { lower, upper } = query
      const toLower = lower === undefined ? 1 : value - Number(lower.value)
      const toUpper = upper === undefined ? -1 : value - Number(upper.value)
      const low = toLower > 0 || (toLower === 0 && lower?.inclusive === true)
      const high = toUpper < 0 || (toUpper === 0 && upper?.inclusive === true)
      return low && high
    }
    default:
      throw new Error(query.kind)
  }
}
