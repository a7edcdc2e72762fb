import { createHash } from 'node:crypto'
import { formatDuration } from '../dates/duration.ts'
import { isQwError, QwError } from '../errors.ts'
import { FINISHED_FILE_MEMORY_SECONDS, positionsUnder } from '../metastore/checkpoint.ts'
import type { IndexFile } from '../metastore/index-metadata.ts'
import {
  deleteSnapshot,
  readSnapshot,
  type Snapshot,
  takeSnapshot,
} from '../metastore/snapshots.ts'
import type { IndexingComponents } from './components.ts'

/** The target remembers for longer what of it was done, by any clock. */
const RESUMABLE_MS = (FINISHED_FILE_MEMORY_SECONDS - 24 * 3600) * 1_000

/** The target's checkpoint has what was read back under this source. */
export const REINDEX_SOURCE_ID = '_reindex-source'

/** Which documents go where, in the words in which it was asked. */
export interface AskedReindex {
  readonly indexId: string
  readonly targetId: string
  /** The same words go on with what they began; other words are another reindex. */
  readonly words: readonly string[]
}

/** As the target's checkpoint tells apart what was asked. */
export function askedHash({ indexId, targetId, words }: AskedReindex): string {
  const text = JSON.stringify([indexId, targetId, ...words])
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}

/** The URI of everything that is read back from an index. */
export function readBackUri(indexId: string, ...below: readonly string[]): string {
  return ['reindex:/', indexId, ...below].join('/')
}

/**
 * The splits that are read: pinned by a snapshot of the source for as long as it takes, whatever merges
 * or expires there meanwhile. One that was begun in the same words is gone on with. A GET of both
 * metastore files, and with a new pin two PUTs. Throws `invalid` when the target has those documents
 * already, or when what was begun is so old that the target may have forgotten some of it.
 */
export async function pinSource(
  components: IndexingComponents,
  asked: AskedReindex & { readonly again: boolean; readonly signal?: AbortSignal | undefined },
): Promise<Snapshot> {
  const { metastore, clock } = components
  const { indexId, targetId, signal } = asked
  const name = `reindex-${askedHash(asked)}-${targetId}`.slice(0, 63)
  const snapshot = { indexId, name, ...(signal && { signal }) }
  const isPinned = ({ snapshots }: IndexFile): boolean =>
    snapshots.some((record) => record.name === name)
  if (!isPinned(await metastore.load(indexId, signal))) {
    if (!asked.again) refuseSecond(await metastore.load(targetId, signal), asked)
    try {
      await takeSnapshot(components, snapshot)
    } catch (error) {
      // Another run of the same command was quicker: both go on from its pin.
      if (!isQwError(error) || error.code !== 'SNAPSHOT-EXISTS') throw error
    }
  }
  const pinned = await readSnapshot(metastore, snapshot)
  if (!asked.again) await refuseOvertaken(components, asked, pinned)
  const ageMs = clock.nowMs() - pinned.record.createdMs
  if (ageMs > RESUMABLE_MS) {
    throw new QwError(
      'invalid',
      `the reindex of ${indexId} was begun ${formatDuration(ageMs)} ago`,
      {
        why: `${targetId} may have forgotten what of it was done, and would have documents twice`,
        fix: `begin again with an empty index: qw-lambda index snapshot delete ${name} --index ${indexId} --confirm ${name}`,
      },
    )
  }
  return pinned
}

/** Another run of the same command may have come to its end between the look at the target and the pin:
 *  what it brought was there before this pin was taken. */
async function refuseOvertaken(
  { metastore }: IndexingComponents,
  asked: AskedReindex & { readonly signal?: AbortSignal | undefined },
  { record: { name, snapshotId } }: Snapshot,
): Promise<void> {
  const { indexId, targetId, signal } = asked
  const target = await metastore.load(targetId, signal)
  try {
    refuseSecond(target, asked, readBackUri(indexId, snapshotId, ''))
  } catch (error) {
    await deleteSnapshot(metastore, { indexId, name })
    throw error
  }
}

/** What has begun to come under `ownUri` goes on, whatever else there is. */
function refuseSecond({ metadata }: IndexFile, asked: AskedReindex, ownUri?: string): void {
  const { indexId, targetId } = asked
  const before = positionsUnder(metadata.checkpoint, REINDEX_SOURCE_ID, readBackUri(indexId, ''))
  const hash = askedHash(asked)
  const same = [...before.keys()].filter((partitionId) => partitionId.endsWith(`#${hash}`))
  const isBegun = ownUri !== undefined && same.some((partitionId) => partitionId.startsWith(ownUri))
  if (same.length === 0 || isBegun) return
  throw new QwError('invalid', `${targetId} has these documents of ${indexId} already`, {
    code: 'REINDEXED',
    why: 'a reindex in the same words came to its end, and each document would be there twice',
    fix: 'say which documents came since, with --since or a query, or have them twice with --force',
  })
}
