import type { IndexingProgress } from './indexing-result.ts'
import type { MaxRejects } from './reject-limit.ts'
import type { Source } from '../sources/source.ts'

export interface IndexSourceRequest {
  readonly indexId: string
  readonly source: Source
  /** Default `DEFAULT_SOURCE_ID`. */
  readonly sourceId?: string
  /** Commit what is built and stop when the clock passes this. */
  readonly deadlineMs?: number
  /** Stop at once, dropping what is not committed. */
  readonly signal?: AbortSignal
  /** Take a source again that the checkpoint already has; every such run adds its documents again. */
  readonly force?: boolean
  /** Read on what was begun, and nothing else: `incomplete` for what is not known. */
  readonly onlyIfKnown?: boolean
  /** `keep` (default) writes rejected documents beside the index; `drop` only counts them. */
  readonly rejects?: 'keep' | 'drop'
  /**
   * Judged before every commit: going past it drops the commit in progress. A source that is one split,
   * as most are, then adds nothing at all; of a larger one the commits before stay published, and the
   * next run goes on after them.
   */
  readonly maxRejects?: MaxRejects
  /** Builder memory at which a split is cut; default the index's heap size, at most 256 MiB. */
  readonly memoryLimitBytes?: number
  /** Commit at least this often, however long the index would let documents wait. */
  readonly commitEveryMs?: number
  /** The first commit comes with so many documents already, so that there is something to search. */
  readonly firstCommitDocs?: number
  readonly onProgress?: (progress: IndexingProgress) => void
}
