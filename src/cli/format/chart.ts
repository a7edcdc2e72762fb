import stringWidth from 'string-width'
import { legendMarks, seriesCells, seriesLook, type SeriesLook } from './series.ts'
import type { Color, Style } from './style.ts'
import { visible } from './visible.ts'
import { formatCount } from './number.ts'

export interface Bar {
  readonly label: string
  readonly total: number
  /** Parts of the total by series; empty for a plain bar. The rest of the total is "other". */
  readonly parts: readonly number[]
  /** Said after the count, such as `(so far)`. */
  readonly note?: string
}

interface BarChart {
  readonly bars: readonly Bar[]
  /** Names of the stacked series, in the order of `parts`. */
  readonly series: readonly string[]
  /** Colours that the series have of themselves; the others get what is left. */
  readonly colors?: readonly (Color | undefined)[]
}

interface ChartSpace {
  readonly width: number
  readonly style: Style
}

/** Bars longer than this say no more. */
const MAX_BAR = 60
const MIN_BAR = 8
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

const SHARE_WIDTH = ' 100.0 %'.length

/** Horizontal bars: label, bar, count, share. Stacked series are told apart by colour and letter. */
export function drawBars(chart: BarChart, space: ChartSpace): string {
  const { bars } = chart
  const { paint } = space.style
  const most = Math.max(1, ...bars.map((bar) => bar.total))
  const sum = bars.reduce((total, bar) => total + bar.total, 0)
  const countWidth = Math.max(1, ...bars.map((bar) => formatCount(bar.total).length))
  const labelRoom = Math.min(space.width / 2, space.width - MIN_BAR - countWidth - '  '.length * 2)
  const longest = Math.max(MIN_LABEL, Math.floor(labelRoom))
  const labels = bars.map((bar) => shortened(bar.label, longest, space.style))
  const labelWidth = Math.max(1, ...labels.map((label) => stringWidth(label)))
  const noteWidth = Math.max(
    0,
    ...bars.map((bar) => (bar.note === undefined ? 0 : bar.note.length + 1)),
  )
  const room = space.width - labelWidth - countWidth - '  '.length * 2 - noteWidth
  // A narrow window does without the share.
  const hasShare = room - SHARE_WIDTH >= MIN_BAR
  const barWidth = Math.max(MIN_BAR, Math.min(MAX_BAR, room - (hasShare ? SHARE_WIDTH : 0)))
  const look = seriesLook(chart.series, chart.colors ?? [], space.style)
  const lines = bars.map((bar, i) => {
    const drawn = drawBar(bar, (bar.total / most) * barWidth, look)
    const padding = ' '.repeat(Math.max(0, barWidth - stringWidth(drawn)))
    const label = labels[i] ?? ''
    const gap = ' '.repeat(labelWidth - stringWidth(label))
    const share =
      sum === 0 || !hasShare
        ? ''
        : `${((bar.total / sum) * 100).toFixed(1)} %`.padStart(SHARE_WIDTH)
    const note = bar.note === undefined ? '' : ` ${paint.dim(bar.note)}`
    return `${label}${gap}  ${drawn}${padding}  ${formatCount(bar.total).padStart(countWidth)}${paint.dim(share)}${note}`
  })
  const hasOther = bars.some(
    (bar) => bar.total > bar.parts.reduce((total, part) => total + part, 0),
  )
  const legend =
    chart.series.length === 0 ? [] : [drawLegend(legendMarks(look, hasOther), space.width)]
  return `${[...lines, ...legend].join('\n')}\n`
}

/** Labels keep at least this much of a narrow window. */
const MIN_LABEL = 6

function shortened(label: string, width: number, style: Style): string {
  const text = visible(label, style)
  if (stringWidth(text) <= width) return text
  const sign = style.ascii ? '...' : '…'
  let short = ''
  for (const char of text) {
    if (stringWidth(short + char) > width - sign.length) break
    short += char
  }
  return short + sign
}

function drawBar(bar: Bar, length: number, look: SeriesLook): string {
  if (bar.parts.length === 0) return look.style.paint.cyan(solidBar(length, look.style))
  let text = ''
  let done = 0
  let drawnCells = 0
  const other = bar.total - bar.parts.reduce((sum, part) => sum + part, 0)
  for (const [i, part] of [...bar.parts, Math.max(0, other)].entries()) {
    done += part
    const untilCells = bar.total === 0 ? 0 : Math.round((done / bar.total) * length)
    const cells = Math.max(0, untilCells - drawnCells)
    drawnCells += cells
    const isRest = i === bar.parts.length
    const block = look.style.ascii ? '#' : isRest ? '░' : '█'
    text += seriesCells(i, block.repeat(cells), look)
  }
  return text
}

function solidBar(length: number, style: Style): string {
  if (style.ascii) return '#'.repeat(Math.round(length))
  const eighths = Math.round(length * 8)
  const last = EIGHTHS[eighths % 8] ?? ''
  const bar = '█'.repeat(Math.floor(eighths / 8)) + last
  return bar === '' && length > 0 ? '▏' : bar
}

function drawLegend(marks: readonly string[], width: number): string {
  const lines: string[] = []
  let line = ''
  for (const mark of marks) {
    const next = line === '' ? mark : `${line}  ${mark}`
    if (stringWidth(next) > width && line !== '') {
      lines.push(line)
      line = mark
    } else line = next
  }
  return [...lines, line].join('\n')
}
