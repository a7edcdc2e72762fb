import { stringifyJson, type JsonObject, type JsonValue } from '../../engine/bytes/json.ts'
import { rfc3339OfNs } from '../format/time.ts'
import { nativeSort, type SortKeySpec } from './sort-keys.ts'
import { windowSeconds, type TimeWindow } from './time-options.ts'

export interface NativeSearch {
  readonly query: string
  readonly maxHits: number
  readonly offset: number
  readonly sort: readonly SortKeySpec[]
  readonly searchFields: readonly string[]
  readonly snippetFields: readonly string[]
  readonly window: TimeWindow
  readonly aggs: JsonObject | undefined
}

/** The body of `POST /{index}/search`; without aggregations and without hits it is a count. */
export function nativeBody(search: NativeSearch, timestampField: string | undefined): string {
  const body: Record<string, JsonValue> = {
    query: withExactWindow(search.query, search.window, timestampField),
    max_hits: search.maxHits,
    format: 'json',
  }
  if (search.offset > 0) body['start_offset'] = search.offset
  if (search.maxHits > 0 && search.sort.length > 0) body['sort_by'] = nativeSort(search.sort)
  if (search.searchFields.length > 0) body['search_field'] = search.searchFields.join(',')
  if (search.snippetFields.length > 0) body['snippet_fields'] = search.snippetFields.join(',')
  const { start, end } = windowSeconds(search.window)
  if (start !== undefined) body['start_timestamp'] = start
  if (end !== undefined) body['end_timestamp'] = end
  if (search.aggs !== undefined) body['aggs'] = search.aggs
  return stringifyJson(body)
}

const NS_PER_SECOND = 1_000_000_000n

/** The API's bounds are whole seconds: what they leave over is cut off by a range clause. */
function withExactWindow(query: string, window: TimeWindow, timestamp: string | undefined): string {
  if (timestamp === undefined) return query
  const { startNs, endNs } = window
  const clauses: string[] = []
  if (startNs !== undefined && startNs % NS_PER_SECOND !== 0n) {
    clauses.push(`${timestamp}:>=${rfc3339OfNs(startNs)}`)
  }
  if (endNs !== undefined && endNs % NS_PER_SECOND !== 0n) {
    clauses.push(`${timestamp}:<${rfc3339OfNs(endNs)}`)
  }
  if (clauses.length === 0) return query
  return [...(query.trim() === '' ? [] : [`(${query})`]), ...clauses].join(' AND ')
}
