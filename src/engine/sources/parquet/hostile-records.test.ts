import zlib from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { QwError } from '../../errors.ts'
import {
  BOOLEAN,
  INT32,
  INT64,
  FLOAT,
  BYTE_ARRAY,
  FIXED,
  RLE,
  DELTA,
  DELTA_LENGTH,
  DELTA_TEXT,
  DICTIONARY,
  SPLIT,
  ALP,
  REQUIRED,
  OPTIONAL,
  REPEATED,
  SNAPPY,
  GZIP,
  MOST,
  u32,
  bytesOf,
  page,
  dictionary,
  pageV2,
  fileOf,
  docsOf,
} from './testing/made-pages.ts'
import {
  type MadeColumn,
  type MadePage,
  madeParquet,
  varintBytes,
  withFooter,
} from './testing/made-parquet.ts'

const zigzag = (value: number | bigint): Uint8Array =>
  varintBytes(value < 0 ? -2n * BigInt(value) - 1n : 2n * BigInt(value))
/** Blocks of differences: their size, their parts, the count, the first value. */
const deltas = (size: number, parts: number, count: number): Uint8Array =>
  bytesOf(varintBytes(size), varintBytes(parts), varintBytes(count), zigzag(0))
const ENDLESS = new Uint8Array(200_000).fill(0x80)

/** Each text is the one before and a letter: half a terabyte out of a megabyte. */
function longPrefixes(count: number): Uint8Array {
  const [size, one] = [varintBytes(2 ** 20), varintBytes(1)]
  const [zero, upByOne, noWidth] = [zigzag(0), zigzag(1), 0]
  const prefixes = bytesOf(size, one, varintBytes(count), zero, upByOne, noWidth)
  const suffixes = bytesOf(size, one, varintBytes(count), zigzag(1), zero, noWidth)
  return bytesOf(prefixes, suffixes, new Uint8Array(count))
}

const text = { type: BYTE_ARRAY, element: { 6: 0 } }
const variantSchema = [
  { 3: OPTIONAL, 4: 'v', 5: 2, 10: { 16: { 1: 1 } } },
  { 1: BYTE_ARRAY, 3: REQUIRED, 4: 'metadata' },
  { 1: BYTE_ARRAY, 3: REQUIRED, 4: 'value' },
]
const lengthFirst = (bytes: Uint8Array): Uint8Array => bytesOf(u32(bytes.length), bytes)
/** Arrays of 255 times the same array, forty deep: more than 10^96 values. */
const laughs = Array.from({ length: 40 }).reduce<Uint8Array>(
  (inner) => bytesOf(3, 255, new Uint8Array(256), inner),
  bytesOf(0),
)

function variant(metadata: Uint8Array, value: Uint8Array): Uint8Array {
  const levels = bytesOf(u32(2), 2, 1)
  const column = (name: string, bytes: Uint8Array): MadeColumn => ({
    path: ['v', name],
    type: BYTE_ARRAY,
    pages: [page(bytesOf(levels, lengthFirst(bytes)), 1)],
  })
  return madeParquet({
    schema: variantSchema,
    rootChildren: 1,
    rows: 1,
    columns: [column('metadata', metadata), column('value', value)],
  })
}

/** A list that says how long it is, in a list that does, and so on. */
const nestedLists = bytesOf(
  0x29,
  ...Array.from({ length: 200 }, () => bytesOf(0xf9, varintBytes(3e7))),
)
const nestedStructs = bytesOf(new Uint8Array(200_000).fill(0x1c))

