import type { IndexFile } from '../metastore/index-metadata.ts'
import { rejectedKey, rejectedPrefix } from '../metastore/layout.ts'
import { runOfSet } from '../metastore/reject-set.ts'
import { openFailures } from '../metastore/run-summary.ts'
import { getIfThere, type ObjectStore } from '../ports.ts'
import { decodeRejects, type KeptReject } from './rejects.ts'

interface ReadRejectsRequest {
  /** A run id or its beginning; default: all runs. */
  readonly runId?: string | undefined
  readonly signal?: AbortSignal
}

/**
 * Rejected documents that still wait, newest run first, in their order within a run: those of the sets,
 * and those for which a file was given up, to be looked at. Holds one set at a time. Costs a GET per object read, and a LIST per
 * file that was given up.
 */
export async function* keptRejects(
  store: ObjectStore,
  file: IndexFile,
  { runId = '', signal }: ReadRejectsRequest = {},
): AsyncGenerator<KeptReject> {
  const { indexId } = file.metadata
  const keys = new Set(
    file.rejectSets
      .filter(({ setId }) => setId.startsWith(runId))
      .map(({ setId }) => rejectedKey(indexId, setId)),
  )
  const givenUp = openFailures(file.runs).filter(
    (run) => run.state === 'tooManyRejects' && run.runId.startsWith(runId),
  )
  for (const run of givenUp) {
    const prefix = rejectedPrefix(indexId) + run.runId
    for await (const { key } of store.list(prefix, signal)) keys.add(key)
  }
  for (const key of [...keys].toSorted(newestRunFirst)) {
    yield* (await readRejects(store, key, signal)) ?? []
  }
}

/** Undefined when the object is gone: retried or dropped meanwhile, or older than they are kept. */
export async function readRejects(
  store: ObjectStore,
  key: string,
  signal?: AbortSignal,
): Promise<KeptReject[] | undefined> {
  const stored = await getIfThere(store, key, signal)
  return stored && decodeRejects(stored.bytes, key)
}

/** Keys end in `<run id>-<commit>…`; run ids ascend with time. */
function newestRunFirst(a: string, b: string): number {
  const nameOf = (key: string): string => key.slice(key.lastIndexOf('/') + 1)
  const [runA, runB] = [runOfSet(nameOf(a)), runOfSet(nameOf(b))]
  if (runA !== runB) return runA < runB ? 1 : -1
  return a < b ? -1 : 1
}
