import { useSignal, useSignalEffect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { visibleText } from '../format/visible.ts'
import { openMenu } from '../shell/menu.tsx'
import { navigate, viewState } from '../state/store.ts'
import { isDark } from '../state/theme.ts'
import { bucketDetail, formatMs, type TimeZone } from '../time/format.ts'
import { brushedRange } from '../time/range.ts'
import { drawPlot } from './histogram-plot.ts'
import {
  barsThatFit,
  hoveredBucket,
  isStale,
  shownHistogram,
  type ShownHistogram,
} from './search-store.ts'
import { seriesColors } from './series-colors.ts'
import { menuTitle, valueMenu } from './value-menu.ts'

/** Pixels that a bar and its gap want at least. */
const BAR_PX = 9
const PLOT_MARGIN_PX = 60

/** Documents over time. What is brushed becomes the time range. */
export function HistogramView() {
  const shown = shownHistogram.value
  if (shown === undefined) return null
  return (
    <section
      class={isStale.value ? 'histogram stale' : 'histogram'}
      aria-label="Documents over time"
    >
      <Plot />
      <Legend shown={shown} bucket={hoveredBucket.value} />
    </section>
  )
}

function Plot() {
  const frame = useRef<HTMLDivElement>(null)
  const width = useSignal(0)
  useEffect(() => {
    const element = frame.current
    if (element === null) return
    const observer = new ResizeObserver(() => {
      // Taken out of the page it has none, and will have its own again.
      if (element.clientWidth === 0) return
      width.value = element.clientWidth
      barsThatFit.value = Math.max(20, Math.floor((element.clientWidth - PLOT_MARGIN_PX) / BAR_PX))
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [width])
  useSignalEffect(() => {
    const shown = shownHistogram.value
    const zone = viewState.value.tz
    // Colours are the canvas's own: another scheme is another picture.
    void isDark.value
    if (frame.current === null || shown === undefined || width.value === 0) return
    const plot = drawPlot(frame.current, shown, { zone, width: width.value }, { onBrush, onHover })
    return () => plot.destroy()
  })
  const shown = shownHistogram.value
  return (
    <div
      class="histogram-plot"
      ref={frame}
      role="img"
      aria-label={shown === undefined ? '' : summary(shown, viewState.value.tz)}
    />
  )
}

function onHover(bucket: number | undefined): void {
  hoveredBucket.value = bucket
}

function onBrush(startMs: number, endMs: number): void {
  navigate({ ...brushedRange(startMs, endMs), doc: undefined })
}

function Legend({
  shown,
  bucket,
}: {
  readonly shown: ShownHistogram
  readonly bucket: number | undefined
}) {
  const { series } = shown.histogram
  if (series.length === 0) return null
  const colors = seriesColors(series.map(({ name }) => name))
  const count = (counts: readonly number[]): number =>
    bucket === undefined ? counts.reduce((sum, each) => sum + each, 0) : (counts[bucket] ?? 0)
  return (
    <ul class="legend" aria-label="Series">
      {series.map(({ name, counts }, i) => (
        <li key={name ?? ''}>
          <span class="swatch" ref={(swatch) => setColor(swatch, colors[i])} />
          <SeriesName name={name} /> <span class="soft">{count(counts).toLocaleString('en')}</span>
        </li>
      ))}
    </ul>
  )
}

/** A term opens what can be done with it, as it does in the hits. */
function SeriesName({ name }: { readonly name: string | undefined }) {
  const { by } = viewState.value
  if (name === undefined || by === undefined) return <>other</>
  return (
    <button
      type="button"
      aria-haspopup="menu"
      onClick={(event) => openMenu(event.currentTarget, menuTitle(by, name), valueMenu(by, name))}
    >
      {visibleText(name)}
    </button>
  )
}

function setColor(element: HTMLElement | null, color: string | undefined): void {
  if (element !== null && color !== undefined) element.style.background = `var(${color})`
}

/** What somebody who does not see the picture is told. */
function summary({ histogram }: ShownHistogram, zone: TimeZone): string {
  const { starts, totals, interval } = histogram
  const most = Math.max(0, ...totals)
  const at = starts[totals.indexOf(most)] ?? 0
  const detail = bucketDetail(interval.ms)
  const [first = 0, last = 0] = [starts[0], starts.at(-1)]
  return `${starts.length} buckets of ${interval.text} from ${formatMs(first, zone, detail)} to ${formatMs(last, zone, detail)}; most, ${most}, at ${formatMs(at, zone, detail)}`
}
