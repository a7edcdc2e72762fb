import { expect, test } from 'vitest'
import type { PhraseQuery, Query } from '../../query/query.ts'
import { ClauseFixture, docsWhere, ref, utf8 } from '../testing/clause-fixture.ts'

function phrase(text: string, slop = 0): PhraseQuery {
  const terms = text.split(' ').map((word, position) => ({ term: utf8(word), position }))
  return { kind: 'phrase', field: ref('body'), terms, slop }
}

test('a phrase needs the blocks of its terms, then their lists and positions', async () => {
  const fixture = await ClauseFixture.create()
  expect(await fixture.run(phrase('red fox'))).toMatchObject({
    first: ['termBlock body'],
    second: ['postings body', 'positions body'],
    docs: docsWhere((doc) => doc % 3 === 0),
    terms: { 'body:red': 334, 'body:fox': 1000 },
  })
})

test('the words have to follow each other, unless slop lets them move', async () => {
  const fixture = await ClauseFixture.create()
  expect((await fixture.run(phrase('red jumps'))).docs).toEqual([])
  expect((await fixture.run(phrase('red jumps', 1))).docs).toEqual(
    docsWhere((doc) => doc % 21 === 0),
  )
})

test('with a word that no document has nothing more is read', async () => {
  const fixture = await ClauseFixture.create()
  expect(await fixture.run(phrase('red wolf'))).toMatchObject({
    first: ['termBlock body'],
    second: [],
    docs: [],
  })
})

test('of the last word the start may be enough', async () => {
  const fixture = await ClauseFixture.create()
  const query: Query = {
    kind: 'phrasePrefix',
    field: ref('body'),
    terms: [{ term: utf8('fox'), position: 0 }],
    prefix: { term: utf8('ju'), position: 1 },
    maxExpansions: 50,
  }
  expect((await fixture.run(query)).docs).toEqual(docsWhere((doc) => doc % 7 === 0))
})

test('scores as one term that is as rare as all of its words together', async () => {
  const fixture = await ClauseFixture.create()
  const { first, scores } = await fixture.run(phrase('jumps high'), true)
  expect(first).toEqual(['termBlock body', 'fieldnorms body'])
  const [both] = scores
  const word = await fixture.run({ kind: 'term', field: ref('body'), term: utf8('high') }, true)
  expect(both).toBeCloseTo(2 * (word.scores[0] ?? NaN))
})
