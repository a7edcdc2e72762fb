import type { AggregateRow, AggregateSpec } from './spec.ts'

/** Lines that can be told apart. */
const MAX_LINES = 8

interface PlotLine {
  readonly name: string
  /** By the times; null where there is no number. */
  readonly numbers: readonly (number | null)[]
}

export interface TimePlot {
  /** Milliseconds, ascending. */
  readonly times: readonly number[]
  readonly lines: readonly PlotLine[]
}

/** The numbers that can be plotted: the count, then the columns. */
export function plotChoices(columns: readonly string[]): readonly string[] {
  return ['count', ...columns]
}

/** The number of a row that a choice names. */
export function chosenNumber(
  row: AggregateRow,
  choice: string,
  columns: readonly string[],
): number {
  return choice === 'count' ? row.count : (row.numbers[columns.indexOf(choice)] ?? Number.NaN)
}

/**
 * Rows over time as lines: one for each series, the largest first, of the chosen number; without
 * series, of numbers of one kind, one for each.
 */
export function timePlot(
  rows: readonly AggregateRow[],
  spec: AggregateSpec,
  { columns, choice }: { readonly columns: readonly string[]; readonly choice: string },
): TimePlot {
  const times = [...new Set(rows.map(({ group }) => Number(group)))].toSorted((a, b) => a - b)
  const place = new Map(times.map((time, i) => [time, i]))
  const line = (name: string, of: readonly AggregateRow[], number: string): PlotLine => {
    const numbers: (number | null)[] = times.map(() => (number === 'count' ? 0 : null))
    for (const row of of) {
      const at = place.get(Number(row.group))
      const value = chosenNumber(row, number, columns)
      if (at !== undefined && !Number.isNaN(value)) numbers[at] = value
    }
    return { name, numbers }
  }
  if (spec.by === '') {
    // A sum beside an average would press the others flat.
    const alike = spec.measure === 'percentiles' ? columns : ['min', 'avg', 'max']
    const shown = columns.includes(choice) && alike.includes(choice) ? alike : [choice]
    return { times, lines: shown.map((name) => line(name, rows, name)) }
  }
  const names = new Set(rows.map(({ series = '' }) => series))
  const largest = [...names]
    .map((name) => {
      const of = rows.filter(({ series = '' }) => series === name)
      return { name, of, sum: of.reduce((sum, { count }) => sum + count, 0) }
    })
    .toSorted((a, b) => b.sum - a.sum)
    .slice(0, MAX_LINES)
  return { times, lines: largest.map(({ name, of }) => line(name, of, choice)) }
}
