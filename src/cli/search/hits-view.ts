import {
  isJsonObject,
  stringifyJson,
  type JsonObject,
  type JsonValue,
} from '../../engine/bytes/json.ts'
import { pickPaths } from '../../engine/bytes/pick-paths.ts'
import { separatedRow, type Separated } from '../format/separated.ts'
import { drawTable, type TableColumn } from '../format/table.ts'
import type { Zone } from '../format/time.ts'
import type { Output } from '../format/streams.ts'
import stringWidth from 'string-width'
import { cellText, flattenHit, humanCell, isNumeric } from './cells.ts'
import { columnsOf, plainPath, stableColumnsOf, type FlatHit } from './columns.ts'
import type { Highlighter } from './highlight.ts'
import type { FieldFacts, IndexFacts } from '../stack/index-facts.ts'
import { paintedLevel } from '../format/severity.ts'
import { snippetText, type HitSnippets } from './snippets.ts'

export type HitsFormat = 'table' | 'line' | 'csv' | 'tsv' | 'ndjson' | 'raw'

export interface HitsView {
  readonly format: HitsFormat
  /** Paths asked for with `--fields`; empty: chosen from the index and the hits. */
  readonly fields: readonly string[]
  /** Paths that stand before all of these. */
  readonly lead?: readonly string[]
  readonly facts: IndexFacts | undefined
  readonly zone: Zone
  /** What to do with a cell that does not fit a table. */
  readonly longCells: 'cut' | 'wrap' | 'whole'
  readonly highlight: Highlighter
}

export interface ShownHit {
  readonly doc: JsonObject
  readonly snippets?: HitSnippets | undefined
}

interface Row {
  readonly values: FlatHit
  readonly hit: ShownHit
}

/** Writes hits page by page in one format; columns are chosen with the first page and then kept. */
export class HitsWriter {
  readonly #view: HitsView
  readonly #out: Output
  #columns: readonly string[] | undefined
  #blocks = 0
  readonly #leftOut = new Set<string>()

  constructor(view: HitsView, out: Output) {
    this.#view = view
    this.#out = out
  }

  /** Fields that had no column because they came after the header was written. */
  get leftOut(): readonly string[] {
    return [...this.#leftOut]
  }

  /** How many of the hits' fields a table had no room for. */
  hiddenColumns = 0

  async write(hits: readonly ShownHit[]): Promise<void> {
    if (hits.length === 0 && this.#separator() === undefined) return
    await this.#out.write(this.#text(hits))
    this.#blocks++
  }

  #text(hits: readonly ShownHit[]): string {
    if (this.#view.format === 'ndjson')
      return hits.map((hit) => `${this.#json(hit.doc)}\n`).join('')
    const rows = hits.map((hit): Row => ({ values: flattenHit(hit.doc), hit }))
    const separator = this.#separator()
    if (separator !== undefined) return this.#separated(rows, separator)
    const [only] = rows
    const columns = this.#withLead(
      this.#view.fields.length > 0 ? this.#view.fields : this.#chosen(rows),
    )
    const isOneHit = this.#blocks === 0 && rows.length === 1 && this.#view.format === 'table'
    if (isOneHit && only !== undefined) return this.#lines(only, columns)
    if (this.#view.format === 'line') {
      const gap = this.#blocks === 0 ? '' : '\n'
      return gap + rows.map((row) => this.#lines(row, columns)).join('\n')
    }
    return this.#table(rows, columns)
  }

  /** How a row is joined; undefined where it is drawn. A pipe gets the table's rows whole. */
  #separator(): Separated | undefined {
    const { format } = this.#view
    if (format === 'csv' || format === 'tsv') return format
    return format === 'raw' || (format === 'table' && !this.#out.isTerminal) ? 'tsv' : undefined
  }

  #separated(rows: readonly Row[], separator: Separated): string {
    const isFirst = this.#columns === undefined
    const columns = (this.#columns ??= this.#withLead(this.#fixedColumns(rows)))
    const known = new Set(columns)
    if (this.#view.fields.length === 0 && !isFirst) {
      for (const row of rows) {
        for (const path of row.values.keys()) if (!known.has(path)) this.#leftOut.add(path)
      }
    }
    const lines = rows.map((row) =>
      separatedRow(
        columns.map((name) => this.#snippet(row, name) ?? cellText(row.values.get(name))),
        separator,
      ),
    )
    const hasHeader = isFirst && this.#view.format !== 'raw'
    return (hasHeader ? separatedRow(columns, separator) : '') + lines.join('')
  }

  #fixedColumns(rows: readonly Row[]): readonly string[] {
    const { fields, facts, format } = this.#view
    if (fields.length > 0) return fields
    const values = rows.map((row) => row.values)
    const isFile = format === 'csv' || format === 'tsv' || rows.length === 0
    return isFile ? stableColumnsOf(values, facts) : columnsOf(values, facts)
  }

  #withLead(columns: readonly string[]): readonly string[] {
    const { lead } = this.#view
    return lead === undefined ? columns : [...new Set([...lead, ...columns])]
  }

  #chosen(rows: readonly Row[]): readonly string[] {
    return columnsOf(
      rows.map((row) => row.values),
      this.#view.facts,
    )
  }

