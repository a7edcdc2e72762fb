import { createHash } from 'node:crypto'
import { asFields, type Fields } from './json-fields.ts'
import { QwError } from '../errors.ts'

/**
 * How far each file of each source has been published: source id -> partition id -> position.
 * A position is the uncompressed byte offset, padded to 20 digits; `~` in front of it says that the
 * end was reached, and sorts after every offset. `''` is the beginning.
 *
 * Of files finished long ago, `#` and a hash stand for the partition id and `~` for the position: all
 * that is asked of them is whether they were there. At a file every five minutes for eleven days that
 * makes 125 kB of the metastore file instead of 380.
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
  /** Of a source that may grow: what was known of it when this was begun. */
  readonly begun?: BegunPartition | undefined
}

/**
 * A source that grows gets a new partition each time, named after its content then. It is begun only
 * while the partitions of its earlier contents are as they were seen, so that two who begin it at
 * different lengths do not both read the same lines.
 */
interface BegunPartition {
  /** With which the partition ids of all contents of this source begin. */
  readonly prefix: string
  readonly seen: ReadonlyMap<string, string>
  /** The content that this one goes on from, as it was seen; its partition ends with the publish. */
  readonly grewFrom: SeenPartition | undefined
}

export interface SeenPartition {
  readonly partitionId: string
  readonly position: string
}

/**
 * A finished file is forgotten when it is older than this and `MIN_FINISHED_FILES_KEPT` newer ones are
 * known. The template's queue keeps a message ten days: no notification is still on its way when its
 * file is forgotten, which a test holds. Forgetting is what bounds the metastore file.
 */
export const FINISHED_FILE_MEMORY_SECONDS = 11 * 24 * 3600
export const MIN_FINISHED_FILES_KEPT = 500
/** The newest files are remembered by name, for people to read; finished ones beyond them by hash. */
export const NAMED_FILES_KEPT = 100
/** A file that was begun and never finished is forgotten after this, whatever the count. */
export const UNFINISHED_FILE_MEMORY_SECONDS = 60 * 24 * 3600

/** Files of a machine stay known by name: one that grew is recognised by its earlier content. They are
 *  not forgotten by age, since a folder may be indexed again at any time, but beyond so many. */
const MAY_GROW = 'file:'
const FILES_OF_MACHINE_KEPT = 5_000

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
  const partitions = checkpoint.get(sourceId)
  const known = partitions?.get(partitionId) ?? partitions?.get(shortId(partitionId))
  return known?.position ?? BEGINNING
}

/** Position by partition id of those whose ids begin with `prefix`. */
export function positionsUnder(
  checkpoint: Checkpoint,
  sourceId: string,
  prefix: string,
): ReadonlyMap<string, string> {
  const partitions = [...(checkpoint.get(sourceId) ?? [])]
  return new Map(
    partitions.flatMap(([id, { position }]) => (id.startsWith(prefix) ? [[id, position]] : [])),
  )
}

/** Forgets one partition, or all of a source. Returns its argument when there is nothing to forget. */
export function withoutPartition(
  checkpoint: Checkpoint,
  sourceId: string,
  partitionId?: string,
): Checkpoint {
  const partitions = checkpoint.get(sourceId)
  if (partitions === undefined) return checkpoint
  if (partitionId === undefined) return new Map(checkpoint).set(sourceId, new Map())
  const kept = new Map(partitions)
  const isKnown = kept.delete(partitionId) || kept.delete(shortId(partitionId))
  return isKnown ? new Map(checkpoint).set(sourceId, kept) : checkpoint
}

/** Undefined when `from` is not where the partition stands: somebody else moved it. A gap is refused
 *  as much as an overlap, because here it can only mean that the index was cleared meanwhile. */
