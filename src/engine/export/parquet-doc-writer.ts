import type { SchemaElement } from 'hyparquet'
import { ByteWriter } from 'hyparquet-writer/src/bytewriter.js'
import { ParquetWriter } from 'hyparquet-writer/src/parquet-writer.js'
import { parseStored, type DocWriter } from './doc-writer.ts'
import type { ExportColumn } from './export-columns.ts'
import { elementsOf, parquetCell, type ParquetCell } from './parquet-cells.ts'

/** A row group is written when it holds so much, whichever comes first. */
const GROUP_ROWS = 50_000
const GROUP_BYTES = 16 << 20

/** A Parquet file, row group after row group, compressed by Snappy inside. */
export class ParquetDocWriter implements DocWriter {
  inexactCount = 0
  readonly #columns: readonly ExportColumn[]
  readonly #cells: readonly ParquetCell[]
  readonly #bytes = new ByteWriter()
  readonly #writer: ParquetWriter
  /** Of the row group under way, by column. */
  #values: unknown[][]
  #rowCount = 0
  #sourceBytes = 0

  constructor(columns: readonly ExportColumn[]) {
    this.#columns = columns
    this.#cells = columns.map(({ declared }) => parquetCell(declared, () => this.inexactCount++))
    this.#values = columns.map(() => [])
    const root: SchemaElement = { name: 'documents', num_children: columns.length }
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      schema: [root, ...columns.flatMap(elementsOf)],
      createdBy: 'qw-lambda',
    })
  }

  write(docs: readonly Uint8Array[]): Uint8Array {
    for (const bytes of docs) {
      const doc = parseStored(bytes)
      for (const [i, { valueOf }] of this.#columns.entries()) {
        const value = valueOf(doc)
        const isAbsent = value === undefined || value === null
        this.#values[i]?.push(isAbsent ? null : this.#cells[i]?.(value))
      }
      this.#rowCount++
      this.#sourceBytes += bytes.length
      if (this.#rowCount >= GROUP_ROWS || this.#sourceBytes >= GROUP_BYTES) this.#writeGroup()
    }
    return this.#take()
  }

  end(): Uint8Array {
    if (this.#rowCount > 0) this.#writeGroup()
    this.#writer.schema = this.#writer.schema.map(asJson)
    void this.#writer.finish() // only a writer that flushes gives a promise
    return this.#take()
  }

  #writeGroup(): void {
    const columnData = this.#columns.map(({ name }, i) => ({ name, data: this.#values[i] ?? [] }))
    void this.#writer.write({ columnData, rowGroupSize: this.#rowCount })
    this.#values = this.#columns.map(() => [])
    this.#rowCount = 0
    this.#sourceBytes = 0
  }

  #take(): Uint8Array {
    const taken = this.#bytes.getBytes().slice()
    this.#bytes.index = 0
    return taken
  }
}

/** Older readers know JSON by this. Set when all is written: the library would make JSON of the texts
 *  once more. */
function asJson(element: SchemaElement): SchemaElement {
  return element.logical_type?.type === 'JSON' ? { ...element, converted_type: 'JSON' } : element
}
