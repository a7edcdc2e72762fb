import stringWidth from 'string-width'
import type { Style } from '../style.ts'
import { formatCount } from './number.ts'

export interface Bar {
  readonly label: string
  readonly total: number
  /** Parts of the total by series; empty for a plain bar. The rest of the total is "other". */
  readonly parts: readonly number[]
  /** Said after the count, such as `(so far)`. */
  readonly note?: string
}

export interface BarChart {
  readonly bars: readonly Bar[]
  /** Names of the stacked series, in the order of `parts`. */
  readonly series: readonly string[]
}

export interface ChartSpace {
  readonly width: number
  readonly style: Style
}

/** Bars longer than this say no more. */
const MAX_BAR = 60
const MIN_BAR = 8
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']
const COLORS = ['cyan', 'yellow', 'magenta', 'green', 'blue', 'red'] as const
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

/** Horizontal bars: label, bar, count, share. Stacked series are told apart by colour and letter. */
export function drawBars(chart: BarChart, space: ChartSpace): string {
  const { bars } = chart
  const most = Math.max(1, ...bars.map((bar) => bar.total))
  const sum = bars.reduce((total, bar) => total + bar.total, 0)
  const labelWidth = Math.max(1, ...bars.map((bar) => stringWidth(bar.label)))
  const countWidth = Math.max(1, ...bars.map((bar) => formatCount(bar.total).length))
  const room = space.width - labelWidth - countWidth - '  '.length * 2 - ' 100.0 %'.length
  const barWidth = Math.max(MIN_BAR, Math.min(MAX_BAR, room))
  const lines = bars.map((bar) => {
    const drawn = drawBar(bar, (bar.total / most) * barWidth, space.style)
    const padding = ' '.repeat(Math.max(0, barWidth - stringWidth(drawn)))
    const label = bar.label + ' '.repeat(labelWidth - stringWidth(bar.label))
    const share = sum === 0 ? '' : `${((bar.total / sum) * 100).toFixed(1)} %`.padStart(8)
    const note = bar.note === undefined ? '' : ` ${space.style.paint.dim(bar.note)}`
    const count = formatCount(bar.total).padStart(countWidth)
    return `${label}  ${drawn}${padding}  ${count}${space.style.paint.dim(share)}${note}`
  })
  const legend = chart.series.length === 0 ? [] : [drawLegend(chart.series, space)]
  return `${[...lines, ...legend].join('\n')}\n`
}

function drawBar(bar: Bar, length: number, style: Style): string {
  if (bar.parts.length === 0) return style.paint.cyan(solidBar(length, style))
  let text = ''
  let done = 0
  let drawnCells = 0
  const other = bar.total - bar.parts.reduce((sum, part) => sum + part, 0)
  for (const [i, part] of [...bar.parts, Math.max(0, other)].entries()) {
    done += part
    const untilCells = bar.total === 0 ? 0 : Math.round((done / bar.total) * length)
    const cells = Math.max(0, untilCells - drawnCells)
    drawnCells += cells
    text += seriesCells(i, cells, { isOther: i === bar.parts.length, style })
  }
  return text
}

interface SeriesLook {
  readonly isOther: boolean
  readonly style: Style
}

/** With colour, blocks; without, the series' letter, so that nothing depends on colour. */
function seriesCells(index: number, cells: number, { isOther, style }: SeriesLook): string {
  if (cells === 0) return ''
  if (!style.colored) return (isOther ? '.' : (LETTERS[index] ?? '?')).repeat(cells)
  if (isOther) return style.paint.dim((style.ascii ? '#' : '░').repeat(cells))
  const color = COLORS[index % COLORS.length] ?? 'cyan'
  return style.paint[color]((style.ascii ? '#' : '█').repeat(cells))
}

function solidBar(length: number, style: Style): string {
  if (style.ascii) return '#'.repeat(Math.round(length))
  const eighths = Math.round(length * 8)
  const last = EIGHTHS[eighths % 8] ?? ''
  const bar = '█'.repeat(Math.floor(eighths / 8)) + last
  return bar === '' && length > 0 ? '▏' : bar
}

function drawLegend(series: readonly string[], { style, width }: ChartSpace): string {
  const marks = series.map((name, i) => `${seriesCells(i, 1, { isOther: false, style })} ${name}`)
  const lines: string[] = []
  let line = ''
  for (const mark of [...marks, `${seriesCells(series.length, 1, { isOther: true, style })} other`]) {
    const next = line === '' ? mark : `${line}  ${mark}`
    if (stringWidth(next) > width && line !== '') {
      lines.push(line)
      line = mark
    } else line = next
  }
  return [...lines, line].join('\n')
}
