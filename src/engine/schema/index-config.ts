import type { TokenizerConfig } from '../text/tokenizer-config.ts'
import type { FieldMapping, JsonOptions } from './field-mapping.ts'
import type { SourceFormat } from './source-format.ts'

export type MappingMode = 'dynamic' | 'lenient' | 'strict'

/** One index as its user configured it, every default filled in. */
export interface IndexConfig {
  readonly indexId: string
  /** Undefined: `{default root}/{indexId}`, which the metastore decides. */
  readonly indexUri: string | undefined
  readonly docMapping: DocMapping
  readonly indexingSettings: IndexingSettings
  readonly ingestSettings: IngestSettings
  readonly searchSettings: SearchSettings
  readonly retention: RetentionPolicy | undefined
}

export interface DocMapping {
  readonly mode: MappingMode
  /** Undefined outside dynamic mode. */
  readonly dynamicMapping: JsonOptions | undefined
  readonly fieldMappings: readonly FieldMapping[]
  readonly timestampField: string | undefined
  /** Sorted, without duplicates. */
  readonly tagFields: readonly string[]
  readonly partitionKey: string | undefined
  readonly maxNumPartitions: number
  readonly indexFieldPresence: boolean
  readonly storeSource: boolean
  readonly storeDocumentSize: boolean
  readonly tokenizers: readonly TokenizerConfig[]
  /** Undefined: the metastore gives one (a ULID) when the mapping is created or changed. */
  readonly docMappingUid: string | undefined
}

export interface IndexingSettings {
  readonly commitTimeoutSecs: number
  readonly splitNumDocsTarget: number
  /** On the scale of zstd, where the default is 8; 0 stores documents as they are. */
  readonly docstoreCompressionLevel: number
  /** JSON bytes of the documents that are compressed together, and read together. */
  readonly docstoreBlocksizeBytes: number
  readonly mergePolicy: MergePolicyConfig
  readonly heapSizeBytes: number
}

export type MergePolicyConfig =
  | {
      readonly type: 'stable_log'
      readonly mergeFactor: number
      readonly maxMergeFactor: number
      readonly minLevelNumDocs: number
      readonly maturationPeriodMs: number
    }
  | {
      readonly type: 'limit_merge'
      readonly mergeFactor: number
      readonly maxMergeFactor: number
      readonly maxMergeOps: number
      readonly maturationPeriodMs: number
      readonly maxFinalizeMergeOperations: number
      readonly maxFinalizeSplitNumDocs: number | undefined
    }
  | { readonly type: 'no_merge' }

export interface IngestSettings {
  readonly minShards: number
  readonly validateDocs: boolean
  /** How the index's files are written; undefined: recognised by content. */
  readonly inputFormat: SourceFormat | undefined
}

interface SearchSettings {
  readonly defaultSearchFields: readonly string[]
}

export interface RetentionPolicy {
  readonly periodMs: number
  /** As written: `90 days`. */
  readonly period: string
  /**
   * As written: `hourly` and the like, or a cron expression with a seconds field. Without effect: the
   * indexer cleans up after files, at the first of a process and then every half hour.
   */
  readonly schedule: string
}
