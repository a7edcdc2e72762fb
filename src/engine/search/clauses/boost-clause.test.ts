import { expect, test } from 'vitest'
import { ClauseFixture, term } from '../testing/clause-fixture.ts'

test('reads and finds as its clause does, with every score multiplied', async () => {
  const fixture = await ClauseFixture.create()
  const plain = await fixture.run(term('body', 'red'), true)
  const query = term('body', 'red')
  const boosted = await fixture.run({ kind: 'boost', boost: 2, query }, true)
  expect(boosted).toEqual({ ...plain, scores: plain.scores.map((score) => score * 2) })
})
