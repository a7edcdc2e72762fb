import type { YearDay } from './simulated-year.ts'

interface Line {
  readonly name: string
  readonly values: readonly number[]
}

interface Panel {
  readonly title: string
  readonly lines: readonly Line[]
  readonly must?: number
  readonly aim?: number
  readonly show: (value: number) => string
}

const WIDTH = 400
const HEIGHT = 190
/** Of the label of a curve. */
const LABEL_WIDTH = 90
const PLOT = { left: 52, top: 34, right: 14, bottom: 26 }
/** A value of so many days is drawn: the most of them. */
const DAYS_A_POINT = 3

const STYLE = `
  text { font: 11px system-ui, sans-serif; fill: #57606a }
  .title { font-size: 12px; font-weight: 600; fill: #1f2328 }
  .axis { stroke: #d0d7de }
  .bound { stroke: #8c959f; stroke-dasharray: 4 4 }
  .line { fill: none; stroke-width: 1.8; stroke-linejoin: round }
  .l0 { stroke: #0969da } .l1 { stroke: #bc4c00 }
  text.l0 { stroke: none; fill: #0969da } text.l1 { stroke: none; fill: #bc4c00 }
  @media (prefers-color-scheme: dark) {
    text { fill: #9198a1 } .title { fill: #f0f6fc } .axis { stroke: #3d444d } .bound { stroke: #656c76 }
    .l0 { stroke: #4493f8 } .l1 { stroke: #f0883e }
    text.l0 { fill: #4493f8 } text.l1 { fill: #f0883e }
  }`

/** Four figures day by day as an SVG, beside their bounds where these are near. */
export function yearPicture(days: readonly YearDay[], docsPerBatch: number): string {
  const panels = panelsOf(days)
  const drawn = panels.map((panel, i) => {
    const at = `translate(${(i % 2) * WIDTH} ${Math.floor(i / 2) * HEIGHT})`
    return `<g transform="${at}">${drawPanel(panel, days.length)}</g>`
  })
  const height = Math.ceil(panels.length / 2) * HEIGHT
  const label = `${days.length} days of ${docsPerBatch} documents every five minutes`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-6 0 ${2 * WIDTH + 6} ${height}" role="img" aria-label="${label}">`,
    `<style>${STYLE}</style>`,
    ...drawn,
    '</svg>\n',
  ].join('\n')
}

function panelsOf(days: readonly YearDay[]): Panel[] {
  const whole = (value: number): string => value.toFixed(0)
  let [indexed, written] = [0, 0]
  const amplification = days.map((day) => {
    indexed += day.indexedDocs
    written += day.writtenDocs
    return written / indexed
  })
  return [
    {
      title: 'Published splits',
      lines: [{ name: '', values: days.map((day) => day.publishedSplits) }],
      must: 150,
      aim: 60,
      show: whole,
    },
    {
      title: 'Metastore file, KB',
      lines: [{ name: '', values: days.map((day) => day.metastoreBytes / 1000) }],
      aim: 300,
      show: whole,
    },
    {
      title: 'Written per indexed, so far',
      lines: [{ name: '', values: amplification }],
      must: 6,
      aim: 4,
      show: whole,
    },
    {
      title: 'Requests of a cold query',
      lines: [
        { name: 'all days', values: days.map(({ query }) => query.all.requests) },
        { name: 'last day', values: days.map(({ query }) => query.lastDay.requests) },
      ],
      show: whole,
    },
  ]
}

function drawPanel({ title, lines, must, aim, show }: Panel, dayCount: number): string {
  const bounds = [
    ...(must === undefined ? [] : [{ name: 'must', value: must }]),
    ...(aim === undefined ? [] : [{ name: 'aim', value: aim }]),
  ]
  const values = [...lines.flatMap((line) => line.values), ...bounds.map(({ value }) => value)]
  const top = Math.max(...values) * 1.08
  const x = (day: number): number =>
    PLOT.left + (day / Math.max(1, dayCount - 1)) * (WIDTH - PLOT.left - PLOT.right)
  const y = (value: number): number =>
    HEIGHT - PLOT.bottom - (value / top) * (HEIGHT - PLOT.top - PLOT.bottom)
  const right = WIDTH - PLOT.right
  return [
    `<text class="title" x="${PLOT.left}" y="20">${title}</text>`,
    `<path class="axis" d="M${PLOT.left} ${y(0)}H${right}"/>`,
    `<text x="${PLOT.left - 2}" y="${y(0) + 4}" text-anchor="end">0</text>`,
    `<text x="${PLOT.left}" y="${HEIGHT - 8}">day 1</text>`,
    `<text x="${right}" y="${HEIGHT - 8}" text-anchor="end">day ${dayCount}</text>`,
    ...bounds.map(({ name, value }) => {
      const at = y(value).toFixed(1)
      const label = `${name} ${show(value)}`
      return `<path class="bound" d="M${PLOT.left} ${at}H${right}"/><text x="${PLOT.left - 2}" y="${Number(at) + 4}" text-anchor="end">${label}</text>`
    }),
    ...lines.map((line, i) => drawLine(line, i, { x, y })),
  ].join('\n')
}

function drawLine(
  { name, values }: Line,
  number: number,
  { x, y }: { readonly x: (day: number) => number; readonly y: (value: number) => number },
): string {
  const points: string[] = []
  for (let day = 0; day < values.length; day += DAYS_A_POINT) {
    const most = Math.max(...values.slice(day, day + DAYS_A_POINT))
    points.push(`${x(day).toFixed(1)},${y(most).toFixed(1)}`)
  }
  const last = values.at(-1) ?? 0
  const label = `${name} ${last.toFixed(last < 10 ? 1 : 0)}`.trim()
  // In the line of the title, where no curve runs.
  const at = `x="${WIDTH - PLOT.right - number * LABEL_WIDTH}" y="20" text-anchor="end"`
  return `<polyline class="line l${number}" points="${points.join(' ')}"/><text class="l${number}" ${at}>${label}</text>`
}
