import { expect, test } from 'vitest'
import { CLAUSE_DOCS, ClauseFixture, docsWhere } from '../testing/clause-fixture.ts'

test('a fast field exists where its column has a value; presence terms are looked up as well', async () => {
  const fixture = await ClauseFixture.create()
  expect(await fixture.run({ kind: 'exists', path: 'price' })).toMatchObject({
    first: ['column price', 'termBlock _field_presence'],
    docs: docsWhere((doc) => doc % 5 === 0),
  })
})

test('a field without column exists where the presence terms say so', async () => {
  const fixture = await ClauseFixture.create()
  const { first, docs } = await fixture.run({ kind: 'exists', path: 'body' })
  expect(first).toEqual(['termBlock _field_presence'])
  expect(docs).toHaveLength(CLAUSE_DOCS)
})

test('what no document has exists nowhere, and no list is read', async () => {
  const fixture = await ClauseFixture.create()
  const { second, docs } = await fixture.run({ kind: 'exists', path: 'pric' })
  expect([second, docs]).toEqual([[], []])
})
