import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { DOCS, indexFile, stageFile, type DataSetId } from './counted-index.ts'
import { expectCount } from './expect-count.ts'

/** Figures of the two data sets of the benchmarks. */
interface Figures {
  readonly indexId: DataSetId
  /** Of the split, in a file of 20,000. */
  readonly bytesPerDoc: number
  /** Bytes of objects, in a file of 4,000 and without the optimising compilers, which leave some out. */
  readonly allocatedPerDoc: number
}

const FIGURES: readonly Figures[] = [
  { indexId: 'mock-sales', bytesPerDoc: 33.1, allocatedPerDoc: 7_070 },
  { indexId: 'hdfs-logs', bytesPerDoc: 50.8, allocatedPerDoc: 5_160 },
]

const ALLOCATING_DOCS = 4_000
/** Nothing is optimised away, nor collected before it is counted. */
const ALL_STAYS = [
  '--no-opt',
  '--no-maglev',
  '--expose-gc',
  '--min-semi-space-size=1024',
  '--max-semi-space-size=1024',
]

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

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qw-counts-'))
  await build({
    entryPoints: [join(import.meta.dirname, 'count-allocations.ts')],
    outfile: join(folder, 'count-allocations.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    // Bundled CommonJS packages ask for Node's own modules through `require`.
    banner: {
      js: "import{createRequire as qwRequire}from'node:module';const require=qwRequire(import.meta.url);",
    },
  })
})

afterAll(() => rm(folder, { recursive: true }))

test.each(FIGURES)('allocations per document of $indexId', async ({ indexId, allocatedPerDoc }) => {
  const script = join(folder, 'count-allocations.mjs')
  const args = [...ALL_STAYS, script, indexId, String(ALLOCATING_DOCS)]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  const { heapBytes, collections } = JSON.parse(stdout) as Record<string, number>
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
