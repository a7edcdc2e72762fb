import Table from 'cli-table3'
import stringWidth from 'string-width'
import type { Style } from './style.ts'
import { fittedLine, wrappedLines } from './fitted-line.ts'
import { visible } from './visible.ts'

export interface TableColumn {
  readonly name: string
  readonly align?: 'left' | 'right'
  /** Never cut, as a time cut short says nothing: others give way, and are left out in the end. */
  readonly whole?: boolean
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
export function drawTable(given: TableData, { width, style, wrap = false }: TableSpace): string {
  const data = withoutWhatHasNoRoom(safeTable(given, style), width)
  const widths = columnWidths(data, width)
  const fit = (cell: string, column: number): string => {
    const room = widths[column] ?? 0
    return wrap ? wrappedLines(cell, room).join('\n') : fittedLine(cell, room, style)
  }
  const table = new Table({
    head: data.columns.map((column, i) => style.paint.dim(fit(column.name, i))),
    colAligns: data.columns.map((column) => column.align ?? 'left'),
    colWidths: widths.map((columnWidth) => columnWidth + GAP),
    style: { 'padding-left': 0, 'padding-right': GAP, head: [], border: [], compact: true },
    chars: NO_BORDERS,
  })
  for (const row of data.rows) table.push(row.map(fit))
  const lines = withoutForeignColors(table.toString()).split('\n')
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`
}

/** Without the colours that cli-table3 closes once more: it does not know ours, which are closed on each
 *  line. Cells are safe before it sees them, so that none of the rest is theirs. */
function withoutForeignColors(table: string): string {
  // oxlint-disable-next-line no-control-regex -- colour sequences without our mark
  return table.replaceAll(/\u001b\[\d+m/g, '')
}

/** Whole columns have their width; what is left is shared by the others. */
function columnWidths(data: TableData, width: number): number[] {
  const natural = naturalWidths(data)
  const isWhole = (i: number): boolean => data.columns[i]?.whole === true
  const taken = natural.reduce((sum, w, i) => (isWhole(i) ? sum + w + GAP : sum), 0)
  const shared = fitWidths(
    natural.filter((_, i) => !isWhole(i)),
    width - taken,
  )
  return natural.map((w, i) => (isWhole(i) ? w : (shared.shift() ?? w)))
}

/** The columns from the left that have room beside the whole ones, in their narrowest form. */
function withoutWhatHasNoRoom(data: TableData, width: number): TableData {
  const least = naturalWidths(data).map((w, i) =>
    data.columns[i]?.whole === true ? w : Math.min(w, MIN_COLUMN),
  )
  let used = data.columns.reduce(
    (sum, { whole }, i) => (whole ? sum + (least[i] ?? 0) + GAP : sum),
    -GAP,
  )
  if (used < 0) return data
  const kept = data.columns.map(({ whole }, i) => {
    if (whole === true) return true
    used += (least[i] ?? 0) + GAP
    return used <= width
  })
  return {
    columns: data.columns.filter((_, i) => kept[i]),
    rows: data.rows.map((row) => row.filter((_, i) => kept[i])),
  }
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

/** What acts on a terminal is shown before it is measured; a line break becomes a sign. */
function safeTable({ columns, rows }: TableData, style: Style): TableData {
  return {
    columns: columns.map((column) => ({ ...column, name: oneLine(column.name, style) })),
    rows: rows.map((row) => row.map((cell) => oneLine(cell, style))),
  }
}

function oneLine(text: string, style: Style): string {
  return visible(text, style)
    .replaceAll('\n', style.ascii ? '|' : '⏎')
    .replaceAll('\t', ' ')
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
