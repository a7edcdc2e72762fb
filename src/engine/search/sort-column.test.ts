import { describe, expect, test } from 'vitest'
import { JsonFloat } from '../bytes/json.ts'
import { splitKey } from '../metastore/layout.ts'
import { openSplit } from './fetch.ts'
import { columnNeeds } from './needs.ts'
import { cursorNumber, sortColumn, type SortColumn } from './sort-column.ts'
import { SearchFixture } from './testing/search-fixture.ts'

/** The column that values of an open field sort by. */
async function columnOf(values: readonly unknown[]): Promise<SortColumn> {
  const fixture = await SearchFixture.create({
    field_mappings: [{ name: 'open', type: 'json', fast: true, tokenizer: 'raw' }],
  })
  await fixture.addSplit(values.map((x) => JSON.stringify({ open: { x } })))
  const [record] = await fixture.splits()
  const place = {
    key: splitKey('events', record?.splitId ?? ''),
    footer: record?.footer ?? { start: 0, end: 0 },
  }
  const split = await openSplit(place, fixture.context, undefined)
  await split.fetch(split.footer.fieldsAt('open.x').flatMap(columnNeeds), undefined)
  return sortColumn('open.x', split.columnsAt('open.x'), split.docCount)
}

describe('a sort column', () => {
  test('has a key for each document that compares like its value, which it gives back exactly', async () => {
    const big = [2 ** 53 - 1, 3, 2 ** 53 - 2]
    const column = await columnOf(big)
    const order = [0, 1, 2].sort((a, b) => Number(column.keys[a]) - Number(column.keys[b]))
    expect(order).toEqual([1, 2, 0])
    expect(big.map((_, doc) => column.value(doc)?.value)).toEqual(big.map(BigInt))
  })

  test('takes the first of several values; a document without one has none', async () => {
    const column = await columnOf([[5, 1], null, 7])
    expect([0, 1, 2].map((doc) => column.value(doc)?.value)).toEqual([5n, undefined, 7n])
    expect(column.keys[1]).toBeNaN()
  })

  test('of integers and floats at one path compares across them', async () => {
    const column = await columnOf([2, 1.5, -1])
    expect([...column.keys]).toEqual([2, 1.5, -1])
    expect(column.value(1)).toEqual({ type: 'f64', value: 1.5 })
  })

  test('knows where a cursor stands, between values too', async () => {
    const column = await columnOf([10, 20, 30])
    const { below, above } = column.cursor(25, 'ms')
    expect([...column.keys].map((key) => (key >= above ? 1 : key <= below ? -1 : 0))).toEqual([
      -1, -1, 1,
    ])
    expect(column.cursor(null, 'ms').below).toBeNaN()
  })

  test('of text alone is refused, and of nothing is without values', async () => {
    await expect(columnOf(['a'])).rejects.toMatchObject({ kind: 'invalid' })
    expect(sortColumn('absent', [], 3).value(1)).toBeUndefined()
  })
})

describe('a cursor', () => {
  test.each([
    [5, 5],
    [2n ** 60n, 2n ** 60n],
    [true, 1],
    [null, null],
    [new JsonFloat(2), 2],
    ['1700000000000000000', 1_700_000_000_000_000_000n],
    ['1.5', 1.5],
  ])('%s is a number', (after, number) => {
    expect(cursorNumber(after)).toBe(number)
  })

  test.each([['soon'], [''], [[1]]])('%o is refused', (after) => {
    expect(() => cursorNumber(after)).toThrow(expect.objectContaining({ kind: 'invalid' }))
  })
})
