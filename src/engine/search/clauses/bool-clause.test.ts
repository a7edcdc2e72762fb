import { expect, test } from 'vitest'
import type { BoolQuery, Query } from '../../query/query.ts'
import { CLAUSE_DOCS, ClauseFixture, docsWhere, ref, term } from '../testing/clause-fixture.ts'

const red = term('body', 'red')
const high = term('body', 'high')
const absent = term('body', 'wolf')
const cheap: Query = {
  kind: 'range',
  field: ref('price', 'f64'),
  lower: undefined,
  upper: { value: 100, inclusive: true },
}

function bool(parts: Partial<BoolQuery>): BoolQuery {
  const none = { must: [], filter: [], should: [], mustNot: [], minimumShouldMatch: 0 }
  return { kind: 'bool', ...none, ...parts }
}

const isRed = (doc: number): boolean => doc % 3 === 0
const isHigh = (doc: number): boolean => doc % 7 === 0
const isCheap = (doc: number): boolean => doc % 5 === 0 && doc <= 400

test('needs what its clauses need, all in the same two rounds', async () => {
  const fixture = await ClauseFixture.create()
  expect(await fixture.run(bool({ must: [red], filter: [cheap] }))).toMatchObject({
    first: ['termBlock body', 'column price'],
    second: ['postings body'],
    docs: docsWhere((doc) => isRed(doc) && isCheap(doc)),
  })
})

test('a required clause that certainly matches nothing saves the second round', async () => {
  const fixture = await ClauseFixture.create()
  expect(await fixture.run(bool({ must: [red, absent] }))).toMatchObject({ second: [], docs: [] })
  expect(await fixture.run(bool({ should: [red, absent], minimumShouldMatch: 2 }))).toMatchObject({
    second: [],
    docs: [],
  })
})

test('optional clauses count, prohibited ones take away', async () => {
  const fixture = await ClauseFixture.create()
  const either = bool({ should: [red, high, absent], minimumShouldMatch: 1 })
  expect((await fixture.run(either)).docs).toEqual(docsWhere((doc) => isRed(doc) || isHigh(doc)))
  const both = bool({ should: [red, high, cheap], minimumShouldMatch: 2 })
  expect((await fixture.run(both)).docs).toEqual(
    docsWhere((doc) => Number(isRed(doc)) + Number(isHigh(doc)) + Number(isCheap(doc)) >= 2),
  )
  expect((await fixture.run(bool({ mustNot: [red] }))).docs).toEqual(
    docsWhere((doc) => !isRed(doc)),
  )
  expect((await fixture.run(bool({}))).docs).toHaveLength(CLAUSE_DOCS)
})

test('a document scores the sum of its clauses; filters score nothing', async () => {
  const fixture = await ClauseFixture.create()
  const scoreOf = async (query: Query): Promise<number> => {
    const { docs, scores } = await fixture.run(query, true)
    return scores[docs.indexOf(0)] ?? NaN
  }
  const sum = (await scoreOf(red)) + (await scoreOf(high))
  expect(await scoreOf(bool({ must: [red], should: [high] }))).toBeCloseTo(sum)
  expect(await scoreOf(bool({ must: [red], filter: [high] }))).toBeCloseTo(await scoreOf(red))
})

test('with a tie breaker the best of the optional clauses counts, and a share of the others', async () => {
  const fixture = await ClauseFixture.create()
  const scoreOf = async (query: Query): Promise<number> => {
    const { docs, scores } = await fixture.run(query, true)
    return scores[docs.indexOf(0)] ?? NaN
  }
  const best = await scoreOf(high)
  const other = await scoreOf(red)
  expect(best).toBeGreaterThan(other)
  const either = { should: [red, high], minimumShouldMatch: 1 }
  expect(await scoreOf(bool({ ...either, tieBreaker: 0 }))).toBeCloseTo(best)
  expect(await scoreOf(bool({ ...either, tieBreaker: 0.5 }))).toBeCloseTo(best + other / 2)
})
