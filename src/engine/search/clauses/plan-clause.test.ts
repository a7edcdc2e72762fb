import { describe, expect, test } from 'vitest'
import type { Query } from '../../query/query.ts'
import { ClauseFixture, ref, utf8 } from '../testing/clause-fixture.ts'

const absent = ref('absent')
const terms = [{ term: utf8('a'), position: 0 }]
const pattern = { source: 'a*', literalPrefix: utf8('a'), matches: () => true, work: () => 0 }

/** Clauses on a field that the split does not have. A new kind does not compile without. */
const ON_ABSENT: { readonly [K in Query['kind']]: Extract<Query, { kind: K }> | undefined } = {
  matchAll: undefined,
  matchNone: { kind: 'matchNone' },
  bool: undefined,
  boost: { kind: 'boost', boost: 2, query: { kind: 'term', field: absent, term: utf8('a') } },
  term: { kind: 'term', field: absent, term: utf8('a') },
  termSet: { kind: 'termSet', field: absent, terms: [utf8('a')] },
  phrase: { kind: 'phrase', field: absent, terms, slop: 0 },
  phrasePrefix: {
    kind: 'phrasePrefix',
    field: absent,
    terms,
    prefix: { term: utf8('b'), position: 1 },
    maxExpansions: 50,
  },
  prefix: { kind: 'prefix', field: absent, prefix: utf8('a') },
  pattern: { kind: 'pattern', field: absent, pattern },
  range: { kind: 'range', field: absent, lower: undefined, upper: undefined },
  columnTerm: { kind: 'columnTerm', field: absent, value: 'a' },
  // Here the presence terms have to be asked: exists-clause.test.ts.
  exists: undefined,
}

describe('a field that the split does not have', () => {
  const queries = Object.values(ON_ABSENT).filter((query) => query !== undefined)
  test.each(queries.map((query) => [query.kind, query] as const))(
    'matches nothing, and nothing is read: %s',
    async (_, query) => {
      const fixture = await ClauseFixture.create()
      expect(await fixture.run(query)).toMatchObject({ first: [], second: [], docs: [] })
    },
  )

  test('is the same as one of another type at its path', async () => {
    const fixture = await ClauseFixture.create()
    const field = ref('body', 'i64')
    const run = await fixture.run({ kind: 'term', field, term: utf8('red') })
    expect(run).toMatchObject({ first: [], docs: [] })
  })
})

test('a phrase on a field that recorded no positions matches nothing', async () => {
  const fixture = await ClauseFixture.create()
  const run = await fixture.run({ kind: 'phrase', field: ref('code'), terms, slop: 0 })
  expect(run).toMatchObject({ first: [], docs: [] })
})

test('only what scores reads what scoring needs', async () => {
  const fixture = await ClauseFixture.create()
  const term = { kind: 'term', field: ref('body'), term: utf8('red') } as const
  const bool = { kind: 'bool', must: [], should: [], mustNot: [], minimumShouldMatch: 0 } as const
  expect((await fixture.run({ ...bool, filter: [term] }, true)).first).toEqual(['termBlock body'])
  expect((await fixture.run({ ...bool, filter: [], must: [term] }, true)).first).toEqual([
    'termBlock body',
    'fieldnorms body',
  ])
})
