import type { Context, Hono } from 'hono'
import { isJsonObject, type JsonObject, type JsonValue } from '../engine/bytes/json.ts'
import { QwError } from '../engine/errors.ts'
import type { IndexFile } from '../engine/metastore/index-metadata.ts'
import { loadIndex, withMissingAs } from './index-patterns.ts'
import { jsonReply } from './reply.ts'
import type { ApiServices } from './services.ts'

/** The sources that every index has: what is sent by HTTP, and what the command line brings. */
const BUILT_IN: readonly (readonly [id: string, type: string])[] = [
  ['_ingest-api-source', 'ingest-api'],
  ['_ingest-cli-source', 'ingest-cli'],
  ['_ingest-source', 'ingest'],
]

/** Source definitions as the API shows them: the built-in ones, then those of the metadata. */
export function sourcesJson({ metadata }: IndexFile): JsonValue[] {
  const builtIn = BUILT_IN.map(([id, type]) => ({
    version: '0.9',
    source_id: id,
    num_pipelines: 1,
    enabled: true,
    source_type: type,
    params: null,
    input_format: 'json',
  }))
  return [...builtIn, ...metadata.sources]
}

const READ_FILES_INSTEAD =
  'put files into the staging bucket, or read them with qw-lambda ingest; documents go to POST /api/v1/<index>/ingest'

export function addSourceRoutes(app: Hono, { search: { metastore }, ingest }: ApiServices): void {
  app.get('/indexes/:id/sources', async (c) =>
    jsonReply(sourcesJson(await loadIndex(metastore, c.req.param('id'))), 'pretty_json'),
  )
  app.get('/indexes/:id/sources/:source', async (c) =>
    jsonReply(await sourceOf(c, metastore), 'pretty_json'),
  )
  // Shards are a cluster's: nothing here is cut into any.
  app.get('/indexes/:id/sources/:source/shards', async (c) => {
    await sourceOf(c, metastore)
    return jsonReply([], 'pretty_json')
  })
  if (ingest === undefined) return
  app.put('/indexes/:id/sources/:source/reset-checkpoint', async (c) => {
    const id = c.req.param('id')
    const reset = metastore.resetCheckpoint(id, c.req.param('source'))
    await withMissingAs(reset, `index \`${id}\` not found`)
    return jsonReply(null, 'pretty_json')
  })
  app.post('/indexes/:id/sources', () => {
    throw new QwError('invalid', 'a source that is polled is not supported', {
      code: 'NOT-IMPLEMENTED',
      fix: READ_FILES_INSTEAD,
    })
  })
  for (const [method, path] of [
    ['DELETE', '/indexes/:id/sources/:source'],
    ['PUT', '/indexes/:id/sources/:source'],
    ['PUT', '/indexes/:id/sources/:source/toggle'],
  ] as const) {
    app.on(method, path, async (c) => {
      await sourceOf(c, metastore)
      const id = c.req.param('source')
      throw new QwError('invalid', `source \`${id}\` is managed by the engine`, {
        code: 'SOURCE-MANAGED',
      })
    })
  }
}

async function sourceOf(
  c: Context,
  metastore: ApiServices['search']['metastore'],
): Promise<JsonObject> {
  const file = await loadIndex(metastore, c.req.param('id') ?? '')
  const id = c.req.param('source') ?? ''
  for (const source of sourcesJson(file)) {
    if (isJsonObject(source) && source['source_id'] === id) return source
  }
  throw new QwError('notFound', `source \`${id}\` not found`)
}

/** What waits for its commit is refused, where Quickwit's clients ask for it. */
export function addTailRoute(app: Hono, { search: { metastore } }: ApiServices): void {
  app.get('/:index/tail', async (c) => {
    const { metadata } = await loadIndex(metastore, c.req.param('index'))
    const time = metadata.config.docMapping.timestampField ?? '<a date field>'
    throw new QwError('invalid', 'documents that wait for their commit cannot be read', {
      code: 'NOT-IMPLEMENTED',
      fix: `the newest that are committed: GET /api/v1/${metadata.indexId}/search?query=*&sort_by=${time}`,
    })
  })
}
