import type { Context, Hono } from 'hono'
import type { JsonValue } from '../engine/bytes/json.ts'
import { isQwError, QwError } from '../engine/errors.ts'
import type { SplitRecord } from '../engine/metastore/split-record.ts'
import { parseIndexConfig, type IndexConfig } from '../engine/schema/index-config.ts'
import { indexPatterns } from './index-patterns.ts'
import { describeJson, metadataJson, removedSplitJson, splitJson } from './metadata.ts'
import { jsonReply, type JsonStyle } from './reply.ts'
import { MAX_JSON_BODY_BYTES, readBody, readJsonObject, RequestFields } from './request-fields.ts'
import type { ApiServices } from './services.ts'

/** Reading, which every host has. */
export function addIndexReadRoutes(app: Hono, { search: { metastore } }: ApiServices): void {
  app.get('/indexes', async (c) => {
    const fields = queryFields(c, ['index_id_patterns'])
    const text = fields.text('index_id_patterns')
    const files = await metastore.listIndexes(text === undefined ? ['*'] : indexPatterns(text))
    return reply(c, files.map(metadataJson))
  })
  app.get('/indexes/:id', async (c) => reply(c, metadataJson(await metastore.load(c.req.param('id')))))
  app.get('/indexes/:id/describe', async (c) =>
    reply(c, describeJson(await metastore.load(c.req.param('id')))),
  )
  app.get('/indexes/:id/splits', async (c) => {
    const fields = queryFields(c, SPLIT_FILTERS)
    const file = await metastore.load(c.req.param('id'))
    const offset = fields.count('offset') ?? 0
    const limit = fields.count('limit')
    const matching = file.splits.filter(splitFilter(fields))
    const page = matching.slice(offset, limit === undefined ? undefined : offset + limit)
    return reply(c, { offset, size: page.length, splits: page.map(splitJson) })
  })
}

/** Changing, which the searcher function leaves out. */
export function addIndexWriteRoutes(app: Hono, { search: { metastore } }: ApiServices): void {
  app.post('/indexes', async (c) => {
    const config = await readConfig(c)
    const overwrite = queryFields(c, ['overwrite']).boolean('overwrite') ?? false
    if (overwrite) await deleteIfThere(metastore, config.indexId)
    return reply(c, metadataJson(await metastore.createIndex(config)))
  })
  app.put('/indexes/:id', async (c) => {
    const config = await readConfig(c)
    if (config.indexId !== c.req.param('id')) {
      throw new QwError('invalid', `index_id \`${config.indexId}\` differs from the path's`)
    }
    try {
      return reply(c, metadataJson(await metastore.updateConfig(config)))
    } catch (error) {
      const mayCreate = queryFields(c, ['create']).boolean('create') ?? false
      if (!mayCreate || !isQwError(error, 'notFound')) throw error
      return reply(c, metadataJson(await metastore.createIndex(config)))
    }
  })
  app.put('/indexes/:id/clear', async (c) => {
    await metastore.clearIndex(c.req.param('id'))
    return reply(c, null)
  })
  app.delete('/indexes/:id', async (c) => {
    const dryRun = queryFields(c, ['dry_run']).boolean('dry_run') ?? false
    const id = c.req.param('id')
    const removed = dryRun ? (await metastore.load(id)).splits : await metastore.deleteIndex(id)
    return reply(c, removed.map(removedSplitJson))
  })
  app.put('/indexes/:id/splits/mark-for-deletion', async (c) => {
    const { split_ids: ids } = await readJsonObject(c.req.raw)
    if (!Array.isArray(ids) || !ids.every((id): id is string => typeof id === 'string')) {
      throw new QwError('invalid', '`split_ids` has to be an array of split ids')
    }
    await metastore.markForDeletion(c.req.param('id'), ids)
    return reply(c, null)
  })
}

const SPLIT_FILTERS = [
  'offset',
  'limit',
  'split_states',
  'start_timestamp',
  'end_timestamp',
  'end_create_timestamp',
]

function splitFilter(fields: RequestFields): (split: SplitRecord) => boolean {
  const states = fields.list('split_states')
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

async function readConfig(c: Context): Promise<IndexConfig> {
  const type = c.req.header('content-type')?.split(';')[0]?.trim() ?? 'application/json'
  if (type !== 'application/json' && type !== 'application/yaml') {
    throw new QwError('invalid', `content type ${type} is not supported for an index config`, {
      code: 'CONTENT-TYPE',
      fix: 'send application/json or application/yaml',
    })
  }
  const body = await readBody(c.req.raw, MAX_JSON_BODY_BYTES)
  const text = new TextDecoder().decode(body)
  return parseIndexConfig(text, type === 'application/json' ? 'json' : 'yaml')
}

async function deleteIfThere(
  metastore: ApiServices['search']['metastore'],
  indexId: string,
): Promise<void> {
  try {
    await metastore.deleteIndex(indexId)
  } catch (error) {
    if (!isQwError(error, 'notFound')) throw error
  }
}

function queryFields(c: Context, known: readonly string[]): RequestFields {
  return RequestFields.fromUrl(new URL(c.req.url).searchParams, [...known, 'format'])
}

function reply(c: Context, value: JsonValue): Response {
  const style: JsonStyle = c.req.query('format') === 'json' ? 'json' : 'pretty_json'
  return jsonReply(value, style)
}
