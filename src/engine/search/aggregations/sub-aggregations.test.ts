import { expect, test } from 'vitest'
import { aggregate, aggregateAll } from '../testing/aggregation-fixture.ts'
import { AggregationMemory, type Aggregation, type AggregationSplit } from './aggregation.ts'
import { SubCollectors } from './sub-aggregations.ts'

const SPLIT: AggregationSplit = {
  splitId: 'split',
  docCount: 2,
  range: { start: 0, end: 2 },
  memory: new AggregationMemory(),
  columnsAt: () => [],
  matching: () => new Uint32Array(1),
}

/** Counts documents, and in `made` its collectors. */
function counting(sharesBy: string | undefined, made: string[]): Aggregation<number> {
  return {
    paths: [],
    sharesBy,
    collector() {
      made.push(sharesBy ?? 'alone')
      let docs = 0
      return { collect: ({ count }) => (docs += count), result: () => docs }
    },
    merge: (partials) => partials.reduce((sum, each) => sum + each, 0),
    render: () => ({}),
    metric: () => undefined,
  }
}

test('aggregations that collect the same are collected once, and each has the result', () => {
  const made: string[] = []
  const subs = ['a', undefined, 'b', 'a', undefined].map((sharesBy, at) => ({
    name: String(at),
    aggregation: counting(sharesBy, made),
  }))
  const collectors = new SubCollectors(subs, SPLIT, 1)
  const docs = Uint32Array.of(0, 1)
  collectors.collect({ docs, parents: new Uint32Array(2), count: 2, isRun: true, onlyParent: 0 })
  expect(made).toEqual(['a', 'alone', 'b', 'alone'])
  expect(collectors.result(0)).toEqual([2, 2, 2, 2, 2])
})

test('metrics beside each other say what each says alone, whatever they share', async () => {
  const aggs = {
    avg: { avg: { field: 'price' } },
    max: { max: { field: 'price' } },
    withMissing: { max: { field: 'price', missing: 1000 } },
    spread: { extended_stats: { field: 'price' } },
    values: { value_count: { field: 'price' } },
    ofOther: { max: { field: 'items' } },
    middle: { percentiles: { field: 'price', percents: [50] } },
    ranks: { percentile_ranks: { field: 'price', values: [10] } },
  }
  const together = await aggregateAll(aggs)
  for (const [name, alone] of Object.entries(aggs)) {
    expect(together[name], name).toEqual(await aggregate(alone))
  }
})
