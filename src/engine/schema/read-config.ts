import type { JsonValue } from '../bytes/json.ts'
import { buildFieldTable } from './field-table.ts'
import type { IndexConfig } from './index-config.ts'
import { INDEX_ID } from './index-id.ts'
import { unknownField } from './nearest.ts'
import { DOC_MAPPING } from './parse-doc-mapping.ts'
import { INDEXING_SETTINGS, INGEST_SETTINGS, RETENTION } from './parse-settings.ts'
import { notesOnEffects } from './settings-without-effect.ts'
import {
  list,
  object,
  optional,
  quoteValue,
  refuseChoice,
  refuseSetting,
  required,
  text,
  withDefault,
  type Shape,
} from './shape.ts'

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
  if (config.retention !== undefined && config.docMapping.timestampField === undefined) {
    refuseSetting('retention', 'needs `doc_mapping.timestamp_field`')
  }
  const { version = ['`version` is missing: read as "0.9"'] } = raw
  return { config, notes: [...version, ...notesOnEffects(value)] }
}

const VERSIONS = ['0.7', '0.8', '0.9']

/** Notes on how the version was understood. */
const VERSION: Shape<readonly string[]> = {
  schema: { enum: [...VERSIONS, ...VERSIONS.map(Number)] },
  read(value, place) {
    const written = typeof value === 'string' ? value : quoteValue(value)
    if (!VERSIONS.includes(written)) refuseChoice(value, VERSIONS, place)
    return typeof value === 'string' ? [] : [`\`version\` is a number: read as "${written}"`]
  },
}

/** A whole index config, apart from what its sections say about each other. */
export const INDEX_CONFIG = object({
  $schema: optional('For editors alone.', text()),
  // The tutorial's own mapping has none, so none is fine.
  version: optional('Of this format.', VERSION),
  index_id: required('What the index is called.', INDEX_ID),
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
      const unknown = unknownField(name, table)
      refuseSetting(path, `unknown default search field \`${name}\``, unknown.fix)
    }
    if (!field.indexed) refuseSetting(path, `default search field \`${name}\` is not indexed`)
  })
}
