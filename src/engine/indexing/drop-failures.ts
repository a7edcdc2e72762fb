import { deleteKeys, listKeys } from '../metastore/delete-keys.ts'
import { rejectedPrefix } from '../metastore/layout.ts'
import type { Metastore } from '../metastore/metastore.ts'
import type { RejectSet } from '../metastore/reject-set.ts'
import { openFailures } from '../metastore/run-summary.ts'

/** Takes sets from the index, and leaves their objects; returns those that were there. */
export async function forgetRejectSets(
  metastore: Metastore,
  indexId: string,
  isMeant: (set: RejectSet) => boolean,
): Promise<readonly RejectSet[]> {
  let forgotten: readonly RejectSet[] = []
  await metastore.update(indexId, (file) => {
    const meant = file.rejectSets.filter(isMeant)
    if (meant.length === 0) return file
    forgotten = meant
    return { ...file, rejectSets: file.rejectSets.filter((set) => !meant.includes(set)) }
  })
  return forgotten
}

interface DroppedFailures {
  readonly docCount: number
  readonly runCount: number
}

/**
 * Removes rejected documents for good, and failed files from what is to be retried: of one run, given its
 * id or the beginning of it, or of all. Also objects that nobody names any more, as those of killed runs:
 * afterwards no object holds what was rejected. A run that commits meanwhile may lose what it rejects.
 * A GET and a PUT of the metastore, a LIST, and a DELETE per object.
 */
export async function dropFailures(
  metastore: Metastore,
  { indexId, runId = '' }: { readonly indexId: string; readonly runId?: string | undefined },
): Promise<DroppedFailures> {
  const keys = await listKeys(metastore.store, rejectedPrefix(indexId) + runId)
  const sets = await forgetRejectSets(metastore, indexId, ({ setId }) => setId.startsWith(runId))
  const dropped = new Set<string>()
  await metastore.update(indexId, (file) => {
    const failed = openFailures(file.runs).filter((run) => run.runId.startsWith(runId))
    for (const run of failed) dropped.add(run.runId)
    if (failed.length === 0) return file
    return { ...file, runs: file.runs.filter((run) => !failed.includes(run)) }
  })
  await deleteKeys(metastore.store, keys)
  return {
    docCount: sets.reduce((sum, { docCount }) => sum + docCount, 0),
    runCount: dropped.size,
  }
}
