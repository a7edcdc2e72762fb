import type { Context, Hono } from 'hono'
import { isJsonObject, stringifyJson, type JsonObject } from '../../../engine/bytes/json.ts'
import type { Metastore } from '../../../engine/metastore/metastore.ts'
import type { IndexConfig } from '../../../engine/schema/index-config.ts'
import { readConfigValue } from '../../../engine/schema/read-config.ts'
import { serializeIndexConfig } from '../../../engine/schema/serialize-config.ts'
import { matchingIndexes } from '../../index-patterns.ts'
import { readOptionalJsonObject } from '../../request-body.ts'
import { elasticReply, INDEX_PARAMS, pathPatterns, urlFields } from '../request-parts.ts'
import { missingIndexesOf } from '../search-params.ts'
import { indexConfigOf } from './create-index.ts'
import { refused } from './field-options.ts'

const PARAMS = ['write_index_only', 'include_type_name', ...INDEX_PARAMS]

/** New fields for indexes that are there: what is new is found in documents that come from now on. */
export function addMappingChange(app: Hono, metastore: Metastore): void {
  for (const path of ['/:index/_mapping', '/:index/_mappings']) {
    app.on(['PUT', 'POST'], path, async (c: Context) => {
      const fields = urlFields(c, PARAMS)
      const mappings = await readOptionalJsonObject(c.req.raw)
      const files = await matchingIndexes(metastore, pathPatterns(c), missingIndexesOf(fields))
      const changed = files.map(({ metadata }) => withNewFields(metadata.config, mappings))
      for (const config of changed) await metastore.updateConfig(config)
      return elasticReply({ acknowledged: true })
    })
  }
}

/** Throws `invalid` for a field that is there with another mapping. */
function withNewFields(config: IndexConfig, mappings: JsonObject): IndexConfig {
  const current = serializeIndexConfig(config)
  const known = fieldsByName(current)
  const { indexId } = config
  const asked = serializeIndexConfig(
    readConfigValue(indexConfigOf(indexId, { mappings, settings: {}, aliases: {} })).config,
  )
  const added: JsonObject[] = []
  for (const [name, field] of fieldsByName(asked)) {
    const before = known.get(name)
    if (before === undefined) added.push(field)
    else if (stringifyJson(before) !== stringifyJson(field)) {
      throw refused(
        `\`${name}\` of \`${indexId}\` is mapped in another way already`,
        'leave it out, or send the documents to another index',
      )
    }
  }
  const docMapping = current['doc_mapping']
  if (!isJsonObject(docMapping)) return config
  const fieldMappings = [...known.values(), ...added]
  const next = { ...current, doc_mapping: { ...docMapping, field_mappings: fieldMappings } }
  return readConfigValue(next).config
}

function fieldsByName(config: JsonObject): Map<string, JsonObject> {
  const docMapping = config['doc_mapping']
  const fields = isJsonObject(docMapping) ? docMapping['field_mappings'] : []
  const named = (Array.isArray(fields) ? fields : []).filter((field) => isJsonObject(field))
  return new Map(named.map((field) => [String(field['name'] as string), field]))
}
