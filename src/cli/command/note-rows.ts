import type { CliContext } from './context.ts'
import { drawTable, type TableColumn } from '../format/table.ts'

/** A table on stderr, for what is not the answer. */
export function noteRows(
  { report, out }: CliContext,
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
): void {
  const width = Number.isFinite(out.columns) && out.columns > 0 ? out.columns : 120
  report.note(drawTable({ columns, rows }, { width, style: out.style }).trimEnd())
}
