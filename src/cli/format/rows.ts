import type { CliContext } from '../context.ts'
import type { TableColumn } from './table.ts'

/** The answer as rows: a table on a terminal, tab-separated and whole in a pipe or file. */
export async function printRows(
  { out }: CliContext,
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
): Promise<void> {
  if (out.isTerminal) {
    // Half of the start-up of a command whose answer goes to a pipe.
    const { drawTable } = await import('./table.ts')
    return await out.write(drawTable({ columns, rows }, { width: out.columns, style: out.style }))
  }
  const header = columns.map(({ name }) => name)
  const lines = header.every((name) => name === '') ? rows : [header, ...rows]
  await out.write(lines.map((row) => `${row.map(oneCell).join('\t')}\n`).join(''))
}

/** One JSON document: indented for a reader's eyes, compact for a program. */
export async function printJson({ out }: CliContext, document: unknown): Promise<void> {
  await out.write(`${JSON.stringify(document, undefined, out.isTerminal ? 2 : undefined)}\n`)
}

function oneCell(text: string): string {
  return text.replaceAll(/[\t\r\n]+/g, ' ')
}
