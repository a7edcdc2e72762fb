import type { Context } from 'hono'
import { stringifyJson, type JsonValue } from '../../engine/bytes/json.ts'
import { indexPatterns } from '../index-patterns.ts'
import { jsonText } from '../reply.ts'
import { RequestFields } from '../request-fields.ts'

/** What shapes an answer of any endpoint (reply-shape.ts), and what clients add to every request. */
const EVERYWHERE = ['pretty', 'filter_path', 'human', 'error_trace', 'format']

/** How an endpoint that names indexes treats those that are not there. */
export const INDEX_PARAMS: readonly string[] = [
  'allow_no_indices',
  'expand_wildcards',
  'ignore_unavailable',
  'master_timeout',
  'timeout',
  'local',
]

/** The URL's parameters, unknown ones refused. */
export function urlFields(c: Context, known: readonly string[]): RequestFields {
  return RequestFields.fromUrl(new URL(c.req.url).searchParams, [...known, ...EVERYWHERE])
}

/** The index expression of the path; every index where the path has none, or `_all`. */
export function pathPatterns(c: Context): string[] {
  const text = c.req.param('index')
  return text === undefined || text === '_all' ? ['*'] : indexPatterns(text)
}

export function elasticReply(value: JsonValue, status = 200): Response {
  return jsonText(stringifyJson(value), status)
}
