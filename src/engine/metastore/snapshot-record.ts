import { QwError } from '../errors.ts'
import type { ObjectStore } from '../ports.ts'
import { latestOpstamp } from './delete-task.ts'
import { type IndexFile, publishedSplits } from './index-metadata.ts'
import { asFields, fieldsAt, integerAt, stringAt } from './json-fields.ts'
import { snapshotsPrefix } from './layout.ts'
import { splitSizeBytes } from './split-record.ts'

/**
 * A point in time that an index can be brought back to, as its metastore file names it. The splits
 * stand here, so that whoever decides on a version of the file what to delete sees them in it: no
 * second object can be newer or older than that. The rest, records and checkpoint, is in the
 * snapshot's own object (`snapshots.ts`).
 */
export interface SnapshotRecord {
  readonly name: string
  /** A ULID; names the object. */
  readonly snapshotId: string
  readonly createdMs: number
  readonly docCount: number
  /** Erasures up to this number have been applied to all its splits. */
  readonly deleteOpstamp: number
  /** By split id. */
  readonly splitBytes: ReadonlyMap<string, number>
}

/** Per index: each split of each stands in the metastore file, with 40 bytes. */
export const MAX_SNAPSHOTS = 100
const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/i

/** Splits whose objects have to stay, whatever state their records are in, and without a record too. */
export function pinnedSplitIds({ snapshots }: IndexFile): Set<string> {
  return new Set(snapshots.flatMap(({ splitBytes }) => [...splitBytes.keys()]))
}

/** Splits that a record names or a snapshot pins. One that was, and in some version of the file is not
 *  any more, never will be again: its object may go. */
export function heldSplitIds(file: IndexFile): Set<string> {
  const held = pinnedSplitIds(file)
  for (const { splitId } of file.splits) held.add(splitId)
  return held
}

/** Erasures up to this number are in every snapshot; Infinity without one. */
export function oldestSnapshotOpstamp({ snapshots }: IndexFile): number {
  return Math.min(...snapshots.map(({ deleteOpstamp }) => deleteOpstamp))
}

/** Throws `invalid`. */
export function assertSnapshotName(name: string): void {
  if (NAME.test(name)) return
  throw new QwError('invalid', `snapshot name \`${name.slice(0, 100)}\` is not allowed`, {
    fix: 'use up to 63 letters, digits, `-`, `_` and `.`, starting with a letter or a digit',
  })
}

export function snapshotRecordOf(
  file: IndexFile,
  { name, snapshotId, createdMs }: Pick<SnapshotRecord, 'name' | 'snapshotId' | 'createdMs'>,
): SnapshotRecord {
  const splits = publishedSplits(file)
  const opstamps = splits.map((split) => split.deleteOpstamp)
  return {
    name,
    snapshotId,
    createdMs: Math.floor(createdMs),
    docCount: splits.reduce((sum, { docCount }) => sum + docCount, 0),
    deleteOpstamp: Math.min(latestOpstamp(file), ...opstamps),
    splitBytes: new Map(splits.map((split) => [split.splitId, splitSizeBytes(split)])),
  }
}

/** Splits that are stored for this snapshot's sake alone, by id. */
export function heldAlone(
  file: IndexFile,
  { snapshotId, splitBytes }: SnapshotRecord,
): Map<string, number> {
  const others = file.snapshots.filter((other) => other.snapshotId !== snapshotId)
  const needed = pinnedSplitIds({ ...file, snapshots: others })
  for (const { splitId } of publishedSplits(file)) needed.add(splitId)
  return new Map([...splitBytes].filter(([splitId]) => !needed.has(splitId)))
}

/** An index with snapshots goes only together with them. Throws `invalid` (code INDEX-SNAPSHOTS).
 *  `file` is undefined when it cannot be read: then the objects are asked, with a LIST. */
export async function assertNoSnapshots(
  store: ObjectStore,
  indexId: string,
  file: IndexFile | undefined,
): Promise<void> {
  const names = file?.snapshots.map(({ name }) => name) ?? []
  if (file === undefined) {
    for await (const { key } of store.list(snapshotsPrefix(indexId))) names.push(key)
  }
  if (names.length === 0) return
  throw new QwError('invalid', `index ${indexId} has snapshots: ${names.slice(0, 5).join(', ')}`, {
    code: 'INDEX-SNAPSHOTS',
    why: 'they lie among its objects and go with it',
    fix: `qw-lambda index delete ${indexId} --with-snapshots\nor keep one as an index first: qw-lambda index restore ${names[0] ?? ''} --index ${indexId} --as <id>`,
  })
}

export function encodeSnapshotRecord(record: SnapshotRecord) {
  return {
    name: record.name,
    snapshot_id: record.snapshotId,
    created_ms: record.createdMs,
    num_docs: record.docCount,
    delete_opstamp: record.deleteOpstamp,
    split_bytes: Object.fromEntries(record.splitBytes),
  }
}

/** Throws `corrupt`. */
export function decodeSnapshotRecord(value: unknown): SnapshotRecord {
  const fields = asFields(value, 'snapshots')
  const splitBytes = fieldsAt(fields, 'split_bytes')
  return {
    name: stringAt(fields, 'name'),
    snapshotId: stringAt(fields, 'snapshot_id'),
    createdMs: integerAt(fields, 'created_ms'),
    docCount: integerAt(fields, 'num_docs'),
    deleteOpstamp: integerAt(fields, 'delete_opstamp'),
    splitBytes: new Map(Object.keys(splitBytes).map((id) => [id, integerAt(splitBytes, id)])),
  }
}
