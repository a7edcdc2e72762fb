import { formatCount } from './number.ts'
import { legendMarks, seriesCells, seriesLook, type SeriesLook } from './series.ts'
import type { Color, Style } from './style.ts'

export interface TimeBars {
  /** Oldest first; each the counts of the series and then of the rest. */
  readonly buckets: readonly (readonly number[])[]
  readonly series: readonly string[]
  readonly colors: readonly (Color | undefined)[]
  /** Under the first and the last bucket. */
  readonly labels: readonly [start: string, end: string]
}

interface TimeBarsSpace {
  readonly width: number
  /** Of the bars alone; the axis, its labels and the legend come below. */
  readonly height: number
  readonly style: Style
}

const EIGHTHS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
/** Wider bars say no more. */
const MAX_BAR = 3

/** How many buckets have room beside the axis; at least one. */
export function timeBarsRoom(width: number): number {
  return Math.max(1, width - AXIS_WIDTH - 1)
}

/** The largest count, right-aligned, a gap and the axis. */
const LABEL_WIDTH = 9
const AXIS_WIDTH = LABEL_WIDTH + 2

/** Upright bars over time, stacked by series from the bottom. Told apart by colour, or by letters. */
export function drawTimeBars(chart: TimeBars, space: TimeBarsSpace): string[] {
  const { buckets, series } = chart
  const { width, height, style } = space
  const room = timeBarsRoom(width)
  const shown = buckets.slice(-room)
  const barWidth = Math.max(1, Math.min(MAX_BAR, Math.floor(room / Math.max(1, shown.length))))
  const most = Math.max(1, ...shown.map(sumOf))
  const look = seriesLook(series, chart.colors, style)
  const signs = style.ascii
    ? { bar: '|', corner: '+', line: '-' }
    : { bar: '│', corner: '└', line: '─' }
  const lines = Array.from({ length: height }, (_, i) => {
    const row = height - 1 - i
    const label = i === 0 ? formatCount(most) : ''
    const cells = shown.map((counts) => {
      const width = Math.max(1, barWidth - 1)
      return barCell(counts, { row, height, most, width }, look) + (barWidth > 1 ? ' ' : '')
    })
    return `${axis(label, style)}${style.paint.dim(signs.bar)}${cells.join('')}`
  })
  const length = Math.max(1, shown.length * barWidth)
  lines.push(`${axis('0', style)}${style.paint.dim(signs.corner + signs.line.repeat(length))}`)
  lines.push(' '.repeat(AXIS_WIDTH) + style.paint.dim(underAxis(chart.labels, length)))
  if (series.length === 0) return lines
  const hasRest = shown.some((counts) => (counts[series.length] ?? 0) > 0)
  return [...lines, ' '.repeat(AXIS_WIDTH) + legendMarks(look, hasRest).join('  ')]
}

function axis(label: string, { paint }: Style): string {
  return `${paint.dim(label.padStart(LABEL_WIDTH))} `
}

function underAxis([start, end]: TimeBars['labels'], length: number): string {
  const gap = length - start.length - end.length
  return gap > 0 ? start + ' '.repeat(gap) + end : end.padStart(length)
}

interface Place {
  readonly row: number
  readonly height: number
  readonly most: number
  /** Columns of the bar. */
  readonly width: number
}

function barCell(
  counts: readonly number[],
  { row, height, most, width }: Place,
  look: SeriesLook,
): string {
  const total = sumOf(counts)
  const { style, series } = look
  // Something is never drawn as nothing.
  const eighths = total === 0 ? 0 : Math.max(1, Math.round((total / most) * height * 8))
  const filled = Math.max(0, Math.min(8, eighths - row * 8))
  if (filled === 0) return ' '.repeat(width)
  // What has no eighths is drawn from its half on, and the lowest row whenever there is anything.
  const isCoarse = style.ascii || (!style.colored && series.length > 0)
  if (isCoarse && filled < 4 && row > 0) return ' '.repeat(width)
  const block = (style.ascii ? '#' : (EIGHTHS[filled] ?? ' ')).repeat(width)
  if (series.length === 0) return style.paint.cyan(block)
  return seriesCells(seriesAt(counts, ((row + filled / 16) / height) * most), block, look)
}

/** The series that is at this height of the stack. */
function seriesAt(counts: readonly number[], height: number): number {
  let sum = 0
  for (const [i, count] of counts.entries()) {
    sum += count
    if (count > 0 && height <= sum) return i
  }
  return counts.findLastIndex((count) => count > 0)
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0)
}
