import type { IndexingComponents } from './pipeline.ts'

export interface JanitorResult {
  readonly retiredSplitCount: number
  readonly deletedSplitCount: number
  readonly deletedOrphanCount: number
  readonly deletedBytes: number
  readonly incomplete: boolean
}

export interface JanitorRequest {
  readonly indexId: string
  readonly deadlineMs?: number
  readonly signal?: AbortSignal
  /** From marking to deleting; default `DELETION_GRACE_MS`. */
  readonly deletionGraceMs?: number
  /** Age at which an object that no record names is an orphan; default `ORPHAN_GRACE_MS`. */
  readonly orphanGraceMs?: number
  readonly dryRun?: boolean
}

/** Retention, deletion of marked splits after the grace, orphans, old rejected documents. */
export function runJanitor(
  components: IndexingComponents,
  request: JanitorRequest,
): Promise<JanitorResult> {
  throw new Error(`not written yet ${typeof components} ${request.indexId}`)
}
