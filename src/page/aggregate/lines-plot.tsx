import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { formatQuantity } from '../format/amount.ts'
import { visibleText } from '../format/visible.ts'
import { seriesColors } from '../search/series-colors.ts'
import { viewState } from '../state/store.ts'
import { isDark } from '../state/theme.ts'
import { bucketDetail, formatMs } from '../time/format.ts'
import type { TimePlot } from './series.ts'
import { drawLines } from './time-lines.ts'

interface LinesPlotProps {
  readonly plot: TimePlot
  readonly intervalMs: number
}

/** Lines over time; below them what they are under the pointer, or at the end. */
export function LinesPlot({ plot, intervalMs }: LinesPlotProps) {
  const frame = useRef<HTMLDivElement>(null)
  const width = useSignal(0)
  const hovered = useSignal<number | undefined>(undefined)
  const zone = viewState.value.tz
  const colors = seriesColors(plot.lines.map(({ name }) => name))
  useEffect(() => {
    const element = frame.current
    if (element === null) return
    const observer = new ResizeObserver(() => {
      width.value = element.clientWidth
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [width])
  useEffect(() => {
    if (frame.current === null || width.value === 0) return
    const onHover = (at: number | undefined): void => {
      hovered.value = at
    }
    const look = { width: width.value, zone, intervalMs, colors, onHover }
    const drawn = drawLines(frame.current, plot, look)
    return () => drawn.destroy()
    // Colours are the canvas's own: another scheme is another picture.
  }, [plot, width.value, zone, isDark.value])
  const at = hovered.value ?? plot.times.length - 1
  const time = plot.times[at]
  return (
    <figure class="lines">
      <div
        class="lines-plot"
        ref={frame}
        role="img"
        aria-label={`${plot.lines.length} lines over ${plot.times.length} times; the numbers are in the table`}
      />
      <figcaption>
        <span class="soft">
          {time === undefined ? '' : formatMs(time, zone, bucketDetail(intervalMs))}
        </span>
        <ul class="legend" aria-label="Lines">
          {plot.lines.map(({ name, numbers }, i) => (
            <li key={name}>
              <span class="swatch" ref={(swatch) => setColor(swatch, colors[i])} />
              {visibleText(name)} <span class="soft">{numberText(numbers[at])}</span>
            </li>
          ))}
        </ul>
      </figcaption>
    </figure>
  )
}

function numberText(number: number | null | undefined): string {
  return number === null || number === undefined ? '–' : formatQuantity(number)
}

/** Styles are set on the element: the content security policy allows no style attribute. */
function setColor(element: HTMLElement | null, color: string | undefined): void {
  if (element !== null && color !== undefined) element.style.background = `var(${color})`
}
