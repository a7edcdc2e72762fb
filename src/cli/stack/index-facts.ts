import { isJsonObject, type JsonObject, type JsonValue } from '../../engine/bytes/json.ts'
import { apiGetJson, type ApiClient } from './api-client.ts'

/** What the screen needs to know of an index: its time, its fields and how dates come back. */
export interface IndexFacts {
  readonly indexId: string
  readonly timestampField: string | undefined
  readonly defaultSearchFields: readonly string[]
  /** Whether `field:*` is answered for fields that are not fast. */
  readonly hasFieldPresence: boolean
  /** Declared fields in the mapping's order, objects as dotted paths. */
  readonly fields: readonly FieldFacts[]
}

export interface FieldFacts {
  readonly path: string
  readonly type: string
  readonly fast: boolean
  /** Comes back with hits. */
  readonly stored: boolean
  readonly outputFormat: string | undefined
  /** A text that is one term: found by its whole value alone, in its own case. */
  readonly isWhole: boolean
}

/** Asks for one index; a pattern is answered by the first index that it matches. */
export async function loadIndexFacts(
  client: ApiClient,
  pattern: string,
  signal?: AbortSignal,
): Promise<IndexFacts | undefined> {
  if (!/[*,]/.test(pattern)) {
    return indexFacts(
      await apiGetJson(client, `/indexes/${encodeURIComponent(pattern)}?format=json`, signal),
    )
  }
  const path = `/indexes?format=json&index_id_patterns=${encodeURIComponent(pattern)}`
  const all = await apiGetJson(client, path, signal)
  return Array.isArray(all) && all[0] !== undefined ? indexFacts(all[0]) : undefined
}

function indexFacts(metadata: JsonValue): IndexFacts {
  const config = objectAt(metadata, 'index_config')
  const mapping = objectAt(config, 'doc_mapping')
  const searchFields = objectAt(config, 'search_settings')['default_search_fields']
  const timestamp = mapping['timestamp_field']
  return {
    indexId: textOf(config['index_id']),
    timestampField: typeof timestamp === 'string' ? timestamp : undefined,
    defaultSearchFields: Array.isArray(searchFields) ? searchFields.map(textOf) : [],
    hasFieldPresence: mapping['index_field_presence'] === true,
    fields: fieldFacts(mapping['field_mappings'], ''),
  }
}

/** Of a config's `field_mappings`, whoever wrote it. */
export function fieldFacts(mappings: JsonValue | undefined, prefix: string): FieldFacts[] {
  if (!Array.isArray(mappings)) return []
  return mappings.filter(isJsonObject).flatMap((mapping) => {
    const path = prefix + textOf(mapping['name']).replaceAll('.', '\\.')
    if (mapping['type'] === 'object') return fieldFacts(mapping['field_mappings'], `${path}.`)
    const format = mapping['output_format']
    return [
      {
        path,
        type: textOf(mapping['type']),
        fast: mapping['fast'] !== false && mapping['fast'] !== undefined,
        stored: mapping['stored'] !== false,
        outputFormat: typeof format === 'string' ? format : undefined,
        isWhole: mapping['type'] === 'text' && mapping['tokenizer'] === 'raw',
      },
    ]
  })
}

function objectAt(value: JsonValue | undefined, key: string): JsonObject {
  const inner = isJsonObject(value) ? value[key] : undefined
  return isJsonObject(inner) ? inner : {}
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : ''
}