export function advance(
  checkpoint: Checkpoint,
  delta: CheckpointDelta,
  nowSeconds: number,
): Checkpoint | undefined {
  const { sourceId, partitionId, from, to, begun } = delta
  if (positionOf(checkpoint, sourceId, partitionId) !== from) return undefined
  const partitions = new Map(checkpoint.get(sourceId))
  if (begun !== undefined && from === BEGINNING) {
    const { prefix, seen, grewFrom } = begun
    if (!isSame(positionsUnder(checkpoint, sourceId, prefix), seen)) return undefined
    if (grewFrom !== undefined) {
      // One that was moved here is not under the prefix.
      if (partitions.get(grewFrom.partitionId)?.position !== grewFrom.position) return undefined
      partitions.delete(grewFrom.partitionId)
    }
  }
  partitions.set(partitionId, { position: to, updateTimestamp: nowSeconds })
  return new Map(checkpoint).set(sourceId, forgetOld(partitions, nowSeconds))
}

/** Each partition where it was read furthest: what either of two indexes has of a source. */
export function furthest(a: Checkpoint, b: Checkpoint): Checkpoint {
  const all = new Map(a)
  for (const [sourceId, partitions] of b) {
    const merged = new Map(all.get(sourceId))
    for (const [id, progress] of partitions) {
      if (progress.position > (merged.get(id)?.position ?? BEGINNING)) merged.set(id, progress)
    }
    all.set(sourceId, merged)
  }
  return all
}

function isSame(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([id, position]) => b.get(id) === position)
}

function forgetOld(
  partitions: ReadonlyMap<string, PartitionProgress>,
  nowSeconds: number,
): ReadonlyMap<string, PartitionProgress> {
  if (partitions.size <= NAMED_FILES_KEPT) return partitions
  // Reversed, as of several of one second the last is the newest.
  const newestFirst = [...partitions]
    .toReversed()
    .toSorted(([, a], [, b]) => b.updateTimestamp - a.updateTimestamp)
  const kept = newestFirst.filter(([id, { position, updateTimestamp }], rank) => {
    const age = nowSeconds - updateTimestamp
    if (id.startsWith(MAY_GROW)) return rank < FILES_OF_MACHINE_KEPT
    if (!isEnd(position)) return age <= UNFINISHED_FILE_MEMORY_SECONDS
    return rank < MIN_FINISHED_FILES_KEPT || age <= FINISHED_FILE_MEMORY_SECONDS
  })
  const shortened = kept.map(([id, progress], rank) => {
    const isNamed = rank < NAMED_FILES_KEPT || !isEnd(progress.position) || id.startsWith(MAY_GROW)
    if (isNamed || id.startsWith('#')) return [id, progress] as const
    return [shortId(id), { ...progress, position: '~' }] as const
  })
  return new Map(shortened.toReversed())
}

/** Of a hash that stands for a partition id: 96 bits, so that no two files meet. */
export const HASH_CHARS = 16

/** As it stands behind `#` in place of the id. */
export function partitionHash(partitionId: string): string {
  const hash = createHash('sha256').update(partitionId).digest('base64url')
  return hash.slice(0, HASH_CHARS)
}

/** Hashes of the partitions of a source that were published to their ends. */
export function finishedHashes(checkpoint: Checkpoint, sourceId: string): Set<string> {
  const hashes = new Set<string>()
  for (const [id, { position }] of checkpoint.get(sourceId) ?? []) {
    if (isEnd(position)) hashes.add(id.startsWith('#') ? id.slice(1) : partitionHash(id))
  }
  return hashes
}

/** A partition id begins with a URI, so nothing else begins with `#`. */
function shortId(partitionId: string): string {
  if (partitionId.startsWith('#')) return partitionId
  return `#${partitionHash(partitionId)}`
}

/**
 * The JSON of a checkpoint in the metastore file: source id -> partition id -> `[position, update
 * timestamp]`. As text, since an object of so many keys would take most of the time of a publication.
 */
export function checkpointJson(checkpoint: Checkpoint): string {
  const sources = [...checkpoint].map(([sourceId, partitions]) => {
    const entries = [...partitions].map(
      ([id, { position, updateTimestamp }]) =>
        `${JSON.stringify(id)}:[${JSON.stringify(position)},${updateTimestamp}]`,
    )
    return `${JSON.stringify(sourceId)}:{${entries.join(',')}}`
  })
  return `{${sources.join(',')}}`
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
