import type { Context, Hono } from 'hono'
import type { JsonObject } from '../../engine/bytes/json.ts'
import { QwError } from '../../engine/errors.ts'
import type { IndexFile } from '../../engine/metastore/index-metadata.ts'
import type { SearchContext } from '../../engine/search/root.ts'
import { indexPatterns, loadIndex, matchingIndexes } from '../index-patterns.ts'
import type { IngestService } from '../services.ts'
import { declaredProperties } from './mappings.ts'
import { elasticReply, INDEX_PARAMS, pathPatterns, urlFields } from './request-parts.ts'
import { missingIndexesOf } from './search-params.ts'
import { totalsOf } from './totals.ts'

const STATS_PARAMS = ['forbid_closed_indices', 'level', 'metric', ...INDEX_PARAMS]
const SHOW_PARAMS = ['flat_settings', 'include_defaults', 'include_type_name', 'features', 'name']

/** What can be read of indexes: that they are there, their settings, statistics and names. */
export function addIndexReadRoutes(app: Hono, { metastore }: SearchContext): void {
  const files = async (c: Context, known: readonly string[] = []): Promise<IndexFile[]> => {
    const fields = urlFields(c, [...known, ...INDEX_PARAMS])
    return await matchingIndexes(metastore, pathPatterns(c), missingIndexesOf(fields))
  }
  const each = (found: readonly IndexFile[], json: (file: IndexFile) => JsonObject): Response =>
    elasticReply(Object.fromEntries(found.map((file) => [file.metadata.indexId, json(file)])))

  for (const path of ['/_settings', '/:index/_settings', '/:index/_settings/:name']) {
    app.get(path, async (c) => each(await files(c, SHOW_PARAMS), settingsJson(c)))
  }
  for (const path of ['/_alias', '/:index/_alias', '/:index/_aliases']) {
    app.get(path, async (c) => each(await files(c), () => ({ aliases: {} })))
  }
  app.get('/_aliases', () => elasticReply({}))
  for (const path of ['/_alias/:name', '/:index/_alias/:name']) {
    app.get(path, (c) => {
      urlFields(c, INDEX_PARAMS)
      // No index has an alias, so none of the name is there. HEAD asks the same.
      const error = `alias [${c.req.param('name')}] missing`
      return elasticReply({ error, status: 404 }, 404)
    })
  }
  for (const path of ['/_stats', '/:index/_stats', '/_stats/:metric', '/:index/_stats/:metric']) {
    app.get(path, async (c) => elasticReply(statsJson(await files(c, STATS_PARAMS))))
  }
  app.get('/_resolve/index/:index', async (c) => {
    const indices = (await files(c)).map(({ metadata }) => {
      return { name: metadata.indexId, attributes: ['open'] }
    })
    return elasticReply({ indices, aliases: [], data_streams: [] })
  })
  // Last: its path is any index id.
  app.get('/:index', async (c) => {
    const index = c.req.param('index')
    // No index id starts with `_`: such a path is an endpoint that nobody knows.
    if (index.startsWith('_') && index !== '_all') return await c.notFound()
    const settings = settingsJson(c)
    return each(await files(c, SHOW_PARAMS), (file) => ({
      aliases: {},
      mappings: { properties: declaredProperties(file.metadata.config.docMapping.fieldMappings) },
      ...settings(file),
    }))
  })
}

const REFRESH_PARAMS = ['force', 'wait_if_ongoing', 'max_num_segments', 'only_expunge_deletes']

/** Committing what waits, which is what each of these is asked for; merging goes on by itself. */
export function addRefreshRoutes(
  app: Hono,
  { metastore }: SearchContext,
  ingest: IngestService,
): void {
  for (const action of ['_refresh', '_flush', '_forcemerge']) {
    for (const path of [`/${action}`, `/:index/${action}`]) {
      app.on(['GET', 'POST'], path, async (c) => {
        const fields = urlFields(c, [...REFRESH_PARAMS, ...INDEX_PARAMS])
        const missing = missingIndexesOf(fields)
        const found = await matchingIndexes(metastore, pathPatterns(c), missing)
        for (const { metadata } of found) await ingest.refresh(metadata.indexId)
        const { length } = found
        return elasticReply({ _shards: { total: length, successful: length, failed: 0 } })
      })
    }
  }
}

/** Ids only: a pattern that deletes is a mistake waiting to happen. */
export function addIndexDeletion(app: Hono, { metastore }: SearchContext): void {
  app.delete('/:index', async (c) => {
    const fields = urlFields(c, INDEX_PARAMS)
    const expression = c.req.param('index')
    const ids = indexPatterns(expression)
    if (ids.some((id) => id.includes('*') || id.startsWith('-') || id === '_all')) {
      throw new QwError('invalid', `\`${expression}\`: deleting takes exact index ids`, {
        fix: 'name every index to delete, separated by commas',
      })
    }
    const found = await matchingIndexes(metastore, ids, missingIndexesOf(fields))
    // All of them are there before the first goes.
    if (missingIndexesOf(fields) === 'error') {
      for (const id of ids) await loadIndex(metastore, id)
    }
    for (const { metadata } of found) await metastore.deleteIndex(metadata.indexId)
    return elasticReply({ acknowledged: true })
  })
}

/** Every value is text, as clients know it; nested unless `flat_settings` asks otherwise. */
function settingsJson(c: Context): (file: IndexFile) => JsonObject {
  const flat = c.req.query('flat_settings')
  const isFlat = flat === '' || flat === 'true'
  return ({ metadata }) => {
    const { commitTimeoutSecs } = metadata.config.indexingSettings
    const index = {
      creation_date: String(metadata.createTimestamp * 1000),
      number_of_replicas: '0',
      number_of_shards: '1',
      provided_name: metadata.indexId,
      refresh_interval: `${commitTimeoutSecs}s`,
      uuid: metadata.indexUid,
    }
    const names = Object.entries(index).map(([name, value]) => [`index.${name}`, value])
    return { settings: isFlat ? (Object.fromEntries(names) as JsonObject) : { index } }
  }
}

function statsJson(files: readonly IndexFile[]): JsonObject {
  const entry = (of: readonly IndexFile[]): JsonObject => {
    const { docs, sizeBytes, splits } = totalsOf(of)
    const store = { size_in_bytes: sizeBytes }
    return {
      primaries: { store, docs: { count: docs } },
      total: { store, segments: { count: splits }, docs: { count: docs } },
    }
  }
  const indices = files.map((file) => [file.metadata.indexId, entry([file])])
  const shards = { total: files.length, successful: files.length, failed: 0 }
  return { _shards: shards, _all: entry(files), indices: Object.fromEntries(indices) as JsonObject }
}
