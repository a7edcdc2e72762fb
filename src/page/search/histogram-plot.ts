import uPlot from 'uplot'
import { bucketDetail, formatMs, type TimeZone } from '../time/format.ts'
import { partialNote } from './histogram.ts'
import type { ShownHistogram } from './search-store.ts'
import { resolvedColor, seriesColors } from './series-colors.ts'

interface PlotHooks {
  /** Bounds in milliseconds of what was brushed. */
  readonly onBrush: (startMs: number, endMs: number) => void
  /** The bucket under the pointer; undefined: none. */
  readonly onHover: (bucket: number | undefined) => void
}

const PLOT_HEIGHT = 104

/** Draws a histogram into `root`; a new picture is a new plot, which costs about a millisecond. */
export function drawPlot(
  root: HTMLElement,
  shown: ShownHistogram,
  look: { readonly zone: TimeZone; readonly width: number },
  hooks: PlotHooks,
): uPlot {
  const { histogram, asked } = shown
  const { interval, starts } = histogram
  const names = histogram.series.length === 0 ? [ALL] : histogram.series.map(({ name }) => name)
  const colors = histogram.series.length === 0 ? ['--series-0'] : seriesColors(names).toReversed()
  const first = starts[0] ?? asked.startMs
  const end = (starts.at(-1) ?? asked.startMs) + interval.ms
  const bars = uPlot.paths.bars?.({ align: 1, size: [1, 100], gap: 1 })
  return new uPlot(
    {
      width: look.width,
      height: PLOT_HEIGHT,
      // Milliseconds, as the API's keys are.
      ms: 1,
      legend: { show: false },
      padding: [6, 16, 0, 0],
      scales: {
        x: { range: () => [first, end] },
        y: { range: (_, __, max) => [0, Math.max(1, max * 1.02)] },
      },
      axes: axes(root, look.zone),
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: true, y: false, setScale: false },
      },
      series: [
        {},
        ...colors.map((color) => ({
          fill: resolvedColor(color),
          width: 0,
          points: { show: false },
          ...(bars === undefined ? {} : { paths: bars }),
        })),
      ],
      // Each series is filled down to the one below alone: edges between bars have no second colour.
      bands: colors.slice(1).map((_, i) => ({ series: [i + 1, i + 2] })),
      hooks: { ...pointerHooks(shown, first, hooks), draw: [(plot) => hatchPartial(plot, shown)] },
    },
    stacked(shown),
    root,
  )
}

const ALL = 'all'

function axes(root: HTMLElement, zone: TimeZone): uPlot.Axis[] {
  const grid = { stroke: resolvedColor('--line'), width: 1 }
  const plain = {
    stroke: resolvedColor('--soft'),
    font: `11px ${getComputedStyle(root).fontFamily}`,
  }
  return [
    {
      ...plain,
      size: 22,
      gap: 2,
      grid: { show: false },
      ticks: { ...grid, size: 4 },
      space: 90,
      values: (...[, splits, , , step]) => splits.map((ms) => axisLabel(ms, step, zone)),
    },
    {
      ...plain,
      size: 52,
      gap: 4,
      grid,
      ticks: { show: false },
      space: 28,
      values: (_, splits) => splits.map(countLabel),
    },
  ]
}

function pointerHooks(
  { histogram }: ShownHistogram,
  first: number,
  { onBrush, onHover }: PlotHooks,
): uPlot.Hooks.Arrays {
  const { starts, interval } = histogram
  return {
    setSelect: [
      (plot) => {
        const { left, width } = plot.select
        if (width < 2) return
        plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
        onBrush(plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x'))
      },
    ],
    setCursor: [
      (plot) => {
        const left = plot.cursor.left ?? -1
        const at = Math.floor((plot.posToVal(left, 'x') - first) / interval.ms)
        onHover(left < 0 || at < 0 || at >= starts.length ? undefined : at)
      },
    ],
  }
}

/** Each series up to the sum of itself and those before it; the highest comes first. */
function stacked({ histogram }: ShownHistogram): uPlot.AlignedData {
  const { starts, totals, series } = histogram
  if (series.length === 0) return [[...starts], [...totals]]
  const sums = starts.map(() => 0)
  const lists = series.map(({ counts }) =>
    counts.map((count, i) => {
      const sum = (sums[i] ?? 0) + count
      sums[i] = sum
      return sum
    }),
  )
  return [[...starts], ...lists.toReversed()]
}

/** Strokes over buckets that are not whole: they may still grow, or hold more than was asked. */
function hatchPartial(plot: uPlot, { histogram, bounds, nowMs }: ShownHistogram): void {
  const { ctx } = plot
  const { starts, totals, interval } = histogram
  ctx.save()
  ctx.strokeStyle = resolvedColor('--surface')
  ctx.lineWidth = 1.5 * devicePixelRatio
  for (const [i, start] of starts.entries()) {
    if (partialNote(start, interval.ms, { bounds, nowMs }) === undefined) continue
    const left = plot.valToPos(start, 'x', true)
    const right = plot.valToPos(start + interval.ms, 'x', true)
    const top = plot.valToPos(totals[i] ?? 0, 'y', true)
    const bottom = plot.valToPos(0, 'y', true)
    const step = 5 * devicePixelRatio
    ctx.beginPath()
    ctx.rect(left, top, right - left, bottom - top)
    ctx.save()
    ctx.clip()
    ctx.beginPath()
    for (let x = left - (bottom - top); x < right; x += step) {
      ctx.moveTo(x, bottom)
      ctx.lineTo(x + (bottom - top), top)
    }
    ctx.stroke()
    ctx.restore()
  }
  ctx.restore()
}

/** As much of the time as the step leaves open; midnight is the day it begins. */
function axisLabel(ms: number, step: number, zone: TimeZone): string {
  if (step >= 86_400_000) return formatMs(ms, zone, 'days')
  const [day = '', clock = ''] = formatMs(ms, zone, bucketDetail(step)).split(' ')
  return /^00:00(:00(\.000)?)?$/.test(clock) ? day.slice(5) : clock
}

const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

function countLabel(count: number): string {
  return Number.isInteger(count) ? COMPACT.format(count) : ''
}
