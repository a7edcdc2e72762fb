import type { ObjectStore } from '../ports.ts'
import { listKeys } from './delete-keys.ts'
import type { IndexFile } from './index-metadata.ts'
import { handedPrefix, rejectedKey, rejectedPrefix } from './layout.ts'

interface Clearing {
  readonly indexId: string
  /** Each version that the clearing found, as its write may have been tried several times. */
  readonly found: readonly IndexFile[]
  readonly keepsCheckpoint: boolean
}

/**
 * Keys beside an index that go with its clearing. Rejected documents that no version named are those of a
 * run that may publish them after it, or the janitor's. A LIST or two.
 */
export async function clearedNotes(
  store: ObjectStore,
  { indexId, found, keepsCheckpoint }: Clearing,
): Promise<string[]> {
  const sets = found.flatMap(({ rejectSets }) => rejectSets)
  const named = new Set(sets.map(({ setId }) => rejectedKey(indexId, setId)))
  const runs = found.flatMap((file) => file.runs.filter(({ state }) => state === 'tooManyRejects'))
  const givenUp = runs.map(({ runId }) => rejectedPrefix(indexId) + runId)
  const rejected = await listKeys(store, rejectedPrefix(indexId))
  const cleared = rejected.filter(
    (key) => named.has(key) || givenUp.some((prefix) => key.startsWith(prefix)),
  )
  // What was handed over once may be again.
  const handed = keepsCheckpoint ? [] : await listKeys(store, handedPrefix(indexId))
  return [...cleared, ...handed]
}
