import { expect, test } from 'vitest'
import { CLAUSE_DOCS, ClauseFixture, docsWhere, term } from '../testing/clause-fixture.ts'

test('a term needs its dictionary block, then its posting list', async () => {
  const fixture = await ClauseFixture.create()
  expect(await fixture.run(term('body', 'red'))).toMatchObject({
    first: ['termBlock body'],
    second: ['postings body'],
    docs: docsWhere((doc) => doc % 3 === 0),
  })
})

test('a term that no document has needs no list', async () => {
  const fixture = await ClauseFixture.create()
  expect(await fixture.run(term('body', 'wolf'))).toMatchObject({
    first: ['termBlock body'],
    second: [],
    docs: [],
  })
})

test('a short list stands in the dictionary block: that of a term in every document is short', async () => {
  const fixture = await ClauseFixture.create()
  const { second, docs } = await fixture.run(term('body', 'fox'))
  expect(second).toEqual([])
  expect(docs).toHaveLength(CLAUSE_DOCS)
})

test('scoring needs the lengths of the documents too; the rarer term scores higher', async () => {
  const fixture = await ClauseFixture.create()
  const rare = await fixture.run(term('body', 'high'), true)
  expect(rare.first).toEqual(['termBlock body', 'fieldnorms body'])
  const common = await fixture.run(term('body', 'fox'), true)
  expect(rare.scores[0]).toBeGreaterThan(common.scores[0] ?? Infinity)
  // Document 0 has four words, document 4 three.
  expect(common.scores[4]).toBeGreaterThan(common.scores[0] ?? Infinity)
})

test('tells how many documents have the term, for snippets', async () => {
  const fixture = await ClauseFixture.create()
  expect((await fixture.run(term('body', 'high'))).terms).toEqual({ 'body:high': 143 })
  expect((await fixture.run(term('body', 'wolf'))).terms).toEqual({})
})
