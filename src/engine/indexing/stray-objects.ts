import { deleteKeys } from '../metastore/delete-keys.ts'
import { ORPHAN_GRACE_MS } from '../metastore/index-file-changes.ts'
import { isObjectOfIndex, metastoreKey } from '../metastore/layout.ts'
import type { ObjectInfo } from '../ports.ts'
import { isQwError } from '../errors.ts'
import type { IndexingComponents } from './components.ts'

interface StrayRequest {
  readonly signal?: AbortSignal
  /** Counts what would go. */
  readonly dryRun?: boolean
}

interface StrayResult {
  readonly deletedCount: number
  readonly deletedBytes: number
}

/**
 * Deletes objects of indexes that there are not: an upload that ended after its index had been deleted,
 * or what a deletion left whose listing came too early. The janitor of an index sees its own alone. Only
 * objects under names that this program makes, and older than `ORPHAN_GRACE_MS`, so that an index which
 * is being copied keeps its own; of a copy that was given up they go. Costs a LIST per 1000 objects of
 * all indexes, and a HEAD per name without an index.
 */
export async function deleteStray(
  { metastore, clock }: IndexingComponents,
  { signal, dryRun = false }: StrayRequest = {},
): Promise<StrayResult> {
  const states = await metastore.indexStates(signal)
  const strays = new Map<string, ObjectInfo[]>()
  for await (const info of metastore.store.list('', signal)) {
    const indexId = info.key.slice(0, Math.max(0, info.key.indexOf('/')))
    if (states.get(indexId) === 'active' || !isObjectOfIndex(indexId, info.key)) continue
    if (clock.nowMs() - info.modifiedMs < ORPHAN_GRACE_MS) continue
    const infos = strays.get(indexId)
    if (infos === undefined) strays.set(indexId, [info])
    else infos.push(info)
  }
  let deletedCount = 0
  let deletedBytes = 0
  for (const [indexId, infos] of strays) {
    // An index of its own, whether or not the manifest names it.
    if (await isThere(metastore.store.head(metastoreKey(indexId), signal))) continue
    const keys = infos.map(({ key }) => key)
    if (!dryRun) await deleteKeys(metastore.store, keys)
    deletedCount += keys.length
    deletedBytes += infos.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  }
  return { deletedCount, deletedBytes }
}

async function isThere(head: Promise<ObjectInfo>): Promise<boolean> {
  try {
    await head
    return true
  } catch (error) {
    if (isQwError(error, 'notFound')) return false
    throw error
  }
}
