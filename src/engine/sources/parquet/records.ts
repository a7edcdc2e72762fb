import type { SchemaElement, SchemaTree } from 'hyparquet'
import { DEFAULT_PARSERS } from 'hyparquet/src/convert.js'
import { JsonFloat, type JsonObject, type JsonValue, parseJson, setKey } from '../../bytes/json.ts'
import { formatRfc3339 } from '../../dates/datetime.ts'
import { messageOf, QwError } from '../../errors.ts'
import { RecordBatch } from '../record-batch.ts'
import { Budget } from './budget.ts'
import { readFooter } from './footer.ts'
import { GroupReader, type ParquetField } from './group-reader.ts'

/** A file is read from its end, so it is held whole. */
const MAX_FILE_BYTES = 256 * 1024 * 1024
/** Rows made at a time. */
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
    const footer = readFooter(file)
    const floats = new Set(
      elementsOf(footer.schema)
        .filter(holdsFractions)
        .map(({ name }) => name),
    )
    const reading = { file, budget: new Budget(file.length), parsers: PARSERS }
    let groupStart = 0
    for (const group of footer.groups) {
      reading.budget.spendRows(group.rowCount)
      const groupEnd = groupStart + group.rowCount
      const rows = new GroupReader(footer.schema, group, reading)
      for (let start = groupStart; start < groupEnd; start += BATCH_ROWS) {
        const end = Math.min(start + BATCH_ROWS, groupEnd)
        if (end <= resumeAt) continue
        const fields = rows.read(start - groupStart, end - groupStart)
        yield batchOf(fields, { start, end, floats }).from(resumeAt)
      }
      rows.close()
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

async function wholeFile(
  chunks: AsyncIterable<Uint8Array>,
  uri: string,
): Promise<Uint8Array<ArrayBuffer>> {
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
  return Uint8Array.from(Buffer.concat(parts))
}

/** Columns whose whole numbers are fractions like the others: 2.0, not 2. */
function holdsFractions({ type, converted_type: converted }: SchemaElement): boolean {
  return type === 'DOUBLE' || type === 'FLOAT' || converted === 'DECIMAL'
}

function elementsOf({ element, children }: SchemaTree): SchemaElement[] {
  return [element, ...children.flatMap(elementsOf)]
}

interface RowRange {
  readonly start: number
  readonly end: number
  readonly floats: ReadonlySet<string>
}

function batchOf(fields: readonly ParquetField[], { start, end, floats }: RowRange): RecordBatch {
  const records = Array.from({ length: end - start }, (_, i) => {
    const doc: JsonObject = {}
    for (const { name, cells } of fields) setJson(doc, name, jsonOf(cells[i]), floats)
    return { doc, line: start + i + 1, position: start + i, raw: new Uint8Array(0) }
  })
  return new RecordBatch(records, end)
}

function setJson(
  doc: JsonObject,
  name: string,
  json: JsonValue,
  floats: ReadonlySet<string>,
): void {
  if (json === null) return
  const isFloat = typeof json === 'number' && floats.has(name) && Number.isInteger(json)
  setKey(doc, name, isFloat ? new JsonFloat(json) : json)
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
      return objectOf(value)
    default:
      return null
  }
}

/** Inside values the schema is not followed. */
function objectOf(value: object): JsonObject {
  const object: JsonObject = {}
  for (const [name, inner] of Object.entries(value)) setJson(object, name, jsonOf(inner), NO_FLOATS)
  return object
}

const NO_FLOATS: ReadonlySet<string> = new Set()

/** Times and numbers keep the digits that they have. */
const PARSERS = {
  ...DEFAULT_PARSERS,
  jsonFromBytes: (bytes: Uint8Array | undefined) =>
    bytes === undefined ? undefined : parseJson(new TextDecoder().decode(bytes)),
  timestampFromMilliseconds: (millis: bigint) => formatRfc3339(millis * 1_000_000n),
  timestampFromMicroseconds: (micros: bigint) => formatRfc3339(micros * 1_000n),
  timestampFromNanoseconds: (nanos: bigint) => formatRfc3339(nanos),
  dateFromDays: (days: number) => formatRfc3339(days * 86_400_000).slice(0, 10),
}
