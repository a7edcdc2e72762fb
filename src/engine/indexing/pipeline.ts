import type { Metastore } from '../metastore/metastore.ts'
import type { Clock, ObjectInfo, ObjectStore, Random } from '../ports.ts'
import type { IndexingProgress, IndexingResult } from './indexing-result.ts'
import type { RejectedDoc, RejectReason } from './rejects.ts'

export interface IndexingComponents {
  readonly metastore: Metastore
  readonly clock: Clock
  readonly random: Random
}

/** Bytes to index. (uri, etag) is the identity by which the same source is never indexed twice. */
export interface Source {
  readonly uri: string
  readonly etag: string
  /** Of what `open` yields; undefined for a pipe. */
  readonly sizeBytes: number | undefined
  open(signal: AbortSignal | undefined): AsyncIterable<Uint8Array>
  /** Throws `conflict` when the source is no longer what was opened. */
  verifyUnchanged(signal: AbortSignal | undefined): Promise<void>
}

/** An object as a source. Costs one GET up to `WHOLE_OBJECT_BYTES`, else one per `READ_BYTES` and a HEAD per commit. */
export function objectSource(store: ObjectStore, info: ObjectInfo, uri: string): Source {
  throw new Error(`not written yet ${uri} ${info.key} ${typeof store}`)
}

export interface IndexSourceRequest {
  readonly indexId: string
  readonly source: Source
  /** Default `ingest-lambda-source`. */
  readonly sourceId?: string
  /** Commit what is built and stop when the clock passes this. */
  readonly deadlineMs?: number
  /** Stop at once, dropping what is not committed. */
  readonly signal?: AbortSignal
  /** Take a source again that the checkpoint already has. */
  readonly force?: boolean
  /** `keep` (default) writes rejected documents beside the index; `drop` only counts them. */
  readonly rejects?: 'keep' | 'drop'
  readonly maxRejects?: MaxRejects
  readonly memoryLimitBytes?: number
  readonly onProgress?: (progress: IndexingProgress) => void
}

/** `fraction` of the documents read, judged from the thousandth on and at every commit. */
export type MaxRejects =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'fraction'; readonly fraction: number }

export function indexSource(
  components: IndexingComponents,
  request: IndexSourceRequest,
): Promise<IndexingResult> {
  throw new Error(`not written yet ${typeof components} ${request.indexId}`)
}

export interface DryRunResult {
  readonly docCount: number
  readonly rejectedCount: number
  readonly sourceBytes: number
  readonly rejectReasons: readonly RejectReason[]
  readonly rejects: readonly RejectedDoc[]
}

/** Parses and maps the first `maxDocs` documents; writes nothing. */
export function dryRunSource(
  components: IndexingComponents,
  request: { indexId: string; source: Source; maxDocs: number; signal?: AbortSignal },
): Promise<DryRunResult> {
  throw new Error(`not written yet ${typeof components} ${request.indexId}`)
}

export interface IndexDocsRequest {
  readonly indexId: string
  /** NDJSON; blank lines are skipped. */
  readonly body: Uint8Array
  readonly sourceId?: string
  readonly signal?: AbortSignal
}

export interface IndexDocsResult {
  readonly docCount: number
  readonly rejectedCount: number
  readonly splitIds: readonly string[]
  /** The first `MAX_KEPT_REJECTS`. */
  readonly rejects: readonly RejectedDoc[]
}

/** One ingest request: mapped, built and published before it returns; no checkpoint. */
export function indexDocs(
  components: IndexingComponents,
  request: IndexDocsRequest,
): Promise<IndexDocsResult> {
  throw new Error(`not written yet ${typeof components} ${request.indexId}`)
}
