import type { IndexingResult } from '../engine/indexing/indexing-result.ts'
import type { JanitorResult } from '../engine/indexing/janitor.ts'
import type { MergesResult } from '../engine/indexing/merge.ts'
import type { RetryResult } from '../engine/indexing/retry-rejects.ts'
import type { JsonObject } from '../engine/bytes/json.ts'

/** What a person does with an index by hand, where indexes can be changed. */
export interface IndexOperations {
  /** Maps rejected documents again and publishes those that fit now. */
  retry(task: RetryTask): Promise<RetryResult>
  /** Merges as the index's policy says, or neighbours in time up to `targetDocs`. */
  merge(task: MergeTask): Promise<MergesResult>
  /** Retention, and what was replaced or left behind. */
  cleanUp(task: CleanUpTask): Promise<JanitorResult>
  /** Indexes a file; it is searchable when this returns. */
  indexUpload(upload: Upload, signal: AbortSignal): Promise<IndexingResult>
  /** What a file's beginning says of its format and its fields. */
  infer(beginning: FileBeginning): Promise<Inference>
}

export interface RetryTask {
  readonly indexId: string
  /** A run id or its beginning; undefined: all runs. */
  readonly runId: string | undefined
}

export interface MergeTask {
  readonly indexId: string
  readonly targetDocs: number | undefined
}

export interface CleanUpTask {
  readonly indexId: string
  readonly dryRun: boolean
}

/** A file that is sent. The same name with the same content is indexed once. */
export interface Upload {
  readonly indexId: string
  readonly name: string
  /** By name; undefined: by content. */
  readonly format: string | undefined
  readonly body: AsyncIterable<Uint8Array>
}

export interface FileBeginning {
  readonly bytes: Uint8Array
  readonly name: string
  readonly format: string | undefined
  readonly indexId: string
  readonly timestampField: string | undefined
}

export interface Inference {
  readonly format: string
  readonly config: JsonObject
  readonly yaml: string
  readonly timestampCandidates: readonly string[]
  /** The ready mapping that was taken, since the documents are of its kind. */
  readonly template: string | undefined
  /** The first documents. */
  readonly sample: readonly JsonObject[]
  readonly warnings: readonly string[]
}
