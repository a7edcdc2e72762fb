import type { DecodedArray, ParquetParsers, SchemaTree } from 'hyparquet'
import { assembleLists } from 'hyparquet/src/assemble.js'
import { parquetHeader } from 'hyparquet/src/column.js'
import { isFlatColumn } from 'hyparquet/src/schema.js'
import { elementAt } from '../../bytes/element-at.ts'
import { ARRAY_BYTES, type Budget, VALUE_BYTES } from './budget.ts'
import { convertCells, costsOf, isInVariant } from './cells.ts'
import { decodeDictionary, type DecodedPage, decodePage } from './decode-page.ts'
import type { ParquetColumn } from './footer.ts'
import { openPage, type Page, sizeOfPage } from './page.ts'
import { endOfStruct } from './thrift-check.ts'

export interface ColumnReading {
  readonly file: Uint8Array<ArrayBuffer>
  readonly budget: Budget
  readonly parsers: ParquetParsers
}

/** Cells of some rows, from `start` on. */
interface Stretch {
  readonly start: number
  readonly cells: ArrayLike<unknown>
  readonly bytes: number
}

interface Dictionary {
  readonly entries: ArrayLike<unknown>
  readonly costs: Float64Array
}

/** The cells of one column of a row group, from its first row on: each page is read once. */
export class ColumnReader {
  readonly #column: ParquetColumn
  readonly #reading: ColumnReading
  readonly #isFlat: boolean
  #at: number
  #dictionary: Dictionary | undefined
  /** Row with which the next page begins; of a nested column, with which `#rows` begins. */
  #row = 0
  #stretches: Stretch[] = []
  /** Of a nested column: the last one may go on in the next page. */
  #rows: unknown[] = []
  #heldBytes = 0

  constructor(column: ParquetColumn, reading: ColumnReading) {
    this.#column = column
    this.#reading = reading
    this.#isFlat = isFlatColumn([...column.path])
    this.#at = column.start
  }

  /** Cells of the rows from `start` up to `end`; never rows before those that were asked for last. */
  cells(start: number, end: number): unknown[] {
    return this.#isFlat ? this.#flatCells(start, end) : this.#nestedCells(start, end)
  }

  /** Nothing more is asked for. */
  close(): void {
    this.#letGo(this.#heldBytes)
  }

  #flatCells(start: number, end: number): unknown[] {
    const done = this.#stretches.filter((stretch) => stretch.start + stretch.cells.length <= start)
    this.#stretches = this.#stretches.slice(done.length)
    for (const { bytes } of done) this.#letGo(bytes)
    while (this.#row < end) this.#readFlatPage(start, end)
    const found: unknown[] = []
    for (const { start: from, cells } of this.#stretches) {
      const [first, last] = [Math.max(start, from), Math.min(end, from + cells.length)]
      for (let row = first; row < last; row++) found.push(cells[row - from])
    }
    return found
  }

