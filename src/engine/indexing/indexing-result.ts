import type { RejectReason } from './rejects.ts'

/**
 *   done            the source is published to its end
 *   alreadyIndexed  the checkpoint held the whole source before this run
 *   incomplete      stopped by deadline or signal between two commits; the next run resumes there
 *   tooManyRejects  more rejected documents than allowed; the commit in progress was dropped
 */
export type IndexingState = 'done' | 'alreadyIndexed' | 'incomplete' | 'tooManyRejects'

export interface IndexingResult {
  readonly runId: string
  readonly indexId: string
  readonly sourceUri: string
  readonly state: IndexingState
  /** Documents published by this run. */
  readonly docCount: number
  /** Of the published commits; with `tooManyRejects` also those of the commit that was dropped. */
  readonly rejectedCount: number
  /** Uncompressed bytes of what this run committed. */
  readonly sourceBytes: number
  /** Ids of the splits that this run published. */
  readonly splitIds: readonly string[]
  /** Size of those splits' objects. */
  readonly splitBytes: number
  /** Commits that moved the checkpoint without any document. */
  readonly emptyCommitCount: number
  /** Of a file that grew: its bytes that had been indexed before; 0 otherwise. */
  readonly continuedAtBytes: number
  /** Of its last line, where that is half written and was left for the next run; 0 otherwise. */
  readonly halfLineBytes: number
  /** Most frequent first. */
  readonly rejectReasons: readonly RejectReason[]
  /** Objects that hold the rejected documents; empty when nothing was rejected or kept. */
  readonly rejectedKeys: readonly string[]
  readonly elapsedMs: number
}

/** Of a run that found nothing to do, for results that are put together from what others tell. */
export const NOTHING_INDEXED: IndexingResult = {
  runId: '',
  indexId: '',
  sourceUri: '',
  state: 'done',
  docCount: 0,
  rejectedCount: 0,
  sourceBytes: 0,
  splitIds: [],
  splitBytes: 0,
  emptyCommitCount: 0,
  continuedAtBytes: 0,
  halfLineBytes: 0,
  rejectReasons: [],
  rejectedKeys: [],
  elapsedMs: 0,
}

/** Cheap enough for the hot loop: one value per batch of lines. */
export interface IndexingProgress {
  readonly phase: 'reading' | 'building' | 'publishing'
  /** Bytes read of the source as it lies there, of `totalBytes` when that is known. */
  readonly readBytes: number
  readonly totalBytes: number | undefined
  /** Uncompressed bytes worked through. */
  readonly sourceBytes: number
  /** Documents read. */
  readonly docCount: number
  readonly rejectedCount: number
  /** Documents that can be searched: fewer while a split is filled or published. */
  readonly publishedDocCount: number
}
