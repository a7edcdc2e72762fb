import { isQwError, QwError } from '../errors.ts'
import { type Clock, type ObjectStore, storedAs } from '../ports.ts'
import { deleteKeys } from './delete-keys.ts'
import { ORPHAN_GRACE_MS } from './index-file-changes.ts'
import { withGone } from './gone-names.ts'
import { decodeIndexFile, encodeIndexFile } from './index-file-codec.ts'
import { type IndexFile, publishedSplits } from './index-metadata.ts'
import { nearestIds } from './index-patterns.ts'
import { snapshotKey, splitKey } from './layout.ts'
import type { Metastore } from './metastore.ts'
import {
  assertSnapshotName,
  heldSplitIds,
  MAX_SNAPSHOTS,
  type SnapshotRecord,
  snapshotRecordOf,
} from './snapshot-record.ts'
import { ulidTimeMs } from './ulid.ts'

/*
 * `<index_id>/snapshots/<snapshot_id>.json` is the metastore file as it was, with the published splits
 * alone and the snapshot's own record as the only one. It is written first and counts from when the
 * metastore file names it.
 */

interface Components {
  readonly metastore: Metastore
  readonly clock: Clock
}

interface SnapshotName {
  readonly indexId: string
  readonly name: string
  readonly signal?: AbortSignal
}

export interface Snapshot {
  readonly record: SnapshotRecord
  /** Of that moment: published splits, checkpoint, config, erasures. */
  readonly file: IndexFile
}

interface DeletedSnapshot {
  /** Splits that it alone held: their objects are gone. */
  readonly splitCount: number
  readonly bytes: number
}

/** Attempts against merges that replace a split between the two writes. */
const MAX_ATTEMPTS = 20

/**
 * Pins what is published now. One GET and two PUTs; again when a split was replaced in between. Killed,
 * it leaves an object that the janitor collects. Throws `invalid` (code SNAPSHOT-EXISTS), `tooLarge`.
 */
export async function takeSnapshot(
  components: Components,
  { indexId, name, signal }: SnapshotName,
): Promise<SnapshotRecord> {
  assertSnapshotName(name)
  const { metastore, clock } = components
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const file = await metastore.load(indexId, signal)
    refuse(file, name)
    const createdMs = clock.nowMs()
    const record = snapshotRecordOf(file, { name, snapshotId: metastore.newId(), createdMs })
    const key = snapshotKey(indexId, record.snapshotId)
    const content = { ...file, splits: publishedSplits(file), snapshots: [record], gone: new Map() }
    await putNew(metastore.store, key, encodeIndexFile(content))
    const written = await metastore.update(indexId, (newest) =>
      withSnapshot(newest, content, { record, nowMs: clock.nowMs() }),
    )
    if (wasTaken(written, record)) return record
    await metastore.store.delete(key)
  }
  throw new QwError('conflict', `${indexId} changed ${MAX_ATTEMPTS} times while it was pinned`, {
    code: 'META-CONFLICT',
    fix: 'run the command again',
  })
}

/** The file with the snapshot; the file itself when it cannot be the one that was looked at. */
function withSnapshot(
  newest: IndexFile,
  seen: IndexFile,
  { record, nowMs }: { readonly record: SnapshotRecord; readonly nowMs: number },
): IndexFile {
  if (wasTaken(newest, record)) return newest
  refuse(newest, record.name)
  const published = new Set(publishedSplits(newest).map(({ splitId }) => splitId))
  const isAsSeen =
    newest.metadata.indexUid === seen.metadata.indexUid &&
    seen.splits.every(({ splitId }) => published.has(splitId))
  // An object of that age may have been collected.
  const isOld = nowMs - ulidTimeMs(record.snapshotId) >= ORPHAN_GRACE_MS
  if (!isAsSeen || isOld) return newest
  return { ...newest, snapshots: [...newest.snapshots, record] }
}

