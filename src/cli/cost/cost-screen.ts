import type { ActualCost } from '../../cost/actual.ts'
import { formatQuantity, formatUsd } from '../../cost/format.ts'
import type { Lever } from '../../cost/levers.ts'
import type { CostEstimate } from '../../cost/model.ts'
import { fittingSigns } from '../format/ascii.ts'
import { wrapWords } from '../format/facts.ts'
import { drawTable, type TableColumn } from '../format/table.ts'
import type { Output } from '../format/streams.ts'

export interface CostColumns {
  readonly assumed: CostEstimate
  /** Of a deployment; undefined when there is none to read. */
  readonly actual: ActualCost | undefined
  readonly tutorial: CostEstimate
  readonly levers: readonly Lever[]
}

const LEVERS_SHOWN = 3
/** Below this the quantity gives way, so that the money stays readable. */
const MIN_COLUMNS_FOR_QUANTITY = 70

/** The table: one row a component, one column a view of the month. */
export function costTable(columns: CostColumns, out: Output): string {
  const { assumed, actual, tutorial } = columns
  const hasQuantity = out.columns >= MIN_COLUMNS_FOR_QUANTITY
  const names: TableColumn[] = [
    { name: 'component' },
    ...(hasQuantity ? [{ name: 'quantity', align: 'right' as const }] : []),
    { name: 'assumed', align: 'right' },
    ...(actual === undefined ? [] : [{ name: 'actual', align: 'right' as const }]),
    { name: 'tutorial', align: 'right' },
  ]
  const rows = assumed.rows.map((row, i) => [
    row.label,
    ...(hasQuantity
      ? [
          row.quantity === undefined
            ? '?'
            : `${formatQuantity(row.quantity)} ${unitOf(row.unit, row.quantity)}`,
        ]
      : []),
    row.usdText,
    ...(actual === undefined ? [] : [actual.rows[i]?.usdText ?? '']),
    tutorialCell(tutorial, i),
  ])
  const total = [
    'total a month',
    ...(hasQuantity ? [''] : []),
    formatUsd(assumed.totalUsd),
    ...(actual === undefined ? [] : [formatUsd(actual.totalUsd)]),
    formatUsd(tutorial.totalUsd),
  ]
  const data = { columns: names, rows: [...rows, total] }
  if (out.isTerminal)
    return emphasiseLast(drawTable(data, { width: out.columns, style: out.style }), out)
  const lines = [names.map(({ name }) => name), ...data.rows]
  return lines.map((line) => `${line.join('\t')}\n`).join('')
}

function unitOf(unit: string, quantity: number): string {
  return unit.startsWith('GB') || quantity === 1 ? unit : `${unit}s`
}

/** What the tutorial does not mention is no zero. */
function tutorialCell(tutorial: CostEstimate, i: number): string {
  const row = tutorial.rows[i]
  return row === undefined || row.usd === undefined ? 'not given' : row.usdText
}

function emphasiseLast(table: string, { style }: Output): string {
  const lines = table.trimEnd().split('\n')
  const last = lines.pop() ?? ''
  return `${[...lines, style.paint.bold(last)].join('\n')}\n`
}

/** The changes that save most, each taken alone. */
export function leverLines(levers: readonly Lever[], out: Output): string {
  if (levers.length === 0) return ''
  const width = Number.isFinite(out.columns) ? out.columns : 100
  const lines = levers.slice(0, LEVERS_SHOWN).flatMap(({ change, savesUsd }) => {
    const saves = `saves ${formatUsd(savesUsd)}`.padEnd(14)
    return wrapWords(change, width - saves.length - 2).map(
      (line, i) => `  ${i === 0 ? out.style.paint.green(saves) : ' '.repeat(saves.length)}${line}`,
    )
  })
  return `\nTo pay less, each by itself:\n${lines.join('\n')}\n`
}

/** One line a component. */
export function explainLines(estimate: CostEstimate, out: Output): string {
  const width = Math.max(...estimate.rows.map(({ label }) => label.length)) + 2
  const lines = estimate.rows.flatMap(({ label, arithmetic }) =>
    wrapWords(fittingSigns(arithmetic, out.style), Math.max(30, out.columns - width)).map(
      (line, i) => {
        const name = (i === 0 ? label : '').padEnd(width)
        return `${out.style.paint.dim(name)}${line}`
      },
    ),
  )
  const names = Object.entries(estimate.assumptions).map(
    ([name, value]) => `  --assume ${name}=${assumedText(value)}`,
  )
  return `\n${lines.join('\n')}\n\nAssumed, each to be changed:\n${names.join('\n')}\n`
}

function assumedText(value: string | number | boolean | undefined): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  return typeof value === 'number' ? String(Number(value.toPrecision(6))) : (value ?? 'unknown')
}
