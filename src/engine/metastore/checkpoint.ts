/**
 * How far each file of each source has been published: source id -> partition id -> position.
 * A position is the uncompressed byte offset, padded to 20 digits; `~` in front of it says that the
 * end was reached, and sorts after every offset. `''` is the beginning.
 */
export type Checkpoint = ReadonlyMap<string, ReadonlyMap<string, PartitionProgress>>

export interface PartitionProgress {
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
