import { isQwError } from '../errors.ts'
import type { IndexFile } from './index-metadata.ts'
import { indexPrefix } from './layout.ts'
import type { Metastore } from './metastore.ts'

/**
 * Finishes what killed creates and deletes left: indexes in `deleting` go; those in `creating` are there
 * if they have a file, and are forgotten without file and objects. With objects, a copy may be under way
 * that brings them before the file. Returns the ids whose deletion was finished. One conditional read
 * when there is nothing of the kind. A create that is under way meanwhile gets through.
 */
export async function settleManifest(
  metastore: Metastore,
  signal?: AbortSignal,
): Promise<string[]> {
  const deleted: string[] = []
  for (const [indexId, state] of await metastore.indexStates(signal)) {
    if (state === 'deleting') {
      await metastore.finishDeletion(indexId)
      deleted.push(indexId)
    } else if (state === 'creating') {
      const file = await loadIfThere(metastore, indexId, signal)
      if (file !== undefined) await metastore.adoptIndex(file)
      else if (!(await hasObjects(metastore, indexId, signal))) {
        await metastore.forgetMissing(indexId)
      }
    }
  }
  return deleted
}

async function loadIfThere(
  metastore: Metastore,
  indexId: string,
  signal: AbortSignal | undefined,
): Promise<IndexFile | undefined> {
  try {
    return await metastore.load(indexId, signal)
  } catch (error) {
    if (isQwError(error, 'notFound')) return undefined
    throw error
  }
}

async function hasObjects(
  { store }: Metastore,
  indexId: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  for await (const _ of store.list(indexPrefix(indexId), signal)) return true
  return false
}
