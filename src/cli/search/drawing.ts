import { stringifyJson, type JsonObject, type JsonValue } from '../../engine/bytes/json.ts'
import { separatedRow } from '../format/separated.ts'
import type { Output } from '../format/streams.ts'
import { cellText } from './cells.ts'

/** An aggregation that was asked for and how its result is shown. */
export interface Drawing {
  readonly aggs: JsonObject
  show(aggregations: JsonValue | undefined): DrawnResult
}

export interface DrawnResult {
  /** For pipes and files. */
  readonly columns: readonly string[]
  readonly rows: readonly (readonly JsonValue[])[]
  /** For a terminal. */
  screen(): string
}

/** Decoration is for terminals: a pipe gets the same rows, separated. */
export async function writeDrawn(drawn: DrawnResult, format: string, out: Output): Promise<void> {
  const { columns, rows } = drawn
  if (format === 'ndjson') {
    const lines = rows.map((row) =>
      stringifyJson(Object.fromEntries(columns.map((name, i) => [name, row[i] ?? null]))),
    )
    return await out.write(lines.map((line) => `${line}\n`).join(''))
  }
  const isDrawn = format === 'line' || (format === 'table' && out.isTerminal)
  if (isDrawn) return await out.write(drawn.screen())
  const kind = format === 'csv' ? 'csv' : 'tsv'
  const head = format === 'raw' ? '' : separatedRow(columns, kind)
  await out.write(head + rows.map((row) => separatedRow(row.map(cellText), kind)).join(''))
}

/** Screen columns of a drawing where the window's are not known. */
const DEFAULT_WIDTH = 100

export function drawingWidth(out: Output): number {
  return Number.isFinite(out.columns) ? out.columns : DEFAULT_WIDTH
}
