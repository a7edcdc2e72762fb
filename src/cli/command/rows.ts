import type { CliContext } from './context.ts'
import type { Output } from '../format/streams.ts'
import { drawFacts, type Fact } from '../format/facts.ts'
import type { TableColumn } from '../format/table.ts'

/** `blocks`: where a table would lose too much, each row is drawn as lines of its own. */
type RowLayout = 'table' | 'blocks'

/** A table cut by more than this tells too little. */
const MOST_LOST = 1 / 3

/** The answer as rows: a table on a terminal, tab-separated and whole in a pipe or file. */
export async function printRows(
  { out }: CliContext,
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  layout: RowLayout = 'table',
): Promise<void> {
  if (out.isTerminal) {
    // Half of the start-up of a command whose answer goes to a pipe.
    const { drawTable, lostShare } = await import('../format/table.ts')
    if (layout === 'blocks' && lostShare({ columns, rows }, out.columns) > MOST_LOST) {
      return await out.write(rows.map((row) => drawBlock(columns, row, out)).join('\n'))
    }
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

function drawBlock(columns: readonly TableColumn[], row: readonly string[], out: Output): string {
  let mark = ''
  const facts: Fact[] = []
  for (const [i, { name }] of columns.entries()) {
    const cell = oneCell(row[i] ?? '')
    // A column without a name marks the one beside it.
    if (name === '') mark = cell
    else if (cell !== '') {
      facts.push([name, mark === '' ? cell : `${mark} ${cell}`])
      mark = ''
    }
  }
  return drawFacts(facts, out)
}

function oneCell(text: string): string {
  return text.replaceAll(/[\t\r\n]+/g, ' ')
}
