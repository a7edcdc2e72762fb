import { parquetRecords } from '../records.ts'
import { type MadeColumn, type MadeFile, type MadePage, madeParquet } from './made-parquet.ts'

// Numbers of Parquet's definition.
export const [BOOLEAN, INT32, INT64, FLOAT, BYTE_ARRAY, FIXED] = [0, 1, 2, 4, 6, 7]
const PLAIN = 0
export const [RLE, DELTA, DELTA_LENGTH, DELTA_TEXT, DICTIONARY, SPLIT, ALP] = [3, 5, 6, 7, 8, 9, 10]
export const [REQUIRED, OPTIONAL, REPEATED] = [0, 1, 2]
export const [SNAPPY, GZIP] = [1, 2]
export const MOST = 2 ** 31 - 1

export const u32 = (value: number): Uint8Array => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
export const bytesOf = (...parts: (Uint8Array | number | string)[]): Uint8Array =>
  Buffer.concat(
    parts.map((part) => {
      if (typeof part === 'number') return Uint8Array.of(part)
      return typeof part === 'string' ? Buffer.from(part) : part
    }),
  )

/** A page of version 1, without levels unless the body has them. */
export const page = (body: Uint8Array, count: number, encoding = PLAIN): MadePage => ({
  header: { 1: 0, 5: { 1: count, 2: encoding, 3: RLE, 4: RLE } },
  body,
})
export const dictionary = (body: Uint8Array, count: number): MadePage => ({
  header: { 1: 2, 7: { 1: count, 2: PLAIN } },
  body,
})
export const pageV2 = (body: Uint8Array, fields: Record<number, number | boolean>): MadePage => ({
  header: { 1: 3, 8: { 1: 1, 2: 0, 3: 1, 4: PLAIN, 5: 0, 6: 0, 7: false, ...fields } },
  body,
})

/** A file of one column `a`. */
export function fileOf(
  pages: readonly MadePage[],
  {
    type = INT32,
    repetition = REQUIRED,
    rows = 1,
    ...rest
  }: Partial<MadeColumn & MadeFile> & {
    readonly repetition?: number
    readonly element?: MadeFile['schema'][number]
  } = {},
): Uint8Array {
  const schema = [{ 1: type, 3: repetition, 4: 'a', ...rest.element }]
  const column = { path: ['a'], type, pages, ...rest }
  return madeParquet({ schema, rows, columns: [column] })
}

/** What the product reads of it. */
export async function docsOf(file: Uint8Array, resumeAt = 0): Promise<unknown[]> {
  const docs: unknown[] = []
  for await (const batch of parquetRecords(piecesOf(file), { uri: 'a.parquet', resumeAt })) {
    docs.push(...batch.records.map(({ doc }) => doc))
  }
  return docs
}

async function* piecesOf(file: Uint8Array): AsyncGenerator<Uint8Array> {
  yield file
}
