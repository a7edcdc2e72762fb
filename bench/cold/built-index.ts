import { runMerges } from '../../src/engine/indexing/merge.ts'
import { refreshHotCache } from '../../src/engine/indexing/refresh-hot-cache.ts'
import { publishedSplits } from '../../src/engine/metastore/index-metadata.ts'
import type { SplitRecord } from '../../src/engine/metastore/split-record.ts'
import { maxMergeBytes } from '../../src/functions/lambda-environment.ts'
import { folderStore } from '../../src/stores/folder-store.ts'
import { BATCH_DOCS, createBenchIndex, indexBatch, type BenchIndex } from '../bench-index.ts'

/** Of an indexer that `init` sets up. */
const INDEXER_MEMORY_MB = '3008'
export const MAX_MERGE_BYTES = maxMergeBytes({ AWS_LAMBDA_FUNCTION_MEMORY_SIZE: INDEXER_MEMORY_MB })

/**
 * An index of so many documents in a folder: in batches, with the merges of the default policy after each,
 * as the indexer function of the default size makes them. Goes on where an earlier run was ended; costs
 * half a minute of a core for a million documents, once.
 */
export async function buildIndex(
  set: BenchIndex['set'],
  { folder, docs }: { readonly folder: string; readonly docs: number },
): Promise<readonly SplitRecord[]> {
  const store = folderStore({ root: folder, survives: 'processEnd' })
  const index = await createBenchIndex(set, store)
  const { metastore } = index.indexing
  const splits = async (): Promise<SplitRecord[]> =>
    publishedSplits(await metastore.load(set.indexId))
  const there = (await splits()).reduce((sum, { docCount }) => sum + docCount, 0)
  for (let batch = there / BATCH_DOCS; batch < docs / BATCH_DOCS; batch++) {
    if (process.stderr.isTTY) process.stderr.write(`\r${set.indexId}: batch ${batch} `)
    await indexBatch(index, batch)
    const request = { indexId: set.indexId, maxMergeBytes: MAX_MERGE_BYTES }
    const { failures } = await runMerges(index.indexing, request)
    if (failures[0] !== undefined) throw new Error(failures[0].error)
  }
  // As the indexer leaves it: what an earlier version of it made has none.
  await refreshHotCache(index.indexing, set.indexId)
  return await splits()
}
