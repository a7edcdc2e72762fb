import type { Clock, ObjectStore, Random } from '../ports.ts'
import type { IndexConfig } from '../schema/index-config.ts'
import type { CheckpointDelta } from './checkpoint.ts'
import type { IndexFile } from './index-metadata.ts'
import type { RunSummary } from './run-summary.ts'
import type { SplitRecord } from './split-record.ts'

export interface MetastoreComponents {
  readonly clock: Clock
  readonly random: Random
}

export interface PublishRequest {
  /** The index that the splits were built for: publishing into a recreated index is refused. */
  readonly indexUid: string
  readonly splits: readonly SplitRecord[]
  readonly replacedSplitIds?: readonly string[]
  readonly checkpointDelta?: CheckpointDelta
  readonly run?: RunSummary
}

/** `lost`: nothing was changed and nothing will be; the caller's split objects may be dropped. */
export type PublishOutcome =
  | { readonly kind: 'published'; readonly file: IndexFile }
  | { readonly kind: 'lost'; readonly reason: string; readonly file: IndexFile }

/** Every index below one store. Keeps the last read version of each index file and revalidates it
 *  by ETag: one instance per process saves bytes, not requests. */
export class Metastore {
  readonly store: ObjectStore

  constructor(store: ObjectStore, components: MetastoreComponents) {
    this.store = store
    throw new Error(`not written yet ${components.clock.nowMs()}`)
  }

  /** Throws `invalid` (code INDEX-EXISTS) when there is one. Finishes what a killed create or delete left. */
  createIndex(config: IndexConfig): Promise<IndexFile> {
    throw new Error(`not written yet ${config.indexId}`)
  }

  /** One conditional read. Throws `notFound` (code INDEX-NONE) naming the nearest ids. */
  load(indexId: string, signal?: AbortSignal): Promise<IndexFile> {
    throw new Error(`not written yet ${indexId} ${signal}`)
  }

  /** Ids in the manifest, sorted. One conditional read. */
  listIndexIds(signal?: AbortSignal): Promise<string[]> {
    throw new Error(`not written yet ${signal}`)
  }

  /** The indexes that ids and patterns (`*` any text, a leading `-` excludes) name, sorted by id.
   *  An id without `*` that is missing throws `notFound`; a pattern without match adds nothing. */
  listIndexes(patterns: readonly string[], signal?: AbortSignal): Promise<IndexFile[]> {
    throw new Error(`not written yet ${patterns.length} ${signal}`)
  }

  /** Replaces the config by the rules of index-config.md 12. */
  updateConfig(config: IndexConfig): Promise<IndexFile> {
    throw new Error(`not written yet ${config.indexId}`)
  }

  publish(indexId: string, request: PublishRequest): Promise<PublishOutcome> {
    throw new Error(`not written yet ${indexId} ${request.splits.length}`)
  }

  /** Unknown and already marked ids are tolerated. */
  markForDeletion(indexId: string, splitIds: readonly string[]): Promise<IndexFile> {
    throw new Error(`not written yet ${indexId} ${splitIds.length}`)
  }

  /** Removes every split, and every checkpoint unless told to keep them; returns the removed splits. */
  clearIndex(indexId: string, options?: { keepCheckpoints?: boolean }): Promise<SplitRecord[]> {
    throw new Error(`not written yet ${indexId} ${options?.keepCheckpoints}`)
  }

  /** Removes the index and its objects, without grace; returns the removed splits. */
  deleteIndex(indexId: string): Promise<SplitRecord[]> {
    throw new Error(`not written yet ${indexId}`)
  }

  /** `change` sees the newest file and may run several times: it must give the same when applied
   *  twice, because a write may have succeeded although its answer was lost. Returning its argument
   *  writes nothing. */
  update(indexId: string, change: (file: IndexFile) => IndexFile): Promise<IndexFile> {
    throw new Error(`not written yet ${indexId} ${change.length}`)
  }
}
