import zlib from 'node:zlib'
import {
  type Compressors,
  parquetMetadata,
  parquetReadObjects,
  type SchemaElement,
} from 'hyparquet'
import { JsonFloat, parseJson, type JsonObject, type JsonValue } from '../bytes/json.ts'
import { formatRfc3339 } from '../dates/datetime.ts'
import { messageOf, QwError } from '../errors.ts'
import { RecordBatch } from './record-batch.ts'

/** A file is read from its end, so it is held whole. */
const MAX_FILE_BYTES = 256 * 1024 * 1024
/** Rows decoded at a time; a row group is decoded once for all that are asked of it together. */
const BATCH_ROWS = 20_000

interface ParquetRequest {
  readonly uri: string
  /** Rows before this one are passed over: a row's number is its position. */
  readonly resumeAt: number
}

/** The rows of a Parquet file as documents; line numbers are row numbers, from 1. Throws `tooLarge` beyond
 *  `MAX_FILE_BYTES`, and `invalid` (INGEST-FORMAT) for a file that cannot be decoded. */
export async function* parquetRecords(
  chunks: AsyncIterable<Uint8Array>,
  { uri, resumeAt }: ParquetRequest,
): AsyncGenerator<RecordBatch> {
  const file = await wholeFile(chunks, uri)
  try {
    const metadata = parquetMetadata(file)
    const floats = new Set(metadata.schema.filter(holdsFractions).map(({ name }) => name))
    let groupStart = 0
    for (const { num_rows: count } of metadata.row_groups) {
      const groupEnd = groupStart + Number(count)
      for (let start = groupStart; start < groupEnd; start += BATCH_ROWS) {
        const end = Math.min(start + BATCH_ROWS, groupEnd)
        if (end <= resumeAt) continue
        const reading = { file, metadata, rowStart: start, rowEnd: end }
        const rows = await parquetReadObjects({
          ...reading,
          compressors: COMPRESSORS,
          parsers: PARSERS,
        })
        yield batchOf(rows, { start, floats }).from(resumeAt)
      }
      groupStart = groupEnd
    }
  } catch (cause) {
    throw new QwError('invalid', `${uri} cannot be read as Parquet: ${messageOf(cause)}`, {
      code: 'INGEST-FORMAT',
      fix: 'write it again, with snappy, gzip or zstd inside, or export it as newline-delimited JSON',
      cause,
    })
  }
}

async function wholeFile(chunks: AsyncIterable<Uint8Array>, uri: string): Promise<ArrayBuffer> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunks) {
    length += chunk.length
    if (length > MAX_FILE_BYTES) {
      throw new QwError('tooLarge', `${uri} is a Parquet file of more than 256 MiB`, {
        fix: 'write it as several files, or export it as NDJSON',
      })
    }
    parts.push(chunk)
  }
  return Uint8Array.from(Buffer.concat(parts)).buffer
}

/** Columns whose whole numbers are fractions like the others: 2.0, not 2. */
function holdsFractions({ type, converted_type: converted }: SchemaElement): boolean {
  return type === 'DOUBLE' || type === 'FLOAT' || converted === 'DECIMAL'
}

function batchOf(
  rows: readonly Record<string, unknown>[],
  { start, floats }: { readonly start: number; readonly floats: ReadonlySet<string> },
): RecordBatch {
  const records = rows.map((row, i) => ({
    doc: documentOf(row, floats),
    line: start + i + 1,
    position: start + i,
    raw: new Uint8Array(0),
  }))
  return new RecordBatch(records, start + rows.length)
}

function documentOf(row: Record<string, unknown>, floats: ReadonlySet<string>): JsonObject {
  const doc: JsonObject = {}
  for (const [name, value] of Object.entries(row)) {
    const json = jsonOf(value)
    const isFloat = typeof json === 'number' && floats.has(name) && Number.isInteger(json)
    if (json !== null) doc[name] = isFloat ? new JsonFloat(json) : json
  }
  return doc
}

function jsonOf(value: unknown): JsonValue {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'number':
      return value
    case 'bigint': {
      const number = Number(value)
      return Number.isSafeInteger(number) ? number : value
    }
    case 'object':
      if (value === null) return null
      if (value instanceof JsonFloat) return value
      if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
      if (Array.isArray(value) || ArrayBuffer.isView(value)) {
        return Array.from(value as ArrayLike<unknown>, jsonOf) // arrays, plain or typed
      }
      return documentOf(Object.fromEntries(Object.entries(value)), NO_FLOATS)
    default:
      return null
  }
}

/** Inside values the schema is not followed. */
const NO_FLOATS: ReadonlySet<string> = new Set()

/** Times and numbers keep the digits that they have. */
const PARSERS = {
  jsonFromBytes: (bytes: Uint8Array | undefined) =>
    bytes === undefined ? undefined : parseJson(new TextDecoder().decode(bytes)),
  timestampFromMilliseconds: (millis: bigint) => formatRfc3339(millis * 1_000_000n),
  timestampFromMicroseconds: (micros: bigint) => formatRfc3339(micros * 1_000n),
  timestampFromNanoseconds: (nanos: bigint) => formatRfc3339(nanos),
  dateFromDays: (days: number) => formatRfc3339(days * 86_400_000).slice(0, 10),
}

const COMPRESSORS: Compressors = {
  GZIP: (input, bytes) => zlib.gunzipSync(input, atMost(bytes)),
  BROTLI: (input, bytes) => zlib.brotliDecompressSync(input, atMost(bytes)),
  ...zstdOfThisNode(),
}

/** A page is no longer than its header says, and never longer than a file may be. */
function atMost(pageBytes: number): { readonly maxOutputLength: number } {
  return { maxOutputLength: Math.max(1, Math.min(pageBytes, MAX_FILE_BYTES)) }
}

/** Node has it from 22.15 on. */
function zstdOfThisNode(): Compressors {
  const unpack: unknown = Reflect.get(zlib, 'zstdDecompressSync')
  if (typeof unpack !== 'function') return {}
  const unzstd = unpack as typeof zlib.gunzipSync // takes what the others take
  return { ZSTD: (input, bytes) => unzstd(input, atMost(bytes)) }
}