describe('a file that says more than it has is refused at once', () => {
  test.each<[string, Uint8Array]>([
    // Footers.
    ['a list of no elements', withFooter([], bytesOf(0x19, 0xfc, varintBytes(MOST)))],
    ['lists in lists', withFooter([], nestedLists)],
    ['structs in structs', withFooter([], nestedStructs)],
    ['a number without end', withFooter([], bytesOf(0x16, ENDLESS, 0))],
    ['a footer longer than the file', Buffer.concat([u32(MOST), Buffer.from('PAR1')])],
    [
      'a schema as deep as it is long',
      madeParquet({
        schema: Array.from({ length: 90_000 }, () => ({ 3: OPTIONAL, 4: 'a', 5: 1 })),
        rootChildren: 1,
        rows: 1,
        columns: [],
      }),
    ],
    [
      'more children than elements',
      madeParquet({ schema: [], rootChildren: MOST, rows: 1, columns: [] }),
    ],
    ['rows without a column', madeParquet({ schema: [], rows: 2n ** 62n, columns: [] })],
    ['rows without a page', fileOf([], { rows: 2n ** 40n })],
    ['rows without values', fileOf([page(u32(1), 1)], { rows: 1_000_000 })],
    ['a negative count of rows', fileOf([page(u32(1), 1)], { rows: -1 })],
    [
      'a bound of a million digits',
      fileOf([page(u32(1), 1)], {
        type: FIXED,
        element: { 2: 4, 6: 5 },
        statistics: { 1: new Uint8Array(1_000_000).fill(255) },
      }),
    ],
    // Headers of pages.
    ['values of no bytes', fileOf([page(new Uint8Array(0), MOST)])],
    ['truths of no bytes', fileOf([page(new Uint8Array(0), 30_000_000)], { type: BOOLEAN })],
    ['texts of no bytes', fileOf([page(new Uint8Array(0), 30_000_000)], text)],
    ['a negative count', fileOf([page(u32(1), -1)])],
    ['a negative size', fileOf([{ ...page(u32(1), 1), packedBytes: -100 }])],
    ['a page longer than its column', fileOf([{ ...page(u32(1), 1), packedBytes: MOST }])],
    [
      'two gigabytes unpacked, for Snappy',
      fileOf([{ ...page(bytesOf(0), 1), unpackedBytes: MOST }], { codec: SNAPPY }),
    ],
    [
      'a bomb in gzip',
      fileOf(
        [page(zlib.gzipSync(new Uint8Array(50_000_000)), 1)].map((made) => ({
          ...made,
          unpackedBytes: 4,
        })),
        {
          codec: GZIP,
        },
      ),
    ],
    // Levels and runs.
    [
      'a level for ever',
      fileOf([page(bytesOf(u32(6), varintBytes(2 ** 32 - 2), 1), 1)], { repetition: OPTIONAL }),
    ],
    [
      'an entry for ever',
      fileOf([dictionary(u32(1), 1), page(bytesOf(1, varintBytes(2 ** 32 - 2), 0), 1, DICTIONARY)]),
    ],
    [
      'packed entries for ever',
      fileOf([dictionary(u32(1), 1), page(bytesOf(1, varintBytes(2 ** 32 - 1), 0), 1, DICTIONARY)]),
    ],
    ['entries of no bits', fileOf([dictionary(u32(1), 1), page(bytesOf(0), MOST, DICTIONARY)])],
    [
      'an entry that is not there',
      fileOf([dictionary(u32(1), 1), page(bytesOf(8, 2, 7), 1, DICTIONARY)]),
    ],
    ['a dictionary that is not there', fileOf([page(bytesOf(8, 2, 0), 1, DICTIONARY)])],
    ['a dictionary of no bytes', fileOf([dictionary(new Uint8Array(0), 30_000_000)])],
    [
      'truths for ever',
      fileOf([page(bytesOf(u32(6), varintBytes(2 ** 32 - 2), 1), 1, RLE)], { type: BOOLEAN }),
    ],
    [
      'levels of version 2 for ever',
      fileOf([pageV2(bytesOf(varintBytes(2 ** 32 - 2), 1, u32(1)), { 5: 6 })], {
        repetition: OPTIONAL,
      }),
    ],
    [
      'levels longer than their page',
      fileOf([pageV2(u32(1), { 5: MOST, 6: MOST })], { repetition: REPEATED }),
    ],
    [
      'a list that goes on from page to page',
      fileOf(
        Array.from({ length: 100 }, (_, i) =>
          page(
            bytesOf(u32(6), varintBytes(6e7), i === 0 ? 0 : 1, u32(6), varintBytes(6e7), 0),
            30_000_000,
          ),
        ),
        { repetition: REPEATED },
      ),
    ],
    [
      'nine million lists in a hundred bytes',
      madeParquet({
        schema: [
          { 3: OPTIONAL, 4: 'a', 5: 1, 6: 3 },
          { 3: REPEATED, 4: 'list', 5: 1 },
          { 1: INT32, 3: OPTIONAL, 4: 'element' },
        ],
        rootChildren: 1,
        rows: 1_000_000,
        columns: [
          {
            path: ['a', 'list', 'element'],
            type: INT32,
            pages: [
              page(
                bytesOf(u32(5), varintBytes(1.8e7), 0, u32(5), varintBytes(1.8e7), 2),
                9_000_000,
              ),
            ],
          },
        ],
      }),
    ],
    [
      'a text of a megabyte, a million times',
      fileOf(
        [
          dictionary(lengthFirst(new Uint8Array(1_000_000).fill(97)), 1),
          page(bytesOf(1, varintBytes(2_000_000), 0), 1_000_000, DICTIONARY),
        ],
        { ...text, rows: 1_000_000 },
      ),
    ],
    // Differences.
    [
      'a step back for ever',
      fileOf([page(bytesOf(deltas(128, 2 ** 32 - 1, 9), 0, 0), 9, DELTA)], { rows: 9 }),
    ],
    [
      'a block of a negative size',
      fileOf([page(bytesOf(deltas(2 ** 32 - 128, 4, 9), 0, 0), 9, DELTA)], { rows: 9 }),
    ],
    [
      'two gigabytes of parts',
      fileOf([page(bytesOf(deltas(MOST, MOST, 9), 0, new Uint8Array(99)), 9, DELTA)], { rows: 9 }),
    ],
    [
      'a difference without end',
      fileOf([page(bytesOf(deltas(128, 4, 9), ENDLESS, 0), 9, DELTA)], { type: INT64, rows: 9 }),
    ],
    [
      'lengths that are negative',
      fileOf([page(bytesOf(deltas(128, 4, 1).subarray(0, -1), zigzag(-9)), 1, DELTA_LENGTH)], text),
    ],
    [
      'texts that begin with more than there is',
      fileOf(
        [
          page(
            bytesOf(deltas(128, 4, 1).subarray(0, -1), zigzag(2e9), deltas(128, 4, 1)),
            1,
            DELTA_TEXT,
          ),
        ],
        text,
      ),
    ],
    [
      'texts that begin with the one before, a million times',
      fileOf([page(longPrefixes(1_000_000), 1_000_000, DELTA_TEXT)], { ...text, rows: 1_000_000 }),
    ],
    ['a split of no bytes', fileOf([page(new Uint8Array(0), 30_000_000, SPLIT)], { type: FLOAT })],
    [
      'exceptions, of one vector for each',
      fileOf(
        [
          page(
            bytesOf(0, 0, 3, u32(9), u32(8), u32(8), 0, 0, 255, 255, new Uint8Array(99)),
            9,
            ALP,
          ),
        ],
        {
          type: FLOAT,
          rows: 9,
        },
      ),
    ],
    // Values.
    [
      'a length of nothing',
      fileOf([page(new Uint8Array(8), 2)], { type: FIXED, element: { 2: 0 } }),
    ],
    [
      'a number of a million digits',
      fileOf([page(lengthFirst(new Uint8Array(1_000_000).fill(255)), 1)], {
        type: BYTE_ARRAY,
        element: { 6: 5 },
      }),
    ],
  ])('%s', async (_, file) => {
    await expect(docsOf(file)).rejects.toBeInstanceOf(QwError)
    await expect(docsOf(file)).rejects.toMatchObject({ kind: 'invalid', code: 'INGEST-FORMAT' })
  })

  test('a VARIANT has no more parts than bytes, and its names are there', async () => {
    const noNames = bytesOf(1, 0, 0)
    expect(await docsOf(variant(noNames, bytesOf(3, 1, 0, 1, bytesOf(12, 7))))).toEqual([
      { v: [7] },
    ])
    await expect(docsOf(variant(noNames, laughs))).rejects.toThrow(/more than \d+ parts/)
    const many = variant(bytesOf(0xc1, u32(2 ** 25)), bytesOf(0))
    await expect(docsOf(many)).rejects.toThrow(/33554432 names/)
  })

  test('a text does not reach beyond its page', async () => {
    const [first, second] = [page(bytesOf(u32(9), 'a'), 1), page(lengthFirst(bytesOf('secret')), 1)]
    await expect(docsOf(fileOf([first, second], { ...text, rows: 2 }))).rejects.toBeInstanceOf(
      QwError,
    )
  })

  test('a file of one value has as many rows as its size allows, not more', async () => {
    const run = (count: number): MadePage =>
      page(bytesOf(1, varintBytes(count * 2), 0), count, DICTIONARY)
    const pages = [dictionary(u32(5), 1), ...Array.from({ length: 20 }, () => run(20_000_000))]
    const file = fileOf(pages, { rows: 400_000_000 })
    await expect(docsOf(file)).rejects.toThrow(/rows/)
  })
})
