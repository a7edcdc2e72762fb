import { stringifyJson, type JsonValue } from '../bytes/json.ts'
import { parseStored, type DocWriter } from './doc-writer.ts'
import type { ExportColumn } from './export-columns.ts'

/**
 * RFC 4180 with a header. A text is as it is, everything else as JSON; nothing for null and for what a
 * document does not have, and `""` for an empty text. Cells that a spreadsheet would take for formulas
 * are not changed: the file is data for programs.
 */
export class CsvWriter implements DocWriter {
  readonly inexactCount = 0
  readonly #columns: readonly ExportColumn[]
  #hasHeader = false

  constructor(columns: readonly ExportColumn[]) {
    this.#columns = columns
  }

  write(docs: readonly Uint8Array[]): Uint8Array {
    let text = this.#header()
    for (const doc of docs) {
      const value = parseStored(doc)
      text += row(this.#columns.map((column) => cellText(column.valueOf(value))))
    }
    return Buffer.from(text)
  }

  end(): Uint8Array {
    return Buffer.from(this.#header())
  }

  #header(): string {
    if (this.#hasHeader) return ''
    this.#hasHeader = true
    return row(this.#columns.map(({ name }) => quoted(name)))
  }
}

/** A row of one empty cell would be an empty line, which readers pass over. */
function row(cells: readonly string[]): string {
  const line = cells.join(',')
  return `${line === '' ? '""' : line}\r\n`
}

function cellText(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return ''
  if (value === '') return '""'
  return quoted(typeof value === 'string' ? value : stringifyJson(value))
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
