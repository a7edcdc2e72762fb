import { expect, test } from 'vitest'
import {
  columnNeeds,
  docNeeds,
  fieldnormNeeds,
  needKey,
  positionNeeds,
  postingNeeds,
  termNeeds,
  termRangeNeeds,
  type Need,
  type Part,
} from './needs.ts'
import { ClauseFixture, utf8 } from './testing/clause-fixture.ts'

/** One need of each part; a part without one here does not compile. */
async function oneOfEach(): Promise<{ readonly [P in Part]: Need<P> | undefined }> {
  const split = await (await ClauseFixture.create()).open()
  const { fields, docStore } = split.footer
  const body = fields.get('body\0str')
  const price = fields.get('price\0f64')
  if (body === undefined || price === undefined) throw new Error('the split has both fields')
  await split.fetch(termRangeNeeds(body, {}), undefined)
  const entry = split.term(body, utf8('jumps'))
  if (entry === undefined) throw new Error('the split has the term')
  return {
    footer: { part: 'footer', start: 9, end: 10 },
    whole: { part: 'whole', start: 0, end: 10 },
    termBlock: termNeeds(body, utf8('jumps'))[0],
    postings: postingNeeds(body, entry)[0],
    positions: positionNeeds(body, entry)[0],
    fieldnorms: fieldnormNeeds(body)[0],
    column: columnNeeds(price)[0],
    docBlock: docNeeds(docStore, [7, 8])[0],
  }
}

test('every part of a split is a range with all that decoding it takes, as plain data', async () => {
  const needs = await oneOfEach()
  for (const [part, need] of Object.entries(needs)) {
    expect(need, part).toMatchObject({ part })
    expect(need?.end, part).toBeGreaterThan(need?.start ?? Infinity)
    expect(structuredClone(need), part).toEqual(need)
  }
  expect(needs.postings).toMatchObject({ path: 'body', docCount: 143, hasFreqs: true })
  expect(needs.column).toMatchObject({
    path: 'price',
    type: 'f64',
    docCount: 1000,
    valueCount: 200,
  })
  expect(needs.docBlock).toMatchObject({ firstDoc: 0 })
})

test('no two parts of a split have the same name', async () => {
  const needs = Object.values(await oneOfEach()).filter((need) => need !== undefined)
  expect(new Set(needs.map(needKey)).size).toBe(needs.length)
})

test('what a field does not have needs nothing', async () => {
  const split = await (await ClauseFixture.create()).open()
  const price = split.footer.fields.get('price\0f64')
  const body = split.footer.fields.get('body\0str')
  if (body === undefined || price === undefined) throw new Error('the split has both fields')
  const withoutTerms = { ...price, terms: undefined }
  expect(termNeeds(withoutTerms, utf8('a'))).toEqual([])
  expect(termRangeNeeds(withoutTerms, {})).toEqual([])
  expect(fieldnormNeeds(price)).toEqual([])
  expect(columnNeeds(body)).toEqual([])
  // A term before the first one of the dictionary is certainly absent.
  expect(termNeeds(body, utf8(' '))).toEqual([])
})

test('documents of one block need it once', async () => {
  const split = await (await ClauseFixture.create()).open()
  expect(docNeeds(split.footer.docStore, [3, 1, 3])).toHaveLength(1)
})
