import { isJsonObject, type JsonObject, type JsonValue } from '../../engine/bytes/json.ts'
import { drawTable, type TableColumn } from '../format/table.ts'
import type { Zone } from '../format/time.ts'
import type { Output } from '../streams.ts'
import { cellText, flattenHit, humanCell, isNumeric } from './cells.ts'
import type { IndexFacts } from './index-facts.ts'

export type HitsFormat = 'table' | 'line' | 'csv' | 'tsv' | 'ndjson'

export interface HitsView {
  readonly format: HitsFormat
  /** Paths asked for with `--fields`; empty: chosen from the index and the hits. */
  readonly fields: readonly string[]
  readonly facts: IndexFacts | undefined
  readonly zone: Zone
  readonly truncate: boolean
  /** Marks matches in shown text. */
  readonly highlight: (text: string) => string
}

/** Hits as text for stdout. A pipe gets the table's rows tab-separated and whole. */
export function renderHits(hits: readonly JsonObject[], view: HitsView, out: Output): string {
  const rows = hits.map(flattenHit)
  const columns = view.fields.length > 0 ? view.fields : chooseColumns(rows, view.facts)
  switch (view.format) {
    case 'ndjson':
      throw new Error('ndjson hits are written from the response text')
    case 'csv':
      return separated(columns, rows, csvCell, ',', '\r\n')
    case 'tsv':
      return separated(columns, rows, tsvCell, '\t', '\n')
    case 'line':
      return rows.map((row) => renderLines(row, columns, view, out)).join('\n')
    case 'table':
      if (!out.isTerminal) return separated(columns, rows, tsvCell, '\t', '\n')
      if (rows.length === 1 && rows[0] !== undefined) return renderLines(rows[0], columns, view, out)
      return renderTable(rows, columns, view, out)
  }
}

/** Time first, then the fields that are searched by default, then the others as the mapping has them. */
function chooseColumns(
  rows: readonly ReadonlyMap<string, JsonValue>[],
  facts: IndexFacts | undefined,
): string[] {
  const seen = new Set(rows.flatMap((row) => [...row.keys()]))
  const preferred = [
    ...(facts?.timestampField === undefined ? [] : [facts.timestampField]),
    ...(facts?.defaultSearchFields ?? []),
    ...(facts?.fields.map((field) => field.path) ?? []),
  ]
  const ordered = new Set(preferred.map((path) => path.replaceAll('\\.', '.')))
  return [...[...ordered].filter((path) => seen.has(path)), ...[...seen].filter((path) => !ordered.has(path))]
}

function renderTable(
  rows: readonly ReadonlyMap<string, JsonValue>[],
  columns: readonly string[],
  view: HitsView,
  out: Output,
): string {
  const shown = view.truncate ? columnsThatFit(rows, columns, view, out.columns) : columns
  const heads: TableColumn[] = shown.map((name) => ({
    name,
    align: rows.every((row) => !row.has(name) || isNumeric(row.get(name))) ? 'right' : 'left',
  }))
  const cells = rows.map((row) =>
    shown.map((name) => view.highlight(humanCell(row.get(name), fieldOf(view, name), view.zone))),
  )
  return drawTable({ columns: heads, rows: cells }, { width: view.truncate ? out.columns : Infinity, style: out.style })
}

/** A column needs this much to be worth showing, or all that it has. */
const USEFUL_WIDTH = 16

function columnsThatFit(
  rows: readonly ReadonlyMap<string, JsonValue>[],
  columns: readonly string[],
  view: HitsView,
  width: number,
): string[] {
  const shown: string[] = []
  let used = 0
  for (const name of columns) {
    const widest = rows.reduce(
      (most, row) => Math.max(most, humanCell(row.get(name), fieldOf(view, name), view.zone).length),
      name.length,
    )
    used += Math.min(widest, USEFUL_WIDTH) + 2
    if (used > width + 2 && shown.length > 0 && view.fields.length === 0) break
    shown.push(name)
  }
  return shown
}

function renderLines(
  row: ReadonlyMap<string, JsonValue>,
  columns: readonly string[],
  view: HitsView,
  out: Output,
): string {
  const width = Math.max(0, ...columns.map((name) => name.length))
  const lines = columns
    .filter((name) => row.has(name))
    .map((name) => {
      const text = view.highlight(humanCell(row.get(name), fieldOf(view, name), view.zone))
      return `${out.style.paint.dim(name.padStart(width))}  ${text}`
    })
  return `${lines.join('\n')}\n`
}

function separated(
  columns: readonly string[],
  rows: readonly ReadonlyMap<string, JsonValue>[],
  cell: (text: string) => string,
  comma: string,
  lineEnd: string,
): string {
  const head = columns.map(cell).join(comma)
  const lines = rows.map((row) => columns.map((name) => cell(cellText(row.get(name)))).join(comma))
  return [head, ...lines].map((line) => line + lineEnd).join('')
}

/** RFC 4180. */
function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** A tab or line break inside a value would break the row. */
function tsvCell(text: string): string {
  return text.replaceAll(/[\t\r\n]+/g, ' ')
}

function fieldOf(view: HitsView, path: string) {
  return view.facts?.fields.find((field) => field.path === path)
}

/** The hits of a native response, numbers kept exact. */
export function hitsOf(response: JsonValue): JsonObject[] {
  const hits = isJsonObject(response) ? response['hits'] : undefined
  return Array.isArray(hits) ? hits.filter(isJsonObject) : []
}

