import { digits, formatted, sampleOf } from './measure.ts'
import type { BenchRow, PartResult, Sample } from './report.ts'
import { alignedLines } from './text-table.ts'

/** Both of one turn: the one right after the other. */
export interface Pair {
  readonly there: PartResult
  readonly here: PartResult
}

export interface Ratios {
  /** Of the last turn. */
  readonly here: BenchRow
  readonly there: BenchRow
  /** Here by there, over the turns: of the least that the processor worked, where the row tells that. */
  readonly ratio: Sample
  readonly of: 'least CPU' | 'value'
  /** Undefined unless there are enough turns and every one says the same. */
  readonly verdict: 'better' | 'worse' | undefined
}

const HEADER = ['measure', 'there', 'here', 'ratio', 'spread', 'of', '']

/** Of each row that both have, in the order of measuring. */
export function ratiosOf(pairs: readonly Pair[]): Ratios[] {
  const turns = pairs.map(({ there, here }) => ({ there: byId(there), here: byId(here) }))
  const last = turns.at(-1)
  return [...(last?.here ?? [])].flatMap(([id, here]): Ratios[] => {
    const there = last?.there.get(id)
    if (there === undefined) return []
    const both = turns.flatMap((turn) => {
      const [a, b] = [turn.there.get(id), turn.here.get(id)]
      return a === undefined || b === undefined ? [] : [{ there: a, here: b }]
    })
    const isWork = both.every((turn) => (turn.there.cpuMin ?? 0) > 0 && turn.here.cpuMin)
    const value = (row: BenchRow): number => (isWork ? (row.cpuMin ?? NaN) : row.value)
    const ratio = sampleOf(both.map((turn) => value(turn.here) / value(turn.there)))
    return [
      { here, there, ratio, of: isWork ? 'least CPU' : 'value', verdict: verdictOn(ratio, here) },
    ]
  })
}

/** By luck alone so many turns all go the same way once in 32 times. */
const VERDICT_TURNS = 6

function verdictOn({ min, max, runs }: Sample, { better }: BenchRow): Ratios['verdict'] {
  if (runs < VERDICT_TURNS || (min <= 1 && max >= 1)) return undefined
  return min > 1 === (better === 'more') ? 'better' : 'worse'
}

function byId({ sections }: PartResult): ReadonlyMap<string, BenchRow> {
  return new Map(sections.flatMap(({ rows }) => rows).map((row) => [row.id, row]))
}

export function printRatios(ratios: readonly Ratios[]): void {
  const lines = ratios.map(({ here, there, ratio, of, verdict }) => {
    const shown = (row: BenchRow): string =>
      formatted(of === 'value' ? row.value : (row.cpuMin ?? NaN), row.unit)
    return [
      here.measure,
      shown(there),
      shown(here),
      digits(ratio.value),
      `${digits(ratio.min)} to ${digits(ratio.max)}`,
      of,
      verdict ?? '',
    ]
  })
  console.log(alignedLines([HEADER, ...lines]).join('\n'))
}
