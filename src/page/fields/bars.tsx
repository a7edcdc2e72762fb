import type { Bar } from './field-values.ts'

interface BarsProps {
  readonly bars: readonly Bar[]
  /** What the picture says, for those who do not see it. */
  readonly label: string
  /** Of one bar, for the pointer. */
  readonly barTitle: (bar: Bar) => string
}

/** Upright bars as wide as there is room. */
export function Bars({ bars, label, barTitle }: BarsProps) {
  const most = Math.max(1, ...bars.map(({ count }) => count))
  const width = 100 / Math.max(1, bars.length)
  return (
    <svg
      class="bars"
      role="img"
      aria-label={label}
      viewBox="0 0 100 100"
      preserveAspectRatio="none"
    >
      {bars.map((bar, n) => {
        const height = bar.count === 0 ? 0 : Math.max(2, (bar.count / most) * 100)
        return (
          <g key={bar.start}>
            <title>{barTitle(bar)}</title>
            <rect class="bar-place" x={n * width} y={0} width={width} height={100} />
            <rect
              class="bar"
              x={n * width + width * 0.06}
              y={100 - height}
              width={width * 0.88}
              height={height}
            />
          </g>
        )
      })}
    </svg>
  )
}
