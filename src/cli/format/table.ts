import Table from 'cli-table3'
import stringWidth from 'string-width'
import type { Style } from './style.ts'

export interface TableColumn {
  readonly name: string
  readonly align?: 'left' | 'right'
}

export interface TableData {
  readonly columns: readonly TableColumn[]
  readonly rows: readonly (readonly string[])[]
}

export interface TableSpace {
  /** Screen columns; Infinity: nothing is cut. */
  readonly width: number
  readonly style: Style
  /** Long cells go on in further lines instead of being cut. */
  readonly wrap?: boolean
}

const GAP = 2
const MIN_COLUMN = 6

const NO_BORDERS = Object.fromEntries(
  ['top', 'bottom', 'left', 'mid', 'right']
    .flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`])
    .concat('middle')
    .map((place) => [place, '']),
)

/** Rows under a dim header, fitted to the width: the widest columns give way first. */
export function drawTable(data: TableData, { width, style, wrap = false }: TableSpace): string {
  const widths = fitWidths(naturalWidths(data), width)
  const table = new Table({
    head: data.columns.map((column) => style.paint.dim(column.name)),
    colAligns: data.columns.map((column) => column.align ?? 'left'),
    colWidths: widths.map((columnWidth) => columnWidth + GAP),
    style: { 'padding-left': 0, 'padding-right': GAP, head: [], border: [], compact: true },
    truncate: style.ascii ? '.' : '…',
    chars: NO_BORDERS,
    wordWrap: wrap,
    // At word ends a word wider than its column would be cut.
    wrapOnWordBoundary: !hasWideWord(data, widths),
  })
  for (const row of data.rows) table.push(row.map((cell) => oneLine(cell, style)))
  const lines = table.toString().split('\n')
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`
}

/** How much of a table's width has to be cut for the screen: 0 of one that fits. */
export function lostShare(data: TableData, width: number): number {
  const natural = naturalWidths(data)
  const total = natural.reduce((sum, w) => sum + w, 0) + GAP * (natural.length - 1)
  return Math.max(0, total - width) / total
}

function naturalWidths({ columns, rows }: TableData): number[] {
  return columns.map((column, i) =>
    rows.reduce((most, row) => Math.max(most, stringWidth(row[i] ?? '')), stringWidth(column.name)),
  )
}

function hasWideWord({ rows }: TableData, widths: readonly number[]): boolean {
  return rows.some((row) =>
    row.some((cell, i) => cell.split(/\s+/).some((word) => stringWidth(word) > (widths[i] ?? 0))),
  )
}

/** Control characters would move the cursor; a line break becomes a visible sign. */
function oneLine(text: string, { ascii }: Style): string {
  return text.replaceAll(/\r?\n/g, ascii ? '|' : '⏎').replaceAll(/\t/g, ' ')
}

/** Column widths whose sum with gaps is within `width`; wide columns shrink before narrow ones. */
export function fitWidths(natural: readonly number[], width: number): number[] {
  const widths = [...natural]
  let excess = widths.reduce((sum, w) => sum + w, 0) + GAP * (widths.length - 1) - width
  while (excess > 0) {
    const widest = Math.max(...widths)
    if (widest <= MIN_COLUMN) break
    const next = Math.max(MIN_COLUMN, ...widths.filter((w) => w < widest))
    const wide = widths.flatMap((w, i) => (w === widest ? [i] : []))
    const cut = Math.min(widest - next, Math.ceil(excess / wide.length)) || 1
    for (const i of wide) {
      if (excess <= 0) break
      const step = Math.min(cut, excess)
      widths[i] = widest - step
      excess -= step
    }
  }
  return widths
}
