import { describe, expect, test } from 'vitest'
import { stringifyJson } from '../../bytes/json.ts'
import { MATCH_ALL } from '../../query/combine.ts'
import type { FloatColumn } from '../../split/column.ts'
import {
  AggregationMemory,
  BucketBudget,
  type Aggregation,
  type AggregationKind,
  type AggregationSplit,
} from './aggregation.ts'
import { CARDINALITY } from './cardinality.ts'
import { PERCENTILES } from './percentiles.ts'
import { STATS_KINDS } from './stats.ts'

/** More values than either kind keeps exactly. */
const MANY = 200_000

function parse(kind: AggregationKind): Aggregation {
  const field = (path: string) => ({ path, type: 'f64' }) as const
  return kind.parse({
    options: { field: 'x' },
    name: 'a',
    subs: [],
    isTop: true,
    field,
    query: () => MATCH_ALL,
  })
}

/** What a split with these values collects. */
function partialOf(aggregation: Aggregation, values: Float64Array, onlyParent?: 0): unknown {
  const collector = aggregation.collector(splitOf(values), 1)
  const docs = Uint32Array.from(values, (_, doc) => doc)
  const parents = new Uint32Array(values.length)
  collector.collect({ docs, parents, count: values.length, isRun: true, onlyParent })
  return collector.result(0)
}

function splitOf(values: Float64Array): AggregationSplit {
  const column: FloatColumn = {
    kind: 'float',
    type: 'f64',
    docCount: values.length,
    valueCount: values.length,
    starts: undefined,
    min: undefined,
    max: undefined,
    values,
    divisor: undefined,
    blockMins: Float64Array.of(Math.min(...values.subarray(0, 1000))),
    blockMaxs: Float64Array.of(values.reduce((most, value) => Math.max(most, value), 0)),
  }
  return {
    splitId: 'a',
    docCount: values.length,
    range: { start: 0, end: values.length },
    memory: new AggregationMemory(),
    columnsAt: () => [column],
    matching: () => new Uint32Array(0),
  }
}

function print(aggregation: Aggregation, partial: unknown): unknown {
  return JSON.parse(stringifyJson(aggregation.render(partial, new BucketBudget())))
}

/** Distinct values between -1000 and 1000, in no order. */
const values = Float64Array.from({ length: MANY }, (_, i) => ((i * 7919) % MANY) / 100 - 1000)
const parts = [0, 1, 2, 3].map((part) => values.slice((part * MANY) / 4, ((part + 1) * MANY) / 4))

describe.each([
  ['percentiles', PERCENTILES],
  ['cardinality', CARDINALITY],
])('%s past the exact limit', (_, kind) => {
  test('splits merge in any grouping to what one big split gives', () => {
    const aggregation = parse(kind)
    const whole = print(aggregation, partialOf(aggregation, values))
    const [a, b, c, d] = parts.map((part) => partialOf(aggregation, part))
    const left = aggregation.merge([aggregation.merge([aggregation.merge([a, b]), c]), d])
    const right = aggregation.merge([d, aggregation.merge([c, aggregation.merge([b, a])])])
    expect(print(aggregation, left)).toEqual(whole)
    expect(print(aggregation, right)).toEqual(whole)
  })
})

test.each([
  ['percentiles', PERCENTILES],
  ['cardinality', CARDINALITY],
  ['stats', STATS_KINDS.stats],
  ['extended_stats', STATS_KINDS.extended_stats],
])('%s of documents in one bucket are the same whether that is known before or not', (_, kind) => {
  const aggregation = parse(kind)
  const known = print(aggregation, partialOf(aggregation, values, 0))
  expect(known).toEqual(print(aggregation, partialOf(aggregation, values)))
})

test('percentiles stay within one percent of the value at their rank', () => {
  const aggregation = parse(PERCENTILES)
  const sorted = values.slice().sort()
  const { values: found } = print(aggregation, partialOf(aggregation, values)) as {
    values: Record<string, number> // what percentiles print
  }
  for (const [percent, value] of Object.entries(found)) {
    const exact = sorted[Math.floor((Number(percent) / 100) * (MANY - 1))] ?? NaN
    expect(Math.abs(value - exact)).toBeLessThanOrEqual(0.0101 * Math.abs(exact))
  }
})

test('a cardinality estimate is within three percent', () => {
  const aggregation = parse(CARDINALITY)
  const { value } = print(aggregation, partialOf(aggregation, values)) as { value: number } // as printed
  expect(Math.abs(value - MANY) / MANY).toBeLessThan(0.03)
})