  #readFlatPage(start: number, end: number): void {
    const page = this.#nextPage((count) => this.#row + count <= start, end)
    if (page === undefined) return
    const before = this.#heldBytes
    const decoded = this.#decode(page)
    const values = this.#converted(decoded)
    const cells = decoded.definition === undefined ? values : withNulls(values, decoded)
    this.#stretches.push({ start: this.#row, cells, bytes: this.#heldBytes - before })
    this.#row += cells.length
  }

  #nestedCells(start: number, end: number): unknown[] {
    this.#dropRows(start)
    while (this.#row + this.#rows.length <= end && this.#at < this.#column.end) {
      const page = this.#nextPage(() => false, end)
      if (page === undefined || page.count === 0) continue
      this.#addRows(this.#decode(page))
      this.#dropRows(start)
    }
    const found = this.#rows.slice(start - this.#row, end - this.#row)
    if (found.length < end - start) throw this.#tooFew(this.#row + this.#rows.length, end)
    return found
  }

  #addRows(decoded: DecodedPage): void {
    const { definition, repetition = new Uint8Array(0) } = decoded
    const path = [...this.#column.path]
    // The library would begin a row with it.
    const goesOn =
      repetition.at(0) !== 0 &&
      repetition.length > 0 &&
      path.at(-1)?.element.repetition_type === 'REPEATED'
    if (goesOn) throw new Error('a repeated value goes on in the next page')
    this.#hold(arraysOf(decoded, path) * ARRAY_BYTES)
    const values = this.#converted(decoded)
    // Levels are numbers in a row, which is all that the library asks of them.
    const [def, rep] = [definition, repetition] as unknown as [number[] | undefined, number[]]
    const rows = assembleLists(this.#rows, def, rep, values as DecodedArray, path)
    // Values without any level are given back as they are.
    if (rows !== this.#rows) for (const row of rows) this.#rows.push(row)
  }

  /** Rows before `start`, save the last, which may go on. */
  #dropRows(start: number): void {
    const count = Math.min(start - this.#row, this.#rows.length - 1)
    if (count <= 0) return
    this.#letGo(Math.floor((this.#heldBytes * count) / this.#rows.length))
    this.#rows.splice(0, count)
    this.#row += count
  }

  /** Undefined: a dictionary, which is kept, or a page whose values `isPassed` over. */
  #nextPage(isPassed: (count: number) => boolean, end: number): Page | undefined {
    const { file, budget } = this.#reading
    if (this.#at >= this.#column.end) throw this.#tooFew(this.#row, end)
    const bytes = file.subarray(this.#at, this.#column.end)
    const offset = endOfStruct(bytes, 0)
    const header = parquetHeader({ view: new DataView(file.buffer, this.#at, offset), offset: 0 })
    const size = sizeOfPage(header, bytes.length - offset)
    this.#at += offset + size.bytes
    if (header.type !== 'DICTIONARY_PAGE' && isPassed(size.count)) {
      this.#row += size.count
      return undefined
    }
    const packed = bytes.subarray(offset, offset + size.bytes)
    const page = openPage(header, packed, { column: this.#column, budget })
    if (!page.isDictionary) return page
    this.#dictionary = this.#dictionaryOf(page)
    return undefined
  }

  #dictionaryOf(page: Page): Dictionary {
    const { budget, parsers } = this.#reading
    this.#hold(page.body.length + page.count * VALUE_BYTES)
    const values = decodeDictionary(page, { column: this.#column, budget })
    const costs = costsOf(values, this.#column)
    return { entries: convertCells(values, this.#column, parsers), costs }
  }

  #decode(page: Page): DecodedPage {
    this.#hold(page.body.length + page.count * VALUE_BYTES)
    const decoded = decodePage(page, { column: this.#column, budget: this.#reading.budget })
    this.#hold(decoded.bytes - page.body.length)
    return decoded
  }

  #hold(bytes: number): void {
    this.#heldBytes += bytes
    this.#reading.budget.hold(bytes)
  }

  #letGo(bytes: number): void {
    this.#heldBytes -= bytes
    this.#reading.budget.letGo(bytes)
  }

  /** Texts, times and numbers; entries of the dictionary. */
  #converted({ values, isIndexed }: DecodedPage): ArrayLike<unknown> {
    const { budget, parsers } = this.#reading
    if (!isIndexed) {
      if (isInVariant(this.#column)) {
        for (const bytes of costsOf(values, this.#column)) budget.spend(bytes)
      }
      return convertCells(values, this.#column, parsers)
    }
    if (this.#dictionary === undefined) throw new Error('a page lacks its dictionary')
    const { entries, costs } = this.#dictionary
    let bytes = 0
    // Of a dictionary they are numbers of entries.
    for (const index of values as Uint32Array) {
      if (index >= costs.length)
        throw new Error(`entry ${index} of a dictionary of ${costs.length}`)
      bytes += costs[index] as number
    }
    budget.spend(bytes)
    return Array.from(values as Uint32Array, (index) => entries[index])
  }

  #tooFew(found: number, wanted: number): Error {
    return new Error(`a column ends with row ${found}, before row ${wanted} of its row group`)
  }
}

function withNulls(
  values: ArrayLike<unknown>,
  { definition = new Uint8Array(0), maxDefinition }: DecodedPage,
): unknown[] {
  let next = 0
  return Array.from(definition, (level) => (level === maxDefinition ? values[next++] : null))
}

/** How many lists and optional parts the values of a page open, each of which becomes an array. */
function arraysOf(
  { definition, repetition, maxDefinition, values }: DecodedPage,
  path: readonly SchemaTree[],
): number {
  const kinds = path.slice(1).map(({ element }) => element.repetition_type)
  const last = kinds.at(-1) === 'REPEATED' ? kinds.length : kinds.length - 1
  /** Below the repeated element of each level, the row first. */
  const below: number[] = []
  kinds.unshift('REPEATED')
  for (const [i, kind] of kinds.entries()) {
    if (kind === 'REPEATED') {
      below.push(kinds.slice(i + 1, last + 1).filter((each) => each !== 'REQUIRED').length)
    }
  }
  const levels = definition ?? repetition
  if (levels === undefined) return values.length * elementAt(below, 0)
  let count = 0
  for (let i = 0; i < levels.length; i++) {
    const opened = below[repetition === undefined ? 0 : (repetition[i] as number)]
    const present = definition === undefined ? maxDefinition : (definition[i] as number)
    count += Math.min(opened ?? present, present)
  }
  return count
}
