import type { Context, Hono } from 'hono'
import { isJsonObject, type JsonObject, type JsonValue } from '../../engine/bytes/json.ts'
import { QwError } from '../../engine/errors.ts'
import type { SearchContext } from '../../engine/search/root.ts'
import { jsonText } from '../reply.ts'
import { matchingIndexes } from '../index-patterns.ts'
import { readOptionalJsonObject } from '../request-body.ts'
import { runSearch } from '../run-search.ts'
import { askedSearch, runAsked } from './asked-search.ts'
import { COUNT_URL, SEARCH_URL } from './options/search-options.ts'
import { elasticReply, pathPatterns, urlFields } from './request-parts.ts'
import { startScroll } from './scroll.ts'
import { pinnedSearch } from './point-in-time.ts'
import { readSearchParams, type SearchParams } from './search-params.ts'
import { searchReplyMembers } from './search-reply.ts'
import { countRequestOf } from './search-request.ts'

export function addSearchRoutes(app: Hono, search: SearchContext): void {
  app.on(['GET', 'POST'], '/_search', async (c) => {
    const params = readSearchParams(urlFields(c, SEARCH_URL), search.clock.nowMs())
    const body = await readOptionalJsonObject(c.req.raw)
    if ('pit' in body) return await answerPinned(c, { search, params, body })
    throw new QwError('invalid', 'searching without an index is not supported', {
      code: 'NOT-IMPLEMENTED',
      fix: 'name an index or a pattern: /_elastic/<index>/_search',
    })
  })
  app.on(['GET', 'POST'], '/:index/_search', (c) => answerSearch(c, search))
  for (const path of ['/_count', '/:index/_count']) {
    app.on(['GET', 'POST'], path, (c) => answerCount(c, search))
  }
}

/** Each index by itself: what is counted in one need not fit another, such as its time field. */
async function answerCount(c: Context, search: SearchContext): Promise<Response> {
  const params = readSearchParams(urlFields(c, COUNT_URL), search.clock.nowMs())
  const body = await readOptionalJsonObject(c.req.raw)
  const files = await matchingIndexes(search.metastore, pathPatterns(c), params.missingIndexes)
  let count = 0
  const shards = { total: 0, successful: 0, skipped: 0, failed: 0 }
  for (const { metadata } of files) {
    const request = countRequestOf([metadata.indexId], params, body)
    const answer = await runSearch(
      { ...request, allowFailedSplits: true },
      search,
      c.req.raw.signal,
    )
    count += answer.numHits
    shards.total += answer.splitsSearched
    shards.failed += answer.failedSplits.length
  }
  // A request over no index is read all the same.
  if (files.length === 0) countRequestOf(['*'], params, body)
  shards.successful = shards.total - shards.failed
  return elasticReply({ count, _shards: shards })
}

async function answerSearch(c: Context, search: SearchContext): Promise<Response> {
  const params = readSearchParams(urlFields(c, SEARCH_URL), search.clock.nowMs())
  const body = await readOptionalJsonObject(c.req.raw)
  const { signal, url } = c.req.raw
  if (params.scroll !== undefined) {
    const indexes = c.req.param('index') ?? ''
    return await startScroll({ indexes, query: new URL(url).search, body }, search, signal)
  }
  const asked = askedSearch(pathPatterns(c), params, body)
  const response = await runAsked(asked, search, signal)
  return jsonText(`{${searchReplyMembers(response, asked.shape)}}`)
}

interface PinnedParts {
  readonly search: SearchContext
  readonly params: SearchParams
  readonly body: JsonObject
}

/** Over the splits of a point in time; ties end in the document's address, so that no page skips one. */
async function answerPinned(c: Context, { search, params, body }: PinnedParts): Promise<Response> {
  const { body: rest, id, point } = pinnedSearch(body, search)
  const { indexIds, splitIds } = point
  // No index id is this: nothing was there when it was opened.
  const patterns = indexIds.length === 0 ? ['no-index*'] : indexIds
  const { sort = [], ...others } = rest
  const keys = Array.isArray(sort) ? sort : [sort]
  const ending = keys.some(isAddress) ? [] : ['_shard_doc']
  const asked = askedSearch(patterns, params, { ...others, sort: [...keys, ...ending] })
  const pinned = { ...asked.request, pinnedSplits: new Set(splitIds) }
  const response = await runAsked({ ...asked, request: pinned }, search, c.req.raw.signal)
  return jsonText(`{"pit_id":"${id}",${searchReplyMembers(response, asked.shape)}}`)
}

function isAddress(key: JsonValue): boolean {
  const name = isJsonObject(key) ? Object.keys(key)[0] : key
  return name === '_doc' || name === '_shard_doc'
}
