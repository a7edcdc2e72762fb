import type { DecodedArray, SchemaTree } from 'hyparquet'
import { assembleNested } from 'hyparquet/src/assemble.js'
import { ColumnReader, type ColumnReading } from './column-reader.ts'
import type { ParquetColumn, ParquetGroup } from './footer.ts'

/** A field of the documents, with a cell for each row that was asked for. */
export interface ParquetField {
  readonly name: string
  readonly cells: ArrayLike<unknown>
}

/** The rows of a row group from its first on, by field. */
export class GroupReader {
  readonly #reading: ColumnReading
  /** Each field of the schema with the columns below it. */
  readonly #fields: readonly {
    readonly node: SchemaTree
    readonly columns: readonly { readonly key: string; readonly reader: ColumnReader }[]
  }[]

  constructor(schema: SchemaTree, { columns }: ParquetGroup, reading: ColumnReading) {
    this.#reading = reading
    const byField = new Map<SchemaTree | undefined, ParquetColumn[]>()
    for (const column of columns) {
      const field = column.path[1]
      const below = byField.get(field) ?? []
      below.push(column)
      byField.set(field, below)
    }
    this.#fields = schema.children.flatMap((node) => {
      const below = byField.get(node) ?? []
      const readers = below.map((column) => ({
        key: (column.path.at(-1)?.path ?? []).join('.'),
        reader: new ColumnReader(column, reading),
      }))
      return below.length === 0 ? [] : [{ node, columns: readers }]
    })
  }

  /** Rows from `start` up to `end`; never rows before those that were asked for last. */
  read(start: number, end: number): readonly ParquetField[] {
    return this.#fields.map(({ node, columns }) => {
      const cells = new Map<string, DecodedArray>()
      for (const { key, reader } of columns) cells.set(key, reader.cells(start, end))
      // A field that is no column of its own is put together from those below it.
      if (node.children.length > 0) assembleNested(cells, node, this.#reading.parsers)
      const whole = cells.get(node.path.join('.'))
      if (whole === undefined) throw new Error('a field lacks a column')
      return { name: node.element.name, cells: whole }
    })
  }

  /** Nothing more is asked for. */
  close(): void {
    for (const { columns } of this.#fields) for (const { reader } of columns) reader.close()
  }
}
