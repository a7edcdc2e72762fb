import { DEFAULT_ASSUMPTIONS } from '../../src/cost/assumptions.ts'
import { assumeMeasured, LAMBDA_CORE_SPEED } from '../../src/cost/measured.ts'
import { estimateCost } from '../../src/cost/model.ts'
import { parseQueryString } from '../../src/engine/query/query-string.ts'
import { runMerges } from '../../src/engine/indexing/merge.ts'
import { memoryStore } from '../../src/stores/memory-store.ts'
import { BATCH_DOCS, createBenchIndex, indexBatch, SALES } from '../bench-index.ts'
import { sampleOf } from '../measure.ts'
import type { BenchSection } from '../report.ts'
import { ModelledSearcher, type Setting } from './modelled-search.ts'
import { Stopwatch } from '../stopwatch.ts'

/** As many as are merged into one. */
const BATCHES = 10
const QUERIES = 15

/**
 * What indexing and searching cost in the tutorial's month (a batch every five minutes, 30,000 queries) at
 * list prices, with the times of this machine: of batches and of a merge, and of queries in the model of
 * S3. They are taken over to a function as `cost-estimate --assume-measured` does. Every query is taken to
 * find nothing cached; the generator is left out.
 */
export async function tutorialSection(oneSplit: Setting): Promise<BenchSection> {
  const index = await createBenchIndex(SALES, memoryStore())
  const batchMs: number[] = []
  for (let batch = 0; batch < BATCHES; batch++) {
    batchMs.push((await indexBatch(index, batch)).computeMs)
  }
  const watch = new Stopwatch()
  await runMerges(index.indexing, { indexId: SALES.indexId })
  const mergeMs = watch.elapsedMs()
  const query = parseQueryString('description:animal', { defaultOperator: 'and' })
  const queryMs: number[] = []
  for (let seed = 1; seed <= QUERIES; seed++) {
    const searcher = new ModelledSearcher({ ...oneSplit, speed: LAMBDA_CORE_SPEED }, seed)
    queryMs.push((await searcher.search({ query, maxHits: 10 })).elapsedMs)
  }
  const { runOverheadSeconds } = DEFAULT_ASSUMPTIONS
  const { assumptions } = assumeMeasured(DEFAULT_ASSUMPTIONS, {
    docsPerSecond: BATCH_DOCS / (sampleOf(batchMs).value / 1_000),
  })
  const estimate = estimateCost({
    ...assumptions,
    mergeSeconds: mergeMs / 1_000 / LAMBDA_CORE_SPEED + runOverheadSeconds,
    queryMs: sampleOf(queryMs).value,
  })
  const usdOf = (...ids: string[]): number =>
    estimate.rows.reduce((sum, { id, usd }) => sum + (ids.includes(id) ? (usd ?? 0) : 0), 0)
  const indexer = usdOf('indexer_compute')
  const searcher = usdOf('searcher_compute', 'searcher_cold_starts')
  const row = { unit: 'USD', dataset: 'tutorial-month' } as const
  return {
    title: "Compute of the tutorial's month, from measured times",
    rows: [
      {
        id: 'tutorial-compute',
        measure: 'indexer and searcher',
        ...row,
        ...sampleOf([indexer + searcher]),
        must: 1.2,
        aim: 0.6,
      },
      { id: 'tutorial-indexer', measure: 'the indexer', ...row, ...sampleOf([indexer]) },
      { id: 'tutorial-searcher', measure: 'the searcher', ...row, ...sampleOf([searcher]) },
    ],
  }
}
