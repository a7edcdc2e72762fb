import { parquetWriteBuffer } from 'hyparquet-writer'
import { stringifyJson } from '../../../src/engine/bytes/json.ts'
import { parquetRecords } from '../../../src/engine/sources/parquet/records.ts'
import type { Draw } from './draw.ts'

const ROWS = 40
const numbers = Array.from({ length: ROWS }, (_, i) => i * i - 7)
const texts = numbers.map((n) => `text ${n % 5}`)

/** Every encoding of the writer, a nested column, nulls; small pages, and nothing packed on top of them. */
const FILES = (['UNCOMPRESSED', 'SNAPPY'] as const).flatMap((codec) => [
  write(codec, [
    { name: 'a', data: numbers, type: 'INT32', encoding: 'DELTA_BINARY_PACKED' },
    { name: 'b', data: numbers.map(BigInt), type: 'INT64', encoding: 'DELTA_BINARY_PACKED' },
    { name: 'c', data: texts, type: 'STRING', encoding: 'DELTA_LENGTH_BYTE_ARRAY' },
    { name: 'd', data: texts, type: 'STRING', encoding: 'DELTA_BYTE_ARRAY' },
    { name: 'e', data: numbers.map((n) => n / 3), type: 'DOUBLE', encoding: 'BYTE_STREAM_SPLIT' },
  ]),
  write(codec, [
    { name: 'a', data: texts, type: 'STRING' },
    { name: 'b', data: numbers.map((n) => n % 2 === 0), type: 'BOOLEAN' },
    {
      name: 'c',
      data: numbers.map((n, i) => (i % 3 === 0 ? null : n / 2)),
      type: 'DOUBLE',
      nullable: true,
    },
    { name: 'd', data: numbers.map((n) => new Date(n * 1e9)), type: 'TIMESTAMP' },
    { name: 'e', data: numbers.map((n) => ({ n, list: [n] })), type: 'JSON' },
  ]),
])

type Columns = Parameters<typeof parquetWriteBuffer>[0]['columnData']

function write(codec: 'UNCOMPRESSED' | 'SNAPPY', columnData: Columns): Uint8Array {
  return new Uint8Array(parquetWriteBuffer({ columnData, codec, pageSize: 100, rowGroupSize: 25 }))
}

/** True where every row was read. */
export async function tryParquet(draw: Draw, isAsIs: boolean): Promise<boolean> {
  const whole = draw.of(FILES)
  const bytes = isAsIs ? whole : changed(whole, draw)
  let rowCount = 0
  for await (const batch of parquetRecords(piecesOf(bytes), { uri: 'a.parquet', resumeAt: 0 })) {
    for (const { doc } of batch.records) stringifyJson(doc as Parameters<typeof stringifyJson>[0])
    rowCount += batch.count
  }
  return rowCount === ROWS
}

/** Most often a byte or two, so that what stands around them is still understood. */
function changed(whole: Uint8Array, draw: Draw): Uint8Array {
  if (draw.chance(0.1)) return draw.bytes(whole, FILES)
  const bytes = whole.slice()
  for (let edits = 1 + draw.below(3); edits > 0; edits--) {
    bytes[4 + draw.below(bytes.length - 12)] = draw.chance(0.5)
      ? draw.below(256)
      : draw.of([0, 1, 127, 128, 255])
  }
  return bytes
}

async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
