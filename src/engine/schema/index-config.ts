import type { JsonValue } from '../bytes/json.ts'
import type { FieldMapping, JsonOptions } from './field-mapping.ts'

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

export type TokenFilter = 'remove_long' | 'lower_caser' | 'ascii_folding'

export type TokenizerConfig =
  | { readonly name: string; readonly type: 'simple'; readonly filters: readonly TokenFilter[] }
  | {
      readonly name: string
      readonly type: 'source_code'
      readonly filters: readonly TokenFilter[]
    }
  | {
      readonly name: string
      readonly type: 'regex'
      readonly pattern: string
      readonly filters: readonly TokenFilter[]
    }
  | {
      readonly name: string
      readonly type: 'ngram'
      readonly minGram: number
      readonly maxGram: number
      readonly prefixOnly: boolean
      readonly filters: readonly TokenFilter[]
    }

export interface IndexingSettings {
  readonly commitTimeoutSecs: number
  readonly splitNumDocsTarget: number
  readonly docstoreCompressionLevel: number
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
}

export interface SearchSettings {
  readonly defaultSearchFields: readonly string[]
}

export interface RetentionPolicy {
  readonly periodMs: number
  /** As written: `90 days`. */
  readonly period: string
  /** `@hourly` and the like, or a cron expression with a seconds field. */
  readonly schedule: string
}

export type ConfigFormat = 'yaml' | 'json' | 'auto'

/** A config and what its user should know about how it was read. */
export interface ReadConfig {
  readonly config: IndexConfig
  readonly notes: readonly string[]
}

/** Throws `invalid` naming the setting's path, what is allowed and the nearest spelling. */
export function readIndexConfig(
  source: string | JsonValue,
  format: ConfigFormat = 'auto',
): ReadConfig {
  throw new Error(`not written yet ${typeof source} ${format}`)
}

/** `readIndexConfig` for callers that have nobody to show notes to. */
export function parseIndexConfig(
  source: string | JsonValue,
  format: ConfigFormat = 'auto',
): IndexConfig {
  return readIndexConfig(source, format).config
}
