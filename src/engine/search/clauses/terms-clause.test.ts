import { expect, test } from 'vitest'
import type { Query } from '../../query/query.ts'
import { ClauseFixture, clauseSize, docsWhere, ref, utf8 } from '../testing/clause-fixture.ts'

/** Terms that begin with `literalPrefix`, and those of them that `matches` accepts. */
function pattern(literalPrefix: string, matches: (term: string) => boolean): Query {
  let steps = 0
  return {
    kind: 'pattern',
    field: ref('code'),
    pattern: {
      source: `${literalPrefix}*`,
      literalPrefix: utf8(literalPrefix),
      matches: (bytes) => {
        steps++
        return matches(Buffer.from(bytes).toString())
      },
      work: () => steps,
    },
  }
}

test('a set of terms needs the blocks that may hold them, then the lists of those that are there', async () => {
  const fixture = await ClauseFixture.create()
  const terms = ['red', 'high', 'absent'].map(utf8)
  expect(await fixture.run({ kind: 'termSet', field: ref('body'), terms })).toMatchObject({
    first: ['termBlock body'],
    second: ['postings body'],
    docs: docsWhere((doc) => doc % 3 === 0 || doc % 7 === 0),
    terms: { 'body:red': 334, 'body:high': 143 },
  })
})

test('a prefix stands for all terms that begin with it', async () => {
  const fixture = await ClauseFixture.create()
  const run = await fixture.run({ kind: 'prefix', field: ref('code'), prefix: utf8('red-1') })
  expect(run.first).toEqual(['termBlock code'])
  expect(run.docs).toEqual(docsWhere((doc) => doc % 3 === 0 && [1, 10].includes(doc % 11)))
})

test('a pattern is tried on the terms that begin with its literal start', async () => {
  const fixture = await ClauseFixture.create()
  const run = await fixture.run(pattern('red', (text) => text.endsWith('-4')))
  expect(run.docs).toEqual(docsWhere((doc) => doc % 3 === 0 && doc % 11 === 4))
  expect((await fixture.run(pattern('red', () => false))).second).toEqual([])
})

test('a range on a field without column is a stretch of its dictionary', async () => {
  const fixture = await ClauseFixture.create()
  const field = ref('size', 'i64')
  const lower = { value: 3, inclusive: true }
  const upper = { value: 5, inclusive: false }
  expect(await fixture.run({ kind: 'range', field, lower, upper })).toMatchObject({
    first: ['termBlock size'],
    second: ['postings size'],
    docs: docsWhere((doc) => [3, 4].includes(clauseSize(doc))),
  })
  expect((await fixture.run({ kind: 'range', field, lower, upper: undefined })).docs).toEqual(
    docsWhere((doc) => clauseSize(doc) >= 3),
  )
})
