import { asFields, type Fields } from './json-fields.ts'
import { QwError } from '../errors.ts'

/**
 * How far each file of each source has been published: source id -> partition id -> position.
 * A position is the uncompressed byte offset, padded to 20 digits; `~` in front of it says that the
 * end was reached, and sorts after every offset. `''` is the beginning.
 */
export type Checkpoint = ReadonlyMap<string, ReadonlyMap<string, PartitionProgress>>

interface PartitionProgress {
  readonly position: string
  /** Unix seconds of the last publish; what ageing looks at. */
  readonly updateTimestamp: number
}

/** One publish moves one partition from `from` to `to`, or does not happen. */
export interface CheckpointDelta {
  readonly sourceId: string
  readonly partitionId: string
  readonly from: string
  readonly to: string
}

/**
 * A finished file is forgotten when it is older than this and `MIN_FINISHED_FILES_KEPT` newer ones are
 * known. SQS keeps a message four days by default and Lambda retries for hours: no notification that
 * is still on its way when its file is forgotten. Forgetting is what bounds the metastore file.
 */
export const FINISHED_FILE_MEMORY_SECONDS = 5 * 24 * 3600
export const MIN_FINISHED_FILES_KEPT = 500
/** A file that was begun and never finished is forgotten after this, whatever the count. */
export const UNFINISHED_FILE_MEMORY_SECONDS = 60 * 24 * 3600

const BEGINNING = ''
const POSITION_DIGITS = 20

export function encodePosition(bytes: number, atEnd: boolean): string {
  return (atEnd ? '~' : '') + String(bytes).padStart(POSITION_DIGITS, '0')
}

export function isEnd(position: string): boolean {
  return position.startsWith('~')
}

/** The byte offset of a position. Throws `corrupt`. */
export function positionBytes(position: string): number {
  if (position === BEGINNING) return 0
  const bytes = Number(isEnd(position) ? position.slice(1) : position)
  if (Number.isSafeInteger(bytes) && bytes >= 0) return bytes
  throw new QwError('corrupt', `checkpoint position \`${position}\` is not a byte offset`)
}

export function positionOf(checkpoint: Checkpoint, sourceId: string, partitionId: string): string {
  return checkpoint.get(sourceId)?.get(partitionId)?.position ?? BEGINNING
}

/** Undefined when `from` is not where the partition stands: somebody else moved it. A gap is refused
 *  as much as an overlap, because here it can only mean that the index was cleared meanwhile. */
export function advance(
  checkpoint: Checkpoint,
  delta: CheckpointDelta,
  nowSeconds: number,
): Checkpoint | undefined {
  const { sourceId, partitionId, from, to } = delta
  if (positionOf(checkpoint, sourceId, partitionId) !== from) return undefined
  const partitions = new Map(checkpoint.get(sourceId))
  partitions.set(partitionId, { position: to, updateTimestamp: nowSeconds })
  return new Map(checkpoint).set(sourceId, forgetOld(partitions, nowSeconds))
}

function forgetOld(
  partitions: ReadonlyMap<string, PartitionProgress>,
  nowSeconds: number,
): ReadonlyMap<string, PartitionProgress> {
  if (partitions.size <= MIN_FINISHED_FILES_KEPT) return partitions
  const byAge = [...partitions].toSorted(([, a], [, b]) => b.updateTimestamp - a.updateTimestamp)
  const kept = byAge.filter(([, { position, updateTimestamp }], rank) => {
    const age = nowSeconds - updateTimestamp
    if (!isEnd(position)) return age <= UNFINISHED_FILE_MEMORY_SECONDS
    return rank < MIN_FINISHED_FILES_KEPT || age <= FINISHED_FILE_MEMORY_SECONDS
  })
  return new Map(kept)
}

/** The shape of the API: source id -> partition id -> position. */
export function checkpointPositions(
  checkpoint: Checkpoint,
): Record<string, Record<string, string>> {
  return objectOf(checkpoint, (progress) => progress.position)
}

/** In the metastore file each partition is `[position, update timestamp]`. */
export function encodeCheckpoint(
  checkpoint: Checkpoint,
): Record<string, Record<string, [string, number]>> {
  return objectOf(checkpoint, (progress) => [progress.position, progress.updateTimestamp])
}

/** Throws `corrupt`. */
export function decodeCheckpoint(fields: Fields): Checkpoint {
  const sources = Object.entries(fields).map(([sourceId, value]) => {
    const partitions = Object.entries(asFields(value, sourceId)).map(
      ([partitionId, progress]) => [partitionId, decodeProgress(progress)] as const,
    )
    return [sourceId, new Map(partitions)] as const
  })
  return new Map(sources)
}

function decodeProgress(value: unknown): PartitionProgress {
  if (Array.isArray(value)) {
    const [position, updateTimestamp]: unknown[] = value
    if (typeof position === 'string' && typeof updateTimestamp === 'number') {
      return { position, updateTimestamp }
    }
  }
  throw new QwError('corrupt', 'metastore: a checkpoint entry is not [position, timestamp]')
}

function objectOf<T>(
  checkpoint: Checkpoint,
  encode: (progress: PartitionProgress) => T,
): Record<string, Record<string, T>> {
  const sources = [...checkpoint].map(([sourceId, partitions]) => {
    const entries = [...partitions].map(([id, progress]) => [id, encode(progress)] as const)
    return [sourceId, Object.fromEntries(entries)] as const
  })
  return Object.fromEntries(sources)
}
