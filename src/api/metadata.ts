import type { JsonObject, JsonValue } from '../engine/bytes/json.ts'
import { publishedSplits, type IndexFile } from '../engine/metastore/index-metadata.ts'
import { splitSizeBytes, type SplitRecord } from '../engine/metastore/split-record.ts'
import type { IndexConfig } from '../engine/schema/index-config.ts'
import { sourcesJson } from './source-routes.ts'
import { serializeIndexConfig } from '../engine/schema/serialize-config.ts'

/** Where an index is; a config that names no place lies below the root, by its id. */
function indexUriOf({ indexId, indexUri }: IndexConfig, indexRoot: string): string {
  return indexUri ?? `${indexRoot}/${indexId}`
}

/** A config that was read here and comes back names the place where its index lies anyway. */
export function withoutUsualPlace(config: IndexConfig, indexRoot: string): IndexConfig {
  const usual = indexUriOf({ ...config, indexUri: undefined }, indexRoot)
  return config.indexUri === usual ? { ...config, indexUri: undefined } : config
}

/** Index metadata as `GET /indexes/{id}` shows it. */
export function metadataJson(file: IndexFile, indexRoot: string): JsonObject {
  const { metadata } = file
  const checkpoint: Record<string, JsonValue> = {}
  for (const [sourceId, partitions] of metadata.checkpoint) {
    checkpoint[sourceId] = Object.fromEntries(
      [...partitions].map(([partition, progress]) => [partition, progress.position]),
    )
  }
  return {
    version: '0.9',
    index_uid: metadata.indexUid,
    index_config: serializeIndexConfig({
      ...metadata.config,
      indexUri: indexUriOf(metadata.config, indexRoot),
    }),
    checkpoint,
    create_timestamp: metadata.createTimestamp,
    sources: sourcesJson(file),
  }
}

/** Totals over published splits. */
export function describeJson(file: IndexFile, indexRoot: string): JsonObject {
  const splits = publishedSplits(file)
  const ranges = splits.flatMap((split) => (split.timeRange === undefined ? [] : [split.timeRange]))
  const sum = (pick: (split: SplitRecord) => number): number =>
    splits.reduce((total, split) => total + pick(split), 0)
  return {
    index_id: file.metadata.indexId,
    index_uri: indexUriOf(file.metadata.config, indexRoot),
    num_published_splits: splits.length,
    size_published_splits: sum(splitSizeBytes),
    num_published_docs: sum((split) => split.docCount),
    size_published_docs_uncompressed: sum((split) => split.sourceBytes),
    timestamp_field_name: file.metadata.config.docMapping.timestampField ?? null,
    min_timestamp:
      ranges.length === 0 ? null : ranges.reduce((m, r) => Math.min(m, r.startSeconds), Infinity),
    max_timestamp:
      ranges.length === 0 ? null : ranges.reduce((m, r) => Math.max(m, r.endSeconds), -Infinity),
  }
}

/** One split as `GET /indexes/{id}/splits` shows it. */
export function splitJson(split: SplitRecord): JsonObject {
  return {
    split_state: split.state,
    update_timestamp: split.updateTimestamp,
    publish_timestamp: split.publishTimestamp ?? null,
    version: '0.9',
    split_id: split.splitId,
    index_uid: split.indexUid,
    source_id: split.sourceId,
    node_id: split.nodeId,
    partition_id: 0,
    num_docs: split.docCount,
    uncompressed_docs_size_in_bytes: split.sourceBytes,
    time_range:
      split.timeRange === undefined
        ? null
        : { start: split.timeRange.startSeconds, end: split.timeRange.endSeconds },
    create_timestamp: split.createTimestamp,
    maturity:
      split.maturity.kind === 'mature'
        ? { type: 'mature' }
        : { type: 'immature', maturation_period_millis: split.maturity.maturationPeriodMs },
    tags: [...split.tags],
    footer_offsets: { start: split.footer.start, end: split.footer.end },
    delete_opstamp: split.deleteOpstamp,
    num_merge_ops: split.mergeOpCount,
    doc_mapping_uid: split.docMappingUid,
  }
}

/** What a deletion or a clearing removed. */
export function removedSplitJson(split: SplitRecord): JsonObject {
  return {
    split_id: split.splitId,
    num_docs: split.docCount,
    uncompressed_docs_size_bytes: split.sourceBytes,
    file_name: `${split.splitId}.split`,
    file_size_bytes: splitSizeBytes(split),
  }
}
