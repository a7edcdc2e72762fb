import { isJsonObject, stringifyJson, type JsonValue } from '../bytes/json.ts'

interface SettingWithoutEffect {
  readonly path: string
  /** What is as it happens anyway, and needs no note. */
  readonly harmless: readonly JsonValue[]
  readonly instead: string
}

/** Settings that are checked, kept and shown, and that change nothing: what happens instead. */
export const SETTINGS_WITHOUT_EFFECT: readonly SettingWithoutEffect[] = [
  {
    path: 'doc_mapping.partition_key',
    harmless: [''],
    instead:
      'documents of all keys share splits; its plain fields become tag fields where they can, by which a search leaves splits out',
  },
  {
    path: 'doc_mapping.max_num_partitions',
    harmless: [200],
    instead: 'splits are not cut by partition, so there are none to limit',
  },
  {
    path: 'indexing_settings.resources.max_merge_write_throughput',
    harmless: [],
    instead: 'a merge writes as fast as the store takes it',
  },
  {
    path: 'indexing_settings.merge_policy.max_finalize_merge_operations',
    harmless: [0],
    instead: 'an index is never finalized, so no merge is made for that',
  },
  {
    path: 'indexing_settings.merge_policy.max_finalize_split_num_docs',
    harmless: [],
    instead: 'an index is never finalized, so no merge is made for that',
  },
  {
    path: 'ingest_settings.min_shards',
    harmless: [1],
    instead: 'there are no shards: each file or request is indexed by the run that takes it',
  },
  {
    path: 'ingest_settings.validate_docs',
    harmless: [true],
    instead: 'a document that does not fit the mapping is always refused, and counted',
  },
  {
    path: 'retention.schedule',
    harmless: ['hourly', '@hourly'],
    instead: 'what is past its period goes with the next clean-up',
  },
]

/** A note for each of them that a config sets to something that its user may count on. */
export function notesOnEffects(config: JsonValue): string[] {
  const ofSettings = SETTINGS_WITHOUT_EFFECT.flatMap(({ path, harmless, instead }) => {
    const value = valueAt(config, path)
    if (value === undefined || value === null) return []
    const text = stringifyJson(value)
    if (harmless.some((other) => stringifyJson(other) === text)) return []
    return [`\`${path}\` has no effect: ${instead}`]
  })
  const objects = fastObjects(valueAt(config, 'doc_mapping'), 'doc_mapping')
  return [
    ...ofSettings,
    ...objects.map((path) => `\`${path}.fast\` has no effect: each field inside says it itself`),
  ]
}

/** Paths of the object fields that are to be fast, which Quickwit takes and passes over as well. */
function fastObjects(holder: JsonValue | undefined, path: string): string[] {
  const mappings = isJsonObject(holder) ? holder['field_mappings'] : undefined
  if (!Array.isArray(mappings)) return []
  return mappings.flatMap((mapping, i) => {
    if (!isJsonObject(mapping) || mapping['type'] !== 'object') return []
    const own = `${path}.field_mappings[${i}]`
    return [...(mapping['fast'] === true ? [own] : []), ...fastObjects(mapping, own)]
  })
}

function valueAt(config: JsonValue, path: string): JsonValue | undefined {
  let value: JsonValue | undefined = config
  for (const key of path.split('.')) value = isJsonObject(value) ? value[key] : undefined
  return value
}