  #table(rows: readonly Row[], columns: readonly string[]): string {
    const { longCells } = this.#view
    const width = longCells === 'whole' ? Infinity : this.#out.columns
    const plain = rows.map((row) => columns.map((name) => this.#plainCell(row, name)))
    const count =
      this.#view.fields.length > 0 ? columns.length : fittingCount(columns, plain, width)
    this.hiddenColumns = columns.length - count
    const shown = columns.slice(0, count)
    // Where the user chose the columns, none of them gives way.
    const time = this.#view.fields.length > 0 ? undefined : this.#view.facts?.timestampField
    const heads: TableColumn[] = shown.map((name) => ({
      name,
      whole: time !== undefined && name === plainPath(time),
      align: rows.every(({ values }) => !values.has(name) || isNumeric(values.get(name)))
        ? 'right'
        : 'left',
    }))
    const cells = rows.map((row, r) =>
      shown.map((name, c) => this.#cell(row, name, plain[r]?.[c] ?? '')),
    )
    const space = { width, style: this.#out.style, wrap: longCells === 'wrap' }
    return drawTable({ columns: heads, rows: cells }, space)
  }

  #lines(row: Row, columns: readonly string[]): string {
    const present = columns.filter((name) => row.values.has(name))
    const width = Math.max(0, ...present.map((name) => stringWidth(name)))
    const indent = ' '.repeat(width + 2)
    const lines = present.map((name) => {
      const text = this.#cell(row, name, this.#plainCell(row, name)).replaceAll('\n', `\n${indent}`)
      return `${this.#out.style.paint.dim(' '.repeat(width - stringWidth(name)) + name)}  ${text}\n`
    })
    return lines.join('')
  }

  #plainCell(row: Row, name: string): string {
    return (
      this.#snippet(row, name) ??
      humanCell(row.values.get(name), this.#field(name), this.#view.zone)
    )
  }

  #cell(row: Row, name: string, plain: string): string {
    const snippet = this.#snippet(row, name)
    if (snippet !== undefined) return snippet
    const marked = this.#view.highlight.mark(plain, name)
    return paintedLevel(marked, { path: name, value: row.values.get(name) }, this.#out.style)
  }

  #snippet({ hit }: Row, name: string): string | undefined {
    const fragments = hit.snippets?.[name]
    return fragments === undefined || fragments.length === 0
      ? undefined
      : snippetText(fragments, this.#out.style)
  }

  #field(name: string): FieldFacts | undefined {
    return this.#view.facts?.fields.find((field) => plainPath(field.path) === name)
  }

  #json(doc: JsonObject): string {
    const { fields } = this.#view
    return stringifyJson(fields.length === 0 ? doc : pickPaths(doc, fields))
  }
}

/** A column needs this much to be worth showing, or all that it has. */
const USEFUL_WIDTH = 16
const GAP = 2

/** How many columns from the left have useful room; at least one. */
function fittingCount(
  columns: readonly string[],
  cells: readonly (readonly string[])[],
  width: number,
): number {
  let used = -GAP
  for (const [i, name] of columns.entries()) {
    const widest = cells.reduce(
      (most, row) => Math.max(most, stringWidth(row[i] ?? '')),
      stringWidth(name),
    )
    used += Math.min(widest, USEFUL_WIDTH) + GAP
    if (used > width && i > 0) return i
  }
  return columns.length
}

/** The hits of a native response, numbers kept exact. */
export function hitsOf(response: JsonValue): JsonObject[] {
  const hits = isJsonObject(response) ? response['hits'] : undefined
  return Array.isArray(hits) ? hits.filter(isJsonObject) : []
}
