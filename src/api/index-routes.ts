import type { Context, Hono } from 'hono'
import type { JsonObject, JsonValue } from '../engine/bytes/json.ts'
import { isQwError, QwError } from '../engine/errors.ts'
import type { IndexFile } from '../engine/metastore/index-metadata.ts'
import type { Metastore } from '../engine/metastore/metastore.ts'
import type { SplitRecord } from '../engine/metastore/split-record.ts'
import type { IndexConfig } from '../engine/schema/index-config.ts'
import type { ReadConfig } from '../engine/schema/read-config.ts'
import { indexPatterns, loadIndex, matchingIndexes, withMissingAs } from './index-patterns.ts'
import {
  describeJson,
  withoutUsualPlace,
  metadataJson,
  removedSplitJson,
  splitJson,
} from './metadata.ts'
import { JSON_STYLES, jsonReply } from './reply.ts'
import { JSON_BODY, readBody, readJsonObject } from './request-body.ts'
import { RequestFields } from './request-fields.ts'
import type { ApiServices } from './services.ts'

/** Reading, which every host has. */
export function addIndexReadRoutes(
  app: Hono,
  { search: { metastore }, indexRoot }: ApiServices,
): void {
  app.get('/indexes', async (c) => {
    const fields = queryFields(c, ['index_id_patterns'])
    const text = fields.text('index_id_patterns')
    const patterns = text === undefined ? ['*'] : indexPatterns(text)
    // An id that does not exist is no error here: the list is shorter.
    const files = await matchingIndexes(metastore, patterns, 'skip')
    return reply(
      fields,
      files.map((file) => metadataJson(file, indexRoot)),
    )
  })
  app.get('/indexes/:id', async (c) => {
    const fields = queryFields(c, [])
    return reply(fields, metadataJson(await loadIndex(metastore, c.req.param('id')), indexRoot))
  })
  app.get('/indexes/:id/describe', async (c) => {
    const fields = queryFields(c, [])
    return reply(fields, describeJson(await loadIndex(metastore, c.req.param('id')), indexRoot))
  })
  app.get('/indexes/:id/splits', async (c) => {
    const fields = queryFields(c, SPLIT_FILTERS)
    const matches = splitFilter(fields)
    const file = await loadIndex(metastore, c.req.param('id'))
    const offset = fields.count('offset') ?? 0
    const limit = fields.count('limit')
    const matching = file.splits.filter(matches)
    const page = matching.slice(offset, limit === undefined ? undefined : offset + limit)
    return reply(fields, { offset, size: page.length, splits: page.map(splitJson) })
  })
}

/** Changing, which the searcher function leaves out. */
export function addIndexWriteRoutes(app: Hono, services: ApiServices): void {
  const { indexRoot } = services
  const { metastore } = services.search
  app.post('/indexes', async (c) => {
    const fields = queryFields(c, ['overwrite'])
    const overwrite = fields.boolean('overwrite') ?? false
    const { config, notes } = await readConfig(c, indexRoot)
    if (overwrite) await deleteIfThere(metastore, config.indexId)
    return reply(fields, noted(await metastore.createIndex(config), { notes, indexRoot }))
  })
  app.put('/indexes/:id', async (c) => {
    const fields = queryFields(c, ['create'])
    const mayCreate = fields.boolean('create') ?? false
    const { config, notes } = await readConfig(c, indexRoot)
    if (config.indexId !== c.req.param('id')) {
      throw new QwError('invalid', `index_id \`${config.indexId}\` differs from the path's`)
    }
    try {
      return reply(fields, noted(await updateConfig(metastore, config), { notes, indexRoot }))
    } catch (error) {
      if (!mayCreate || !isQwError(error, 'notFound')) throw error
      return reply(fields, noted(await metastore.createIndex(config), { notes, indexRoot }))
    }
  })
  app.put('/indexes/:id/clear', async (c) => {
    const fields = queryFields(c, [])
    const id = c.req.param('id')
    await withMissingAs(metastore.clearIndex(id), missingInMetastore(id))
    return reply(fields, null)
  })
  app.delete('/indexes/:id', async (c) => {
    const fields = queryFields(c, ['dry_run'])
    const id = c.req.param('id')
    const isDryRun = fields.boolean('dry_run') ?? false
    const removing = isDryRun
      ? metastore.load(id).then((file) => file.splits)
      : metastore.deleteIndex(id)
    const removed = await withMissingAs(removing, missingInMetastore(id))
    return reply(fields, removed.map(removedSplitJson))
  })
  app.put('/indexes/:id/splits/mark-for-deletion', async (c) => {
    const fields = queryFields(c, [])
    const body = RequestFields.fromJson(await readJsonObject(c.req.raw), ['split_ids'])
    const ids = body.raw('split_ids')
    if (!Array.isArray(ids) || !ids.every((id): id is string => typeof id === 'string')) {
      throw body.wrong('split_ids', 'an array of split ids')
    }
    const id = c.req.param('id')
    await withMissingAs(metastore.markForDeletion(id, ids), missingInMetastore(id))
    return reply(fields, null)
  })
}

