/** `fraction` of the documents read, judged from `MIN_JUDGED_DOCS` on and at every commit. */
export type MaxRejects =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'fraction'; readonly fraction: number }

/** Below this a few bad lines at the start of a file would stop it. */
const MIN_JUDGED_DOCS = 1_000

interface RejectTally {
  readonly rejectedCount: number
  /** Accepted and rejected. */
  readonly readCount: number
}

/** Whether a run has to stop; `isCommit` judges a fraction however few documents there are. */
export function exceedsRejectLimit(
  limit: MaxRejects | undefined,
  tally: RejectTally,
  isCommit: boolean,
): boolean {
  if (limit === undefined || tally.rejectedCount === 0) return false
  if (limit.kind === 'count') return tally.rejectedCount > limit.count
  if (!isCommit && tally.readCount < MIN_JUDGED_DOCS) return false
  return tally.rejectedCount > limit.fraction * tally.readCount
}
