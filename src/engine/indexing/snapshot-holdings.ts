import { isQwError } from '../errors.ts'
import type { DeleteTask, MatchDocs } from '../metastore/delete-task.ts'
import { withMappingsOf } from '../metastore/past-mappings.ts'
import { readSnapshot } from '../metastore/snapshots.ts'
import type { IndexingComponents } from './components.ts'

interface HoldingsRequest {
  readonly indexId: string
  /** Snapshots that an erasure has reached are left out, those of an `opstamp` from its on. */
  readonly task: Pick<DeleteTask, 'query' | 'createdMs' | 'opstamp'>
  readonly matchDocs: MatchDocs
  readonly signal?: AbortSignal
}

export interface SnapshotHolding {
  readonly name: string
  /** Undefined: its splits could not be searched. */
  readonly docCount: number | undefined
}

/**
 * Snapshots whose splits still hold documents that an erasure is about: their bytes are there until the
 * snapshot goes. Costs a GET per snapshot and the reads of a search per split that they hold.
 */
export async function findInSnapshots(
  { metastore }: IndexingComponents,
  { indexId, task, matchDocs, signal }: HoldingsRequest,
): Promise<SnapshotHolding[]> {
  const { snapshots, metadata } = await metastore.load(indexId, signal)
  const countBySplit = new Map<string, number>()
  const holdings: SnapshotHolding[] = []
  for (const { name } of snapshots) {
    try {
      const { file } = await readSnapshot(metastore, { indexId, name, ...(signal && { signal }) })
      const then = withMappingsOf(metadata, file.metadata, file.splits)
      let docCount = 0
      for (const split of file.splits) {
        if (split.deleteOpstamp >= task.opstamp) continue
        const known = countBySplit.get(split.splitId)
        const found = known ?? (await matchDocs(then, split, task, signal)).length
        countBySplit.set(split.splitId, found)
        docCount += found
      }
      if (docCount > 0) holdings.push({ name, docCount })
    } catch (error) {
      signal?.throwIfAborted()
      if (isQwError(error, 'notFound') && error.code === 'SNAPSHOT-NONE') continue
      // One that cannot be searched may hold them.
      holdings.push({ name, docCount: undefined })
    }
  }
  return holdings
}