/** The index, with `notes` on its config where there is something that its user should know. */
function noted(
  file: IndexFile,
  { notes, indexRoot }: { readonly notes: readonly string[]; readonly indexRoot: string },
): JsonObject {
  return { ...metadataJson(file, indexRoot), ...(notes.length === 0 ? {} : { notes: [...notes] }) }
}

function updateConfig(metastore: Metastore, config: IndexConfig): Promise<IndexFile> {
  return withMissingAs(metastore.updateConfig(config), missingInMetastore(config.indexId))
}

function missingInMetastore(indexId: string): string {
  return `metastore error \`index \`${indexId}\` not found\``
}

const SPLIT_FILTERS = [
  'offset',
  'limit',
  'split_states',
  'start_timestamp',
  'end_timestamp',
  'end_create_timestamp',
]

const SPLIT_STATES: readonly string[] = ['Staged', 'Published', 'MarkedForDeletion']

function splitFilter(fields: RequestFields): (split: SplitRecord) => boolean {
  const states = fields.list('split_states')
  if (!states.every((state) => SPLIT_STATES.includes(state))) {
    throw fields.wrong('split_states', `a list of ${SPLIT_STATES.join(', ')}`)
  }
  const start = fields.integer('start_timestamp')
  const end = fields.integer('end_timestamp')
  const createdBefore = fields.integer('end_create_timestamp')
  return (split) => {
    if (states.length > 0 && !states.includes(split.state)) return false
    if (createdBefore !== undefined && split.createTimestamp >= createdBefore) return false
    if (split.timeRange === undefined) return true
    if (start !== undefined && split.timeRange.endSeconds < start) return false
    return end === undefined || split.timeRange.startSeconds < end
  }
}

async function readConfig(c: Context, indexRoot: string): Promise<ReadConfig> {
  const type = c.req.header('content-type')?.split(';')[0]?.trim() ?? 'application/json'
  if (type !== 'application/json' && type !== 'application/yaml') {
    throw new QwError('invalid', `content type ${type} is not supported for an index config`, {
      code: 'CONTENT-TYPE',
      fix: 'send application/json or application/yaml',
    })
  }
  const text = new TextDecoder().decode(await readBody(c.req.raw, JSON_BODY))
  // Loaded when needed: a searcher never needs a YAML parser.
  const { readIndexConfig } = await import('../engine/schema/config-text.ts')
  const { config, notes } = readIndexConfig(text, type === 'application/json' ? 'json' : 'yaml')
  return { config: withoutUsualPlace(config, indexRoot), notes }
}

async function deleteIfThere(metastore: Metastore, indexId: string): Promise<void> {
  try {
    await metastore.deleteIndex(indexId)
  } catch (error) {
    if (!isQwError(error, 'notFound')) throw error
  }
}

function queryFields(c: Context, known: readonly string[]): RequestFields {
  return RequestFields.fromUrl(new URL(c.req.url).searchParams, [...known, 'format'])
}

function reply(fields: RequestFields, value: JsonValue): Response {
  return jsonReply(value, fields.oneOf('format', JSON_STYLES) ?? 'pretty_json')
}
