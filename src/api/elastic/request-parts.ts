import type { Context } from 'hono'
import { stringifyJson, type JsonValue } from '../../engine/bytes/json.ts'
import { indexPatterns } from '../index-patterns.ts'
import { jsonText } from '../reply.ts'
import type { RequestFields } from '../request-fields.ts'
import { allDone, urlOptions, type OptionTable } from './options/option.ts'
import { EVERYWHERE } from './options/request-options.ts'

/** How an endpoint that names indexes treats those that are not there. */
export const INDEX_PARAMS: readonly string[] = [
  'allow_no_indices',
  'expand_wildcards',
  'ignore_unavailable',
  'master_timeout',
  'timeout',
  'local',
]

/** The URL's parameters; a name that is no option of the endpoint is refused. */
export function urlFields(c: Context, known: readonly string[] | OptionTable): RequestFields {
  const { searchParams, pathname } = new URL(c.req.url)
  return urlOptions(searchParams, wholeTable(known), pathname)
}

/** Most tables are constants: each is put together once. */
const wholeTables = new WeakMap<readonly string[] | OptionTable, OptionTable>()

function wholeTable(known: readonly string[] | OptionTable): OptionTable {
  let table = wholeTables.get(known)
  if (table === undefined) {
    table = { ...EVERYWHERE, ...(isList(known) ? allDone(...known) : known) }
    wholeTables.set(known, table)
  }
  return table
}

function isList(known: readonly string[] | OptionTable): known is readonly string[] {
  return Array.isArray(known)
}

/** The index expression of the path; every index where the path has none, or `_all`. */
export function pathPatterns(c: Context): string[] {
  const text = c.req.param('index')
  return text === undefined || text === '_all' ? ['*'] : indexPatterns(text)
}

export function elasticReply(value: JsonValue, status = 200): Response {
  return jsonText(stringifyJson(value), status)
}
