import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Context, Hono } from 'hono'
import { isJsonObject, type JsonObject } from '../../engine/bytes/json.ts'
import { parseDuration } from '../../engine/dates/duration.ts'
import { QwError } from '../../engine/errors.ts'
import { publishedSplits } from '../../engine/metastore/index-metadata.ts'
import type { SearchContext } from '../../engine/search/root.ts'
import { matchingIndexes } from '../index-patterns.ts'
import { decodeError, jsonObjectOf, readOptionalJsonObject } from '../request-body.ts'
import { bodyOptions } from './options/option.ts'
import { PIT_BODY, PIT_URL } from './options/request-options.ts'
import { elasticReply, pathPatterns, urlFields } from './request-parts.ts'
import { checkExpandWildcards, missingIndexesOf } from './search-params.ts'

/** Longest time between two pages: merged splits stay readable two minutes longer. */
const MAX_TTL_MS = 30 * 60_000
/** An id holds the names of splits, of which an index rarely has thousands. */
const MAX_STATE_BYTES = 4 << 20

/**
 * The splits that a search will see, whatever is added or merged meanwhile. No server remembers it: the
 * id says all. A split that a merge replaced stays readable longer than any `keep_alive`.
 */
interface PointInTime {
  readonly indexIds: readonly string[]
  readonly splitIds: readonly string[]
  readonly expiresMs: number
}

export function addPointInTimeRoutes(app: Hono, search: SearchContext): void {
  // The second path is OpenSearch's.
  for (const path of ['/:index/_pit', '/:index/_search/point_in_time']) {
    app.post(path, (c) => open(c, path, search))
  }
  app.delete('/_pit', () => elasticReply({ succeeded: true, num_freed: 0 }))
  app.delete('/_search/point_in_time', async (c) => {
    const ids = (await readOptionalJsonObject(c.req.raw))['pit_id']
    const pits = (Array.isArray(ids) ? ids : []).map((id) => ({ pit_id: id, successful: true }))
    return elasticReply({ pits })
  })
}

async function open(c: Context, path: string, search: SearchContext): Promise<Response> {
  const fields = urlFields(c, PIT_URL)
  checkExpandWildcards(fields)
  bodyOptions(await readOptionalJsonObject(c.req.raw), PIT_BODY, 'the opening of a point in time')
  const ttlMs = readTtl(fields.text('keep_alive') ?? '')
  const files = await matchingIndexes(search.metastore, pathPatterns(c), missingIndexesOf(fields))
  const splits = files.flatMap(publishedSplits)
  const nowMs = search.clock.nowMs()
  const id = encode({
    indexIds: files.map(({ metadata }) => metadata.indexId),
    splitIds: splits.map(({ splitId }) => splitId),
    expiresMs: nowMs + ttlMs,
  })
  const { length } = splits
  const shards = { total: length, successful: length, skipped: 0, failed: 0 }
  const isOpenSearch = path.endsWith('point_in_time')
  return elasticReply(
    isOpenSearch ? { pit_id: id, _shards: shards, creation_time: nowMs } : { id, _shards: shards },
  )
}

/** What the body's `pit` names, and the body without it. Throws `invalid` (SCROLL-GONE) when its time is
 *  over. */
export function pinnedSearch(
  { pit, ...body }: JsonObject,
  search: SearchContext,
): { readonly body: JsonObject; readonly id: string; readonly point: PointInTime } {
  const id = isJsonObject(pit) ? pit['id'] : undefined
  if (typeof id !== 'string') throw decodeError('`pit` has to be an object with an `id`')
  const point = decode(id)
  if (point === undefined || point.expiresMs < search.clock.nowMs()) {
    throw new QwError('invalid', 'the point in time is gone', {
      code: 'SCROLL-GONE',
      fix: 'open another: POST /<index>/_pit?keep_alive=1m',
    })
  }
  return { body, id, point }
}

/** Throws `invalid` for what is no duration, or a longer one than merged splits stay readable. */
export function readTtl(text: string): number {
  const ttlMs = parseDuration(text)
  if (ttlMs === undefined) {
    throw new QwError(
      'invalid',
      `\`scroll\` or \`keep_alive\` has to be a duration like 1m, not \`${text}\``,
    )
  }
  if (ttlMs <= MAX_TTL_MS) return ttlMs
  throw new QwError('invalid', `a scroll may wait at most ${MAX_TTL_MS / 60_000} minutes`)
}

function encode(point: PointInTime): string {
  return deflateRawSync(JSON.stringify(point)).toString('base64url')
}

function decode(id: string): PointInTime | undefined {
  try {
    const options = { maxOutputLength: MAX_STATE_BYTES }
    const json = jsonObjectOf(inflateRawSync(Buffer.from(id, 'base64url'), options))
    const { indexIds, splitIds, expiresMs } = json
    if (!isTexts(indexIds) || !isTexts(splitIds) || typeof expiresMs !== 'number') return undefined
    return { indexIds, splitIds, expiresMs }
  } catch {
    return undefined
  }
}

export function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
