import uPlot from 'uplot'
import { resolvedColor } from '../search/series-colors.ts'
import { bucketDetail, formatMs, type TimeZone } from '../time/format.ts'
import type { TimePlot } from './series.ts'

const PLOT_HEIGHT = 200
const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 })

interface LinesLook {
  readonly width: number
  readonly zone: TimeZone
  readonly intervalMs: number
  /** Names of colours in the style sheet, by line. */
  readonly colors: readonly string[]
  readonly onHover: (at: number | undefined) => void
}

/** Draws lines over time into `root`. */
export function drawLines(root: HTMLElement, { times, lines }: TimePlot, look: LinesLook): uPlot {
  const grid = { stroke: resolvedColor('--line'), width: 1 }
  const plain = {
    stroke: resolvedColor('--soft'),
    font: `11px ${getComputedStyle(root).fontFamily}`,
  }
  const detail = bucketDetail(look.intervalMs)
  // A point that is alone has no line to be seen by.
  const showsPoints = times.length < 3
  return new uPlot(
    {
      width: look.width,
      height: PLOT_HEIGHT,
      // Milliseconds, as the API's keys are.
      ms: 1,
      legend: { show: false },
      padding: [8, 16, 0, 0],
      scales: {
        y: { range: (_, min, max) => [Math.min(0, min), max === min ? max + 1 : max * 1.05] },
      },
      axes: [
        {
          ...plain,
          size: 22,
          gap: 2,
          grid: { show: false },
          ticks: { ...grid, size: 4 },
          space: 130,
          values: (_, splits) =>
            splits.map((ms) =>
              formatMs(ms, look.zone, detail === 'days' ? 'days' : 'minutes').slice(5),
            ),
        },
        {
          ...plain,
          size: 52,
          gap: 4,
          grid,
          ticks: { show: false },
          space: 36,
          values: (_, splits) => splits.map((each) => COMPACT.format(each)),
        },
      ],
      cursor: { y: false, drag: { x: false, y: false } },
      series: [
        {},
        ...lines.map((_, i) => ({
          stroke: resolvedColor(look.colors[i] ?? '--series-rest'),
          width: 1.5,
          points: { show: showsPoints },
        })),
      ],
      hooks: {
        setCursor: [
          (plot) => {
            const { idx } = plot.cursor
            look.onHover(idx ?? undefined)
          },
        ],
      },
    },
    [[...times], ...lines.map(({ numbers }) => [...numbers])],
    root,
  )
}
