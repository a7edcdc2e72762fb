import { isQwError } from '../errors.ts'
import { type MatchDocs, pendingTasks } from '../metastore/delete-task.ts'
import type { IndexFile } from '../metastore/index-metadata.ts'
import { settleManifest } from '../metastore/settle-manifest.ts'
import type { IndexingComponents } from './components.ts'
import { type DeletesResult, runDeletes } from './deletes.ts'
import { isCleanUpDue, type JanitorResult, LIST_EVERY_MS, runJanitor } from './janitor.ts'
import { eligibleMerges, type MergesResult, runMerges } from './merge.ts'

interface UpkeepRequest {
  readonly indexId: string
  /** How queries of erasures are answered. */
  readonly matchDocs: MatchDocs
  /** Bytes of splits merged at once; default as in `runMerges`. */
  readonly maxMergeBytes?: number | undefined
  /** Nothing is begun that would not be done by then. */
  readonly deadlineMs?: number
  readonly signal?: AbortSignal
  readonly parts: UpkeepParts
}

/** What somebody may have switched off. */
export interface UpkeepParts {
  readonly merges: boolean
  readonly janitor: boolean
}

interface UpkeepResult {
  readonly erased: DeletesResult
  /** Undefined: switched off. */
  readonly merged: MergesResult | undefined
  readonly cleaned: JanitorResult | undefined
  /** Whether something is left for the next run. */
  readonly incomplete: boolean
  /** Whether anything was done: a run that is incomplete and did nothing would end so again. */
  readonly hasProgressed: boolean
}

/** Index files read at once to find out where there is something to do. */
const LOOK_CONCURRENCY = 16

/**
 * The indexes that have something to be erased, merged or cleaned up, in the order of their ids. Costs
 * a conditional GET per index and nothing more: so much is the upkeep of indexes that nobody touches.
 * What killed creates and deletes left is finished on the way.
 */
export async function indexesDue(
  { metastore, clock }: IndexingComponents,
  parts: UpkeepParts,
  { maxMergeBytes, signal }: Pick<UpkeepRequest, 'maxMergeBytes' | 'signal'> = {},
): Promise<string[]> {
  await settleManifest(metastore, signal)
  const states = [...(await metastore.indexStates(signal))]
  const ids = states.flatMap(([id, state]) => (state === 'active' ? id : [])).toSorted()
  const due: string[] = []
  for (let start = 0; start < ids.length; start += LOOK_CONCURRENCY) {
    const some = ids.slice(start, start + LOOK_CONCURRENCY)
    const isDue = await Promise.all(
      some.map(async (indexId) => {
        try {
          const file = await metastore.load(indexId, signal)
          return isUpkeepDue(file, clock.nowMs(), { ...parts, maxMergeBytes })
        } catch (error) {
          if (isQwError(error, 'notFound')) await metastore.forgetMissing(indexId)
          // A damaged file fails when its turn comes, where it is told about.
          return isQwError(error, 'corrupt')
        }
      }),
    )
    due.push(...some.filter((_, i) => isDue[i]))
  }
  return due
}

function isUpkeepDue(
  file: IndexFile,
  nowMs: number,
  { merges, janitor, maxMergeBytes }: UpkeepParts & Pick<UpkeepRequest, 'maxMergeBytes'>,
): boolean {
  return (
    pendingTasks(file).length > 0 ||
    (merges && eligibleMerges(file, nowMs, { maxMergeBytes }).length > 0) ||
    (janitor && isCleanUpDue(file, nowMs, LIST_EVERY_MS))
  )
}

/** Erasures, merges and clean-up of one index, in this order: what was erased or merged away is deleted
 *  by a later run, after the grace. */
export async function keepUp(
  components: IndexingComponents,
  { indexId, matchDocs, parts, ...limits }: UpkeepRequest,
): Promise<UpkeepResult> {
  const erased = await runDeletes(components, { indexId, matchDocs, ...limits })
  const merged = parts.merges ? await runMerges(components, { indexId, ...limits }) : undefined
  const cleaned = parts.janitor
    ? await runJanitor(components, { indexId, listEveryMs: LIST_EVERY_MS, ...limits })
    : undefined
  return {
    erased,
    merged,
    cleaned,
    incomplete: [erased, merged, cleaned].some((part) => part?.incomplete === true),
    hasProgressed:
      erased.checkedSplitCount > 0 || (merged?.mergeCount ?? 0) > 0 || deletedCount(cleaned) > 0,
  }
}

function deletedCount(cleaned: JanitorResult | undefined): number {
  if (cleaned === undefined) return 0
  return cleaned.deletedSplitCount + cleaned.deletedOrphanCount + cleaned.deletedRejectedCount
}
