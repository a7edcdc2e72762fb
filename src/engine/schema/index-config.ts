import { stringifyJson } from '../bytes/json.ts'
import type { JsonValue } from '../bytes/json.ts'
import type { TokenizerConfig } from '../text/tokenizer-config.ts'
import type { FieldMapping, JsonOptions } from './field-mapping.ts'
import { buildFieldTable } from './field-table.ts'
import { DOC_MAPPING } from './parse-doc-mapping.ts'
import { INDEXING_SETTINGS, INGEST_SETTINGS, RETENTION } from './parse-settings.ts'
import {
  list,
  object,
  optional,
  refuseChoice,
  refuseSetting,
  required,
  text,
  withDefault,
  type Shape,
} from './shape.ts'

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
  const place = { document: 'config', path: '' }
  const raw = INDEX_CONFIG.read(value, place)
  const config: IndexConfig = {
    indexId: raw.index_id,
    indexUri: raw.index_uri,
    docMapping: raw.doc_mapping,
    indexingSettings: raw.indexing_settings,
    ingestSettings: raw.ingest_settings,
    searchSettings: { defaultSearchFields: raw.search_settings.default_search_fields },
    retention: raw.retention,
  }
  checkSearchFields(config)
  const notes = raw.version === undefined ? ['`version` is missing: read as "0.9"'] : raw.version
  if (config.retention !== undefined && config.docMapping.timestampField === undefined) {
    refuseSetting('retention', 'needs `doc_mapping.timestamp_field`')
  }
  if (config.retention === undefined || /^@?hourly$/.test(config.retention.schedule)) {
    return { config, notes }
  }
  const note =
    '`retention.schedule` has no effect: what is past its period goes with the next clean-up'
  return { config, notes: [...notes, note] }
}

export function isIndexId(text: string): boolean {
  return INDEX_ID.test(text)
}

const VERSIONS = ['0.7', '0.8', '0.9']

/** Notes on how the version was understood. */
const VERSION: Shape<readonly string[]> = {
  schema: { enum: [...VERSIONS, ...VERSIONS.map(Number)] },
  read(value, place) {
    const written = typeof value === 'string' ? value : stringifyJson(value)
    if (!VERSIONS.includes(written)) refuseChoice(value, VERSIONS, place)
    return typeof value === 'string' ? [] : [`\`version\` is a number: read as "${written}"`]
  },
}

/** A whole index config, apart from what its sections say about each other. */
export const INDEX_CONFIG = object({
  // The tutorial's own mapping has none, so none is fine.
  version: optional('Of this format.', VERSION),
  index_id: required(
    'What the index is called.',
    text({
      pattern: INDEX_ID,
      refusal: (id) =>
        `\`${id}\` is no index id: a letter, then 2 to 254 letters, digits, \`-\`, \`_\` or \`.\``,
    }),
  ),
  index_uri: optional('Where its splits lie.', text()),
  doc_mapping: required('What documents look like.', DOC_MAPPING),
  indexing_settings: withDefault('How splits are made and merged.', INDEXING_SETTINGS, {}),
  ingest_settings: withDefault('Accepted for configs of a cluster.', INGEST_SETTINGS, {}),
  search_settings: withDefault(
    'What queries mean.',
    object({
      default_search_fields: withDefault('Fields of words without one.', list(text()), []),
    }),
    {},
  ),
  retention: optional('How long documents stay.', RETENTION),
})

function checkSearchFields({ docMapping, searchSettings }: IndexConfig): void {
  const { defaultSearchFields } = searchSettings
  const table = buildFieldTable(docMapping)
  defaultSearchFields.forEach((name, i) => {
    const path = `search_settings.default_search_fields[${i}]`
    if (defaultSearchFields.indexOf(name) !== i) refuseSetting(path, `\`${name}\` is named twice`)
    const field = table.resolve(name)
    if (field === undefined) {
      const near = table.nearest(name).join(', ')
      refuseSetting(path, `unknown field \`${name}\``, near === '' ? undefined : `nearest: ${near}`)
    }
    if (!field.indexed) refuseSetting(path, `field \`${name}\` is not indexed`)
  })
}
