import { isQwError } from '../errors.ts'
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
  const goesOn = isPinned && (await isBeingMade(target.metastore, targetId))
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

/** Whether a create or a copy of it began and has not come to its end. */
async function isBeingMade(metastore: Metastore, indexId: string): Promise<boolean> {
  if (!(await metastore.listIndexIds()).includes(indexId)) return false
  try {
    await metastore.load(indexId)
    return false
  } catch (error) {
    if (isQwError(error, 'notFound')) return true
    throw error
  }
}
