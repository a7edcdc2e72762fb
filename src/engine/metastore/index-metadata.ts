import type { JsonValue } from '../bytes/json.ts'
import type { DocMapping, IndexConfig } from '../schema/index-config.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { DeleteTask } from './delete-task.ts'
import type { GoneNames } from './gone-names.ts'
import type { RejectSet } from './reject-set.ts'
import type { RunSummary } from './run-summary.ts'
import type { SnapshotRecord } from './snapshot-record.ts'
import type { SplitRecord } from './split-record.ts'

/** What an index is, apart from its splits. */
export interface IndexMetadata {
  readonly indexId: string
  /** `{index_id}:{ULID}`: a deleted and recreated index has another one. */
  readonly indexUid: string
  /** With `docMapping.docMappingUid` filled in. */
  readonly config: IndexConfig
  /** Oldest first: those before the config's of which there are splits. Documents keep answering by the
   *  mapping that they were indexed with. */
  readonly pastMappings: readonly DocMapping[]
  /** Unix seconds. */
  readonly createTimestamp: number
  /** Source definitions as the API shows them. */
  readonly sources: readonly JsonValue[]
  readonly checkpoint: Checkpoint
}

/** The content of `<index_id>/metastore.json`. Values are never changed in place. */
export interface IndexFile {
  readonly metadata: IndexMetadata
  /** In every state, sorted by update time; searchers use the `Published` ones. */
  readonly splits: readonly SplitRecord[]
  /** The latest ingest runs, newest first. */
  readonly runs: readonly RunSummary[]
  /** Rejected documents that wait to be retried, oldest first. */
  readonly rejectSets: readonly RejectSet[]
  /** Unfinished erasures and the latest finished ones, by opstamp. */
  readonly deleteTasks: readonly DeleteTask[]
  /** When the index's objects were last listed for those that no record names; undefined: never. */
  readonly orphansListedMs: number | undefined
  /** Oldest first. The objects of their splits stay. */
  readonly snapshots: readonly SnapshotRecord[]
  /** Of splits and snapshots that are not there any more, for a while. */
  readonly gone: GoneNames
}

export function publishedSplits(file: IndexFile): SplitRecord[] {
  return file.splits.filter((split) => split.state === 'Published')
}
