import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RangeQuery } from '../../query/query.ts'
import { toList } from '../doc-set.ts'
import { CLAUSE_DOCS, ClauseFixture, docsWhere, ref } from '../testing/clause-fixture.ts'
import { planClause } from './plan-clause.ts'

const price = (doc: number): number | undefined => (doc % 5 === 0 ? doc / 4 : undefined)

test('a range on a fast field needs its column and no dictionary', async () => {
  const fixture = await ClauseFixture.create()
  const range: RangeQuery = {
    kind: 'range',
    field: ref('price', 'f64'),
    lower: { value: 10, inclusive: false },
    upper: { value: 20, inclusive: true },
  }
  expect(await fixture.run(range)).toMatchObject({
    first: ['column price'],
    second: [],
    docs: [45, 50, 55, 60, 65, 70, 75, 80],
  })
})

test('every range finds exactly the documents whose value lies in it', async () => {
  const fixture = await ClauseFixture.create()
  const bound = fc.option(
    fc.record({ value: fc.double({ noNaN: true, min: -10, max: 260 }), inclusive: fc.boolean() }),
    { nil: undefined },
  )
  await fc.assert(
    fc.asyncProperty(bound, bound, async (lower, upper) => {
      const isIn = (value: number): boolean =>
        (lower === undefined ||
          value > lower.value ||
          (lower.inclusive && value === lower.value)) &&
        (upper === undefined || value < upper.value || (upper.inclusive && value === upper.value))
      const { docs } = await fixture.run({
        kind: 'range',
        field: ref('price', 'f64'),
        lower,
        upper,
      })
      expect(docs).toEqual(docsWhere((doc) => isIn(price(doc) ?? NaN) && price(doc) !== undefined))
    }),
    { numRuns: 50 },
  )
})

test('a text without dictionary is found by its column', async () => {
  const fixture = await ClauseFixture.create()
  const found = await fixture.run({ kind: 'columnTerm', field: ref('tag'), value: 't3' })
  expect(found).toMatchObject({ first: ['column tag'], docs: docsWhere((doc) => doc % 4 === 3) })
  const absent = await fixture.run({ kind: 'columnTerm', field: ref('tag'), value: 't9' })
  expect(absent.docs).toEqual([])
})

test('looked at in a few documents, a range finds those that a scan finds among them', async () => {
  const fixture = await ClauseFixture.create()
  const split = await fixture.open()
  const range: RangeQuery = {
    kind: 'range',
    field: ref('price', 'f64'),
    lower: { value: 10, inclusive: true },
    upper: { value: 90, inclusive: false },
  }
  const clause = planClause(range, split.footer, false)
  await split.fetch(clause.firstNeeds(), undefined)
  const scanned = new Set(toList(clause.matches(split), split.docCount))
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(CLAUSE_DOCS - 1)), (some) => {
      const docs = Uint32Array.from(some).sort()
      const found = clause.within?.(split, docs)
      expect(found).toEqual(docs.filter((doc) => scanned.has(doc)))
    }),
  )
  const nowhere = planClause({ ...range, field: ref('stock', 'f64') }, split.footer, false)
  expect(nowhere.within?.(split, Uint32Array.of(1, 2)) ?? []).toHaveLength(0)
})
