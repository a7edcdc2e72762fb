import { expect, test } from 'vitest'
import { CLAUSE_DOCS, ClauseFixture, ref, utf8 } from '../testing/clause-fixture.ts'

test('all documents, or none, without a read', async () => {
  const fixture = await ClauseFixture.create()
  const all = await fixture.run({ kind: 'matchAll' })
  expect([all.first, all.second, all.docs.length]).toEqual([[], [], CLAUSE_DOCS])
  const none = await fixture.run({ kind: 'matchNone' })
  expect([none.first, none.second, none.docs]).toEqual([[], [], []])
})

test('what is found scores 1 everywhere, and needs nothing to score by', async () => {
  const fixture = await ClauseFixture.create()
  const prefix = { kind: 'prefix', field: ref('code'), prefix: utf8('red-2') } as const
  const { first, scores } = await fixture.run(prefix, true)
  expect(first).toEqual(['termBlock code'])
  expect(new Set(scores)).toEqual(new Set([1]))
})
