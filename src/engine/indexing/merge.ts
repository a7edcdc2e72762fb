import type { IndexingComponents } from './pipeline.ts'

export interface MergesResult {
  readonly mergeCount: number
  readonly mergedSplitCount: number
  readonly mergedDocCount: number
  /** Merges whose inputs somebody else replaced first: their output was dropped. */
  readonly lostCount: number
  /** Whether the deadline left eligible merges undone. */
  readonly incomplete: boolean
}

export interface MergesRequest {
  readonly indexId: string
  readonly deadlineMs?: number
  readonly signal?: AbortSignal
}

/** Runs every eligible merge of the index's policy, highest score first, until none is left. */
export function runMerges(
  components: IndexingComponents,
  request: MergesRequest,
): Promise<MergesResult> {
  throw new Error(`not written yet ${typeof components} ${request.indexId}`)
}
