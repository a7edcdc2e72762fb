import { stringifyJson } from '../bytes/json.ts'
import type { JsonValue } from '../bytes/json.ts'
import { ConfigSection, quoteValue, refuseSetting } from './config-section.ts'
import { buildFieldTable } from './field-table.ts'
import type { DocMapping, IndexConfig, SearchSettings } from './index-config.ts'
import { unknownField } from './nearest.ts'
import { parseDocMapping } from './parse-doc-mapping.ts'
import { parseIndexingSettings, parseIngestSettings, parseRetention } from './parse-settings.ts'
import { notesOnEffects } from './settings-without-effect.ts'

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
  return { config, notes: [...checkVersion(top), ...notesOnEffects(value)] }
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
      const unknown = unknownField(name, table)
      refuseSetting(path, unknown.message, unknown.fix)
    }
    if (!field.indexed) refuseSetting(path, `field \`${name}\` is not indexed`)
  })
  return { defaultSearchFields }
}
