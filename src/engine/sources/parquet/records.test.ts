import { describe, expect, test } from 'vitest'
import {
  INT32,
  DICTIONARY,
  REQUIRED,
  OPTIONAL,
  REPEATED,
  u32,
  bytesOf,
  page,
  dictionary,
  fileOf,
  docsOf,
} from './testing/made-pages.ts'
import { madeParquet, varintBytes } from './testing/made-parquet.ts'

describe('a file that says what it has', () => {
  test.each<[string, Uint8Array, unknown[]]>([
    ['numbers', fileOf([page(bytesOf(u32(7), u32(8)), 2)], { rows: 2 }), [{ a: 7 }, { a: 8 }]],
    [
      'a hundred thousand times the same',
      fileOf(
        [
          dictionary(bytesOf(u32(5)), 1),
          page(bytesOf(1, varintBytes(200_000), 0), 100_000, DICTIONARY),
        ],
        {
          rows: 100_000,
        },
      ),
      Array.from({ length: 100_000 }, () => ({ a: 5 })),
    ],
    [
      'a run that goes on behind the last value, as some writers have it',
      fileOf(
        [dictionary(bytesOf(u32(5)), 1), page(bytesOf(1, varintBytes(80), 0), 2, DICTIONARY)],
        { rows: 2 },
      ),
      [{ a: 5 }, { a: 5 }],
    ],
    [
      'a missing value',
      fileOf([page(bytesOf(u32(2), 0x03, 0b01, u32(7)), 2)], { rows: 2, repetition: OPTIONAL }),
      [{ a: 7 }, {}],
    ],
    [
      'a column named __proto__',
      madeParquet({
        schema: [{ 1: INT32, 3: REQUIRED, 4: '__proto__' }],
        rows: 1,
        columns: [{ path: ['__proto__'], type: INT32, pages: [page(u32(7), 1)] }],
      }),
      [JSON.parse('{"__proto__":7}')],
    ],
  ])('%s', async (_, file, docs) => {
    expect(await docsOf(file)).toEqual(docs)
  })

  test('rows that go on from page to page, read from the middle on', async () => {
    // Two lists of three numbers to a page: the second one goes on in the next page.
    const levels = (repetition: number): Uint8Array => bytesOf(u32(2), 3, repetition)
    const [first, next] = [0b110110, 0b011011]
    const numbers = bytesOf(...[1, 2, 3, 4, 5, 6].map(u32))
    const pages = Array.from({ length: 10_001 }, (_, i) =>
      page(bytesOf(levels(i === 0 ? first : next), levels(0b111111), numbers), 6),
    )
    const schema = [
      { 3: REQUIRED, 4: 'a', 5: 1, 6: 3 },
      { 3: REPEATED, 4: 'list', 5: 1 },
      { 1: INT32, 3: REQUIRED, 4: 'element' },
    ]
    const column = { path: ['a', 'list', 'element'], type: INT32, pages }
    const file = madeParquet({ schema, rootChildren: 1, rows: 20_002, columns: [column] })
    const docs = await docsOf(file)
    expect(docs).toHaveLength(20_002)
    expect(docs.slice(0, 3)).toEqual([{ a: [1, 2, 3] }, { a: [4, 5, 6, 1, 2] }, { a: [3, 4, 5] }])
    expect(await docsOf(file, 20_001)).toEqual(docs.slice(20_001))
  })
})
