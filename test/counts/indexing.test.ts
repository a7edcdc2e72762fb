import { expect, test, vi } from 'vitest'
import { DOCS, indexFile, stageFile, type DataSetId } from './counted-index.ts'
import { expectCount } from './expect-count.ts'
import { runCounting } from './run-counting.ts'

/** Figures of the two data sets of the benchmarks. */
interface Figures {
  readonly indexId: DataSetId
  /** Of the split, in a file of 20,000. */
  readonly bytesPerDoc: number
  /** Bytes of objects, in a file of 4,000 and without the optimising compilers, which leave some out. */
  readonly allocatedPerDoc: number
}

const FIGURES: readonly Figures[] = [
  { indexId: 'mock-sales', bytesPerDoc: 33.1, allocatedPerDoc: 6_336 },
  { indexId: 'hdfs-logs', bytesPerDoc: 50.8, allocatedPerDoc: 3_742 },
]

const ALLOCATING_DOCS = 4_000

// Two seconds, on a machine that has nothing else to do.
vi.setConfig({ testTimeout: 120_000 })

test.each(FIGURES)('bytes of a document in $indexId', async ({ indexId, bytesPerDoc }) => {
  const { splitBytes } = await indexFile(await stageFile(indexId))
  expectCount({
    what: `index bytes per document of ${indexId}`,
    kept: bytesPerDoc,
    counted: splitBytes / DOCS,
    within: 0.01,
    look: 'Which structure they are in: qw-lambda index describe, on an index of such documents.',
  })
})

test('publishing a file asks for the index once, and puts its split and the index', async () => {
  const staged = await stageFile('mock-sales')
  await indexFile(staged)
  const asked = staged.store.requests.map(
    ({ verb, key }) => `${verb} ${key.replace(/[\dA-Z]{26}/, '<id>')}`,
  )
  expect(
    asked,
    'what publishing a file asks of the store: each more costs 8,760 a month at a file every five minutes',
  ).toEqual([
    'get mock-sales/metastore.json',
    'put mock-sales/<id>.split',
    'put mock-sales/metastore.json',
  ])
})

test.each(FIGURES)('allocations per document of $indexId', async ({ indexId, allocatedPerDoc }) => {
  const { heapBytes, collections } = await runCounting<Record<string, number>>(
    'count-allocations',
    indexId,
    String(ALLOCATING_DOCS),
  )
  expect(collections, 'collections that would make the count too small').toBe(0)
  expectCount({
    what: `bytes allocated per document of ${indexId}`,
    kept: allocatedPerDoc,
    counted: heapBytes! / ALLOCATING_DOCS,
    // Versions of Node differ by 1.5 %.
    within: 0.03,
    look: 'Where: node --heap-prof on a bundle of test/counts/count-allocations.ts.',
  })
})
