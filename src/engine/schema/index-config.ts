import { stringifyJson } from '../bytes/json.ts'
import type { JsonValue } from '../bytes/json.ts'
import type { TokenizerConfig } from '../text/tokenizer-config.ts'
import { ConfigSection, quoteValue, refuseSetting } from './config-section.ts'
import type { FieldMapping, JsonOptions } from './field-mapping.ts'
import { buildFieldTable } from './field-table.ts'
import { parseDocMapping } from './parse-doc-mapping.ts'
import { parseIndexingSettings, parseIngestSettings, parseRetention } from './parse-settings.ts'
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
   * As written: `hourly` and the like, or a cron expression with a seconds field. Kept and shown, and
   * without effect: what is past its period goes with the next clean-up, which the indexer runs after
   * files, at the first of a process and then every half hour.
   */
  readonly schedule: string
}

const TOP_KEYS = [
  'version',
  'index_id',
  'index_uri',
  'doc_mapping',
  'indexing_settings',
  'ingest_settings',
  'search_settings',
  'retention',
]
const VERSIONS = ['0.7', '0.8', '0.9']
const INDEX_ID = /^[a-zA-Z][a-zA-Z0-9\-_.]{2,254}$/

/** A config and what its user should know about how it was read. */
export interface ReadConfig {
  readonly config: IndexConfig
  readonly notes: readonly string[]
}

/**
 * Reads a decoded index config. Throws `invalid` naming the setting's path, what is allowed and, as
 * `fix`, the nearest spelling. Text is read by config-text.ts: stored configs are JSON, and nobody who
 * only reads those should load a YAML parser.
 */
export function readConfigValue(value: JsonValue): ReadConfig {
  const top = new ConfigSection(value, '', TOP_KEYS)
  const notes = checkVersion(top)
  const indexId = top.requiredText('index_id')
  if (!isIndexId(indexId)) {
    top.refuse(
      'index_id',
      `\`${indexId}\` is no index id: a letter, then 2 to 254 letters, digits, \`-\`, \`_\` or \`.\``,
    )
  }
  if (!top.has('doc_mapping')) top.refuse('doc_mapping', 'this setting is mandatory')
  const docMapping = parseDocMapping(top)
  const config: IndexConfig = {
    indexId,
    indexUri: top.text('index_uri'),
    docMapping,
    indexingSettings: parseIndexingSettings(top),
    ingestSettings: parseIngestSettings(top),
    searchSettings: parseSearchSettings(top, docMapping),
    retention: parseRetention(top),
  }
  if (config.retention !== undefined && docMapping.timestampField === undefined) {
    top.refuse('retention', 'needs `doc_mapping.timestamp_field`')
  }
  if (config.retention !== undefined && !/^@?hourly$/.test(config.retention.schedule)) {
    notes.push(
      '`retention.schedule` has no effect: what is past its period goes with the next clean-up',
    )
  }
  return { config, notes }
}

export function isIndexId(text: string): boolean {
  return INDEX_ID.test(text)
}

/** Notes on how the version was understood. The tutorial's own mapping has none, so none is fine. */
function checkVersion(top: ConfigSection): string[] {
  const value = top.raw('version')
  if (value === undefined) return ['`version` is missing: read as "0.9"']
  const text = typeof value === 'string' ? value : stringifyJson(value)
  if (!VERSIONS.includes(text)) {
    top.refuse('version', `expected one of ${VERSIONS.join(', ')}, got ${quoteValue(value)}`)
  }
  return typeof value === 'string' ? [] : [`\`version\` is a number: read as "${text}"`]
}

function parseSearchSettings(top: ConfigSection, docMapping: DocMapping): SearchSettings {
  const section = top.section('search_settings', ['default_search_fields'])
  const defaultSearchFields = section.texts('default_search_fields')
  const table = buildFieldTable(docMapping)
  defaultSearchFields.forEach((name, i) => {
    const path = `${section.pathOf('default_search_fields')}[${i}]`
    if (defaultSearchFields.indexOf(name) !== i) refuseSetting(path, `\`${name}\` is named twice`)
    const field = table.resolve(name)
    if (field === undefined) {
      const near = table.nearest(name).join(', ')
      refuseSetting(path, `unknown field \`${name}\``, near === '' ? undefined : `nearest: ${near}`)
    }
    if (!field.indexed) refuseSetting(path, `field \`${name}\` is not indexed`)
  })
  return { defaultSearchFields }
}
