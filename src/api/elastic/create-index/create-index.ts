import type { Context, Hono } from 'hono'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../engine/bytes/json.ts'
import { parseDuration } from '../../../engine/dates/duration.ts'
import type { Metastore } from '../../../engine/metastore/metastore.ts'
import { readConfigValue } from '../../../engine/schema/read-config.ts'
import { readOptionalJsonObject } from '../../request-body.ts'
import { RequestFields } from '../../request-fields.ts'
import { elasticReply, INDEX_PARAMS, urlFields } from '../request-parts.ts'
import { fieldMappingsOf, TIMESTAMP } from './field-mappings.ts'
import { refused } from './field-options.ts'

const PARAMS = ['wait_for_active_shards', 'include_type_name', ...INDEX_PARAMS]
const BODY_KEYS = ['mappings', 'settings', 'aliases']

export function addIndexCreation(app: Hono, metastore: Metastore): void {
  app.put('/:index', async (c: Context) => {
    urlFields(c, PARAMS)
    const index = c.req.param('index') ?? ''
    const body = RequestFields.fromJson(await readOptionalJsonObject(c.req.raw), BODY_KEYS)
    const config = indexConfigOf(index, {
      mappings: objectAt(body.raw('mappings'), 'mappings'),
      settings: objectAt(body.raw('settings'), 'settings'),
      aliases: objectAt(body.raw('aliases'), 'aliases'),
    })
    // A body that says nothing leaves it to the template that matches.
    const isSilent = !body.has('mappings') && !body.has('settings')
    const made = isSilent ? await metastore.createFromTemplate(index) : undefined
    if (made === undefined || !made) await metastore.createIndex(readConfigValue(config).config)
    return elasticReply({ acknowledged: true, shards_acknowledged: true, index })
  })
}

interface Asked {
  readonly mappings: JsonObject
  readonly settings: JsonObject
  readonly aliases: JsonObject
}

/** An index config, as JSON, that keeps what the mapping asks for. Throws `invalid` naming what it
 *  cannot keep. */
export function indexConfigOf(indexId: string, { mappings, settings, aliases }: Asked): JsonObject {
  const [alias] = Object.keys(aliases)
  if (alias !== undefined) {
    throw refused(
      `there are no aliases (\`${alias}\`)`,
      'name several indexes in the path, or use a pattern',
    )
  }
  const { properties, ...rest } = mappings
  const fields = fieldMappingsOf(properties)
  const hasTime = fields.some(({ name, type }) => name === TIMESTAMP && type === 'datetime')
  // Words without a field are looked for everywhere there, which here has to be said.
  const searched = fields.filter(({ type, indexed }) => type === 'array<text>' && indexed !== false)
  const mode = mappingMode(rest)
  const dynamic =
    mode === 'dynamic' ? { dynamic_mapping: { fast: true, tokenizer: 'default' } } : {}
  return {
    version: '0.9',
    index_id: indexId,
    doc_mapping: {
      mode,
      ...dynamic,
      field_mappings: fields,
      // `_source` is what was sent, one value or several alike.
      store_source: true,
      ...(hasTime ? { timestamp_field: TIMESTAMP } : {}),
    },
    search_settings: { default_search_fields: searched.map(({ name }) => name ?? '') },
    ...indexingSettings(settings),
  }
}

const MODES: Readonly<Record<string, string>> = {
  true: 'dynamic',
  false: 'lenient',
  strict: 'strict',
}

/** Parts of a mapping that say what is so, or what nobody acts on. */
const HARMLESS_PARTS: Readonly<Record<string, (value: JsonValue) => boolean>> = {
  _meta: () => true,
  _source: (value) => isJsonObject(value) && !('enabled' in value && value['enabled'] === false),
  dynamic_templates: (value) => Array.isArray(value) && value.length === 0,
  date_detection: (value) => value === true,
  numeric_detection: (value) => value === false,
}

function mappingMode({ dynamic = true, ...rest }: JsonObject): string {
  for (const [name, value] of Object.entries(rest)) {
    const isHarmless = Object.hasOwn(HARMLESS_PARTS, name) && HARMLESS_PARTS[name]?.(value)
    if (isHarmless !== true) throw refused(`\`${name}\` is not supported`, 'leave it out')
  }
  const mode =
    MODES[typeof dynamic === 'boolean' ? `${dynamic}` : typeof dynamic === 'string' ? dynamic : '']
  if (mode !== undefined) return mode
  throw refused(`\`dynamic\` can be true, false or strict, not ${JSON.stringify(dynamic)}`)
}

/** Settings that a cluster has and this has no use for, and those that GET shows. */
const HARMLESS_SETTINGS =
  /^(number_of_(shards|replicas|routing_shards)|auto_expand_replicas|codec|max_result_window|mapping\..*|creation_date|uuid|provided_name|version\..*|routing\..*|query\.default_field|lifecycle\..*|hidden)$/

function indexingSettings(settings: JsonObject): JsonObject {
  let commit: JsonObject = {}
  for (const [name, value] of flatSettings(settings)) {
    if (name === 'refresh_interval') commit = commitSettings(value)
    else if (!HARMLESS_SETTINGS.test(name)) {
      const fix = name.startsWith('analysis.')
        ? 'define tokenizers in an index config: POST /api/v1/indexes'
        : 'leave it out'
      throw refused(`the setting \`index.${name}\` is not supported`, fix)
    }
  }
  return commit
}

/** As a client sees it: after this time at most what was sent is found. */
function commitSettings(value: JsonValue): JsonObject {
  const ms = typeof value === 'string' ? parseDuration(value) : undefined
  if (ms === undefined) {
    throw refused(
      `\`index.refresh_interval\` has to be a time such as 1s, not ${JSON.stringify(value)}`,
      'documents are committed by time; _refresh commits at once',
    )
  }
  return { indexing_settings: { commit_timeout_secs: Math.max(1, Math.ceil(ms / 1000)) } }
}

/** Names without `index.`, however nested they came. */
function flatSettings(settings: JsonObject, at = ''): [string, JsonValue][] {
  return Object.entries(settings).flatMap(([key, value]): [string, JsonValue][] => {
    const name = `${at}${key}`
    if (isJsonObject(value)) return flatSettings(value, `${name}.`)
    return [[name.replace(/^index\./, ''), value]]
  })
}

export function objectAt(value: JsonValue | undefined, name: string): JsonObject {
  if (value === undefined) return {}
  if (isJsonObject(value)) return value
  throw refused(`\`${name}\` has to be an object`)
}
