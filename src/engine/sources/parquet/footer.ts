import type { ColumnMetaData, FileMetaData, SchemaTree } from 'hyparquet'
import { parquetMetadata, parquetSchema } from 'hyparquet/src/metadata.js'
import { deserializeTCompactProtocol } from 'hyparquet/src/thrift.js'
import { endOfStruct } from './thrift-check.ts'

/** The footer's length and `PAR1`. */
const TAIL_BYTES = 8
const MAX_SCHEMA_ELEMENTS = 100_000
/** As deep as a document may nest. */
const MAX_SCHEMA_DEPTH = 128
/** Parquet's decimals have 38 digits, or 76: the library's work grows with the square of the length. */
export const MAX_DECIMAL_BYTES = 64

interface ParquetFooter {
  readonly schema: SchemaTree
  readonly groups: readonly ParquetGroup[]
}

/** A row group. */
export interface ParquetGroup {
  readonly rowCount: number
  readonly columns: readonly ParquetColumn[]
}

/** One column of a row group: where its pages are, and what they hold. */
export interface ParquetColumn {
  /** From the root of the schema to the column. */
  readonly path: readonly SchemaTree[]
  readonly type: ColumnMetaData['type']
  readonly codec: ColumnMetaData['codec']
  /** Its bytes in the file. */
  readonly start: number
  readonly end: number
}

/** What the end of a Parquet file says of the rest. Throws when it cannot be. */
export function readFooter(file: Uint8Array): ParquetFooter {
  const metadata = readMetadata(file)
  checkNesting(metadata)
  const schema = parquetSchema(metadata)
  const paths = new Map(leafPaths([schema]).map((path) => [keyOf(namesOf(path)), path]))
  const groups = metadata.row_groups.map(({ num_rows: rows, columns: chunks }) => {
    const rowCount = checkedCount(rows, Number.MAX_SAFE_INTEGER, 'rows')
    const columns = chunks.map(({ file_path: elsewhere, meta_data: column }) => {
      if (elsewhere !== undefined) throw new Error('a column lies in another file')
      if (column === undefined) throw new Error('a column is encrypted')
      const path = paths.get(keyOf(column.path_in_schema))
      if (path === undefined) throw new Error('the schema lacks one of the columns')
      return columnOf(column, path, file.length)
    })
    const isTwice = new Set(columns.map(({ path }) => path)).size < columns.length
    if (isTwice) throw new Error('a row group has a column twice')
    if (rowCount > 0 && columns.length === 0) throw new Error('a row group has no column')
    return { rowCount, columns }
  })
  return { schema, groups }
}

/** A count that is believed: a whole number from 0 to `max`. */
export function checkedCount(value: unknown, max: number, what: string): number {
  const count = Number(value)
  if (Number.isInteger(count) && count >= 0 && count <= max) return count
  throw new Error(`it says that it has ${String(value)} ${what}, of ${max} that can be`)
}

function readMetadata(file: Uint8Array): FileMetaData {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const end = file.length - TAIL_BYTES
  const start = end < 0 ? -1 : end - view.getUint32(end, true)
  if (start < 0) throw new Error('it ends before its footer begins')
  const footer = file.subarray(start, end)
  endOfStruct(footer, 0)
  checkBounds(footer)
  return parquetMetadata(file)
}

/** Parts of the footer by the numbers of Parquet's Thrift definition. */
interface RawFooter {
  /** The schema: `field_1` is the type, `field_6` the converted one. */
  readonly field_2?: readonly { readonly field_1?: number; readonly field_6?: number }[]
  /** Row groups, columns, their metadata, its statistics. */
  readonly field_4?: readonly {
    readonly field_1?: readonly { readonly field_3?: { readonly field_12?: object } }[]
  }[]
}

const FIXED_LENGTH_TYPE = 7
const DECIMAL = 5

/** The library makes numbers of the least and the largest value of each column, which nobody here uses. */
function checkBounds(footer: Uint8Array): void {
  const view = new DataView(footer.buffer, footer.byteOffset, footer.byteLength)
  const raw: RawFooter = deserializeTCompactProtocol({ view, offset: 0 })
  const isLongNumber = (raw.field_2 ?? []).some(
    ({ field_1: type, field_6: converted }) => type === FIXED_LENGTH_TYPE && converted === DECIMAL,
  )
  if (!isLongNumber) return
  for (const { field_1: chunks = [] } of raw.field_4 ?? []) {
    for (const { field_3: column } of chunks) {
      for (const bound of Object.values(column?.field_12 ?? {})) {
        if (bound instanceof Uint8Array && bound.length > MAX_DECIMAL_BYTES) {
          throw new Error(`a bound of a column of decimals has ${bound.length} bytes`)
        }
      }
    }
  }
}

/** Elements stand in the order of a walk, each with the count of its children. */
function checkNesting({ schema }: FileMetaData): void {
  if (schema.length > MAX_SCHEMA_ELEMENTS) {
    throw new Error(`its schema has more than ${MAX_SCHEMA_ELEMENTS} elements`)
  }
  /** How many children are still to come, by depth. */
  const left = [1]
  for (const { num_children: children = 0 } of schema) {
    while (left.at(-1) === 0) left.pop()
    if (left.length === 0 || left.length > MAX_SCHEMA_DEPTH) break
    left.push((left.pop() ?? 0) - 1)
    if (children > 0) left.push(checkedCount(children, schema.length, 'fields'))
  }
  if (left.some((count) => count > 0)) {
    throw new Error(`its schema is no tree of at most ${MAX_SCHEMA_DEPTH} levels`)
  }
}

function leafPaths(path: readonly SchemaTree[]): (readonly SchemaTree[])[] {
  const children = path.at(-1)?.children ?? []
  return children.length === 0 ? [path] : children.flatMap((child) => leafPaths([...path, child]))
}

function namesOf(path: readonly SchemaTree[]): readonly string[] {
  return path.slice(1).map(({ element }) => element.name)
}

/** Names have any letters. */
function keyOf(names: readonly string[]): string {
  return JSON.stringify(names)
}

function columnOf(
  column: ColumnMetaData,
  path: readonly SchemaTree[],
  fileBytes: number,
): ParquetColumn {
  const { type, codec, dictionary_page_offset: dictionary, data_page_offset: data } = column
  if (type !== path.at(-1)?.element.type) throw new Error('a column is of two types')
  // A dictionary at 0 is none: the file begins with its mark.
  const first = Number(dictionary ?? 0) === 0 ? data : dictionary
  const start = checkedCount(first, fileBytes, 'bytes before a column')
  const length = checkedCount(column.total_compressed_size, fileBytes - start, 'bytes in a column')
  return { path, type, codec, start, end: start + length }
}