/** Also when somebody has deleted it since. */
function wasTaken({ snapshots, gone }: IndexFile, { snapshotId }: SnapshotRecord): boolean {
  return gone.has(snapshotId) || snapshots.some((snapshot) => snapshot.snapshotId === snapshotId)
}

function refuse({ metadata: { indexId }, snapshots }: IndexFile, name: string): void {
  if (snapshots.some((snapshot) => snapshot.name === name)) {
    throw new QwError('invalid', `index ${indexId} has a snapshot \`${name}\` already`, {
      code: 'SNAPSHOT-EXISTS',
      fix: `choose another name, or delete it first: qw-lambda index snapshot delete ${name} --index ${indexId}`,
    })
  }
  if (snapshots.length >= MAX_SNAPSHOTS) {
    throw new QwError(
      'tooLarge',
      `index ${indexId} has ${snapshots.length} snapshots, the most it may`,
      {
        fix: `delete one that is not needed: qw-lambda index snapshot list --index ${indexId}`,
      },
    )
  }
}

/** An own put whose answer was lost shows as a conflict. */
async function putNew(store: ObjectStore, key: string, body: Uint8Array): Promise<void> {
  try {
    await store.put(key, body, { condition: { kind: 'ifAbsent' } })
  } catch (error) {
    if (!isQwError(error, 'conflict')) throw error
    if ((await storedAs(store, key, body)) === undefined) throw error
  }
}

/** Two GETs. Throws `notFound` (code SNAPSHOT-NONE) naming the nearest. */
export async function readSnapshot(
  metastore: Metastore,
  { indexId, name, signal }: SnapshotName,
): Promise<Snapshot> {
  const record = findSnapshot(await metastore.load(indexId, signal), name)
  const key = snapshotKey(indexId, record.snapshotId)
  const stored = await metastore.store.get(key, { signal })
  // Only a revalidating get answers nothing.
  if (stored === undefined) throw new QwError('internal', `${key} was not read`)
  return { record, file: decodeIndexFile(stored.bytes, key) }
}

/** Throws `notFound` (code SNAPSHOT-NONE) naming the nearest. */
export function findSnapshot(
  { metadata: { indexId }, snapshots }: IndexFile,
  name: string,
): SnapshotRecord {
  const record = snapshots.find((snapshot) => snapshot.name === name)
  if (record !== undefined) return record
  const near = nearestIds(
    name,
    snapshots.map((snapshot) => snapshot.name),
  )
  throw new QwError('notFound', `index ${indexId} has no snapshot \`${name}\``, {
    code: 'SNAPSHOT-NONE',
    fix:
      near.length > 0
        ? `did you mean ${near.join(', ')}?`
        : `qw-lambda index snapshot list --index ${indexId}`,
  })
}

/** Removes the snapshot and at once the objects that it alone held: a PUT, and a DELETE each. What a
 *  killed run leaves of them the janitor collects. Throws `notFound` (code SNAPSHOT-NONE). */
export async function deleteSnapshot(
  metastore: Metastore,
  { indexId, name }: SnapshotName,
): Promise<DeletedSnapshot> {
  const { snapshotId, splitBytes } = findSnapshot(await metastore.load(indexId), name)
  const file = await metastore.update(indexId, (newest, nowMs) => {
    const snapshots = newest.snapshots.filter((snapshot) => snapshot.snapshotId !== snapshotId)
    if (snapshots.length === newest.snapshots.length) return newest
    return withGone({ ...newest, snapshots }, [snapshotId], nowMs)
  })
  // What has a record still is deleted after its grace: a search may be on it.
  const held = heldSplitIds(file)
  const freed = new Map([...splitBytes].filter(([splitId]) => !held.has(splitId)))
  const keys = [...freed.keys()].map((splitId) => splitKey(indexId, splitId))
  await deleteKeys(metastore.store, [...keys, snapshotKey(indexId, snapshotId)])
  return { splitCount: freed.size, bytes: [...freed.values()].reduce((sum, n) => sum + n, 0) }
}
