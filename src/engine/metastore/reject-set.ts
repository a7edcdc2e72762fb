import { QwError } from '../errors.ts'
import { ulidTimeMs } from './ulid.ts'

/**
 * Rejected documents of one commit that wait to be retried or dropped: an object beside the index. It is
 * named in the metastore file by the write that published the commit, and goes from there by the write
 * that publishes its documents after all. What no set names was never committed, or is indexed by now.
 */
export interface RejectSet {
  /** `<run id>-<commit>`, and behind it a ULID once some of its documents were retried. */
  readonly setId: string
  /** Documents in the object. */
  readonly docCount: number
  /** Counted beyond what one run keeps. */
  readonly notKeptCount: number
}

/** What one publication does to the sets: all of it, or the publication is refused. */
export interface RejectChange {
  /** Their documents are in the published splits or in `added`; each must still be there. */
  readonly taken: readonly string[]
  readonly added: readonly RejectSet[]
}

/** Rejected documents, the runs that failed and the records of ingests are kept this long. */
export const REJECTED_KEPT_MS = 30 * 24 * 3600 * 1000
/** Sets kept per index, the newest: a week of files every five minutes with a mistake in each, in 100 kB
 *  of the metastore file. */
export const MAX_REJECT_SETS = 2_000

const RUN_ID_CHARS = 26
const SET_ID = /^[0-9A-HJKMNP-TV-Z]{26}-\d{5,}(-[0-9A-HJKMNP-TV-Z]{26})?$/

export function rejectSetId(runId: string, commit: number): string {
  return `${runId}-${String(commit).padStart(5, '0')}`
}

/** The name of what is left of a set; `id` is new. */
export function remainingSetId(setId: string, id: string): string {
  return `${commitOf({ setId })}-${id}`
}

/** The sets of an index that is brought back to an earlier time together with its checkpoint: files that
 *  came later are read again, and what they rejected is rejected again. Of a set that was retried since,
 *  what is left; of one that was retried whole nothing is left, and the next retry says so. */
export function restoredSets(
  newest: readonly RejectSet[],
  earlier: readonly RejectSet[],
): readonly RejectSet[] {
  const left = new Map(newest.map((set) => [commitOf(set), set]))
  return earlier.map((set) => left.get(commitOf(set)) ?? set)
}

function commitOf({ setId }: Pick<RejectSet, 'setId'>): string {
  return setId.split('-', 2).join('-')
}

/** The run that rejected the documents first. */
export function runOfSet(setId: string): string {
  return setId.slice(0, RUN_ID_CHARS)
}

/** Undefined when a set to be taken is not there: somebody else retried or dropped it. */
export function changeRejectSets(
  sets: readonly RejectSet[],
  { taken, added }: RejectChange,
  nowMs: number,
): readonly RejectSet[] | undefined {
  const gone = new Set(taken)
  const rest = sets.filter(({ setId }) => !gone.has(setId))
  if (rest.length + gone.size !== sets.length) return undefined
  if (taken.length + added.length === 0) return sets
  // Their objects are collected at the same age.
  const isYoung = ({ setId }: RejectSet): boolean => nowMs - writtenMs(setId) < REJECTED_KEPT_MS
  return [...rest.filter(isYoung), ...added].slice(-MAX_REJECT_SETS)
}

function writtenMs(setId: string): number {
  const [runId = '', , remainedId] = setId.split('-')
  return ulidTimeMs(remainedId ?? runId)
}

/** `[set id, documents, not kept]`. */
export function encodeRejectSet({ setId, docCount, notKeptCount }: RejectSet) {
  return [setId, docCount, notKeptCount] as const
}

/** Throws `corrupt`. */
export function decodeRejectSet(value: unknown): RejectSet {
  const [setId, docCount, notKeptCount]: unknown[] = Array.isArray(value) ? value : []
  if (typeof setId === 'string' && SET_ID.test(setId) && isCount(docCount) && isCount(notKeptCount))
    return { setId, docCount, notKeptCount }
  throw new QwError('corrupt', 'metastore: a reject set is not [id, documents, not kept]')
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
