import { listKeys } from '../metastore/delete-keys.ts'
import { indexPrefix, metastoreKey } from '../metastore/layout.ts'
import type { Metastore } from '../metastore/metastore.ts'
import { deleteSnapshot, takeSnapshot } from '../metastore/snapshots.ts'
import { copyIndex, type CopyRequest, type CopyResult } from './copy-index.ts'

/**
 * `copyIndex` of an index as it is now: it is pinned for as long as it takes, under a name of the
 * target, and a copy that was killed goes on from the moment that it pinned. Two more PUTs of the
 * source's metastore.
 */
export async function copyLiveIndex(request: CopyRequest): Promise<CopyResult> {
  const { source, indexId, name, target, targetId, signal } = request
  const { metastore } = source
  const isPinned = (await metastore.load(indexId, signal)).snapshots.some(
    (snapshot) => snapshot.name === name,
  )
  const goesOn = isPinned && (await isHalfMade(target.metastore, targetId))
  if (!goesOn) {
    // The target first: where there is one already, nothing is pinned for it.
    await target.metastore.reserveIndex(targetId)
    if (isPinned) await deleteSnapshot(metastore, { indexId, name })
    await takeSnapshot(source, { indexId, name, ...(signal && { signal }) })
  }
  const result = await copyIndex(request)
  await deleteSnapshot(metastore, { indexId, name })
  return result
}

/** Whether there are splits and no index: a pin of a copy that came to its end is an old one. */
async function isHalfMade(metastore: Metastore, indexId: string): Promise<boolean> {
  const keys = await listKeys(metastore.store, indexPrefix(indexId))
  return !keys.includes(metastoreKey(indexId)) && keys.length > 0
}
