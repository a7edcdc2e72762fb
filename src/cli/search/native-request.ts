import { stringifyJson, type JsonObject, type JsonValue } from '../../engine/bytes/json.ts'
import type { IndexFacts } from './index-facts.ts'
import type { TimeWindow } from './time-options.ts'

export interface NativeSearch {
  readonly query: string
  readonly maxHits: number
  readonly offset: number
  /** Native spelling; undefined: newest first where the index has a time. */
  readonly sortBy: string | undefined
  readonly searchFields: readonly string[]
  readonly snippetFields: readonly string[]
  readonly window: TimeWindow
  readonly aggs: JsonObject | undefined
}

/** The body of `POST /{index}/search`. */
export function nativeBody(search: NativeSearch, facts: IndexFacts | undefined): string {
  const timestamp = facts?.timestampField
  const body: Record<string, JsonValue> = {
    query: withExactWindow(search.query, search.window, timestamp),
    max_hits: search.maxHits,
    format: 'json',
  }
  if (search.offset > 0) body['start_offset'] = search.offset
  const sortBy = search.sortBy ?? (search.maxHits > 0 ? timestamp : undefined)
  if (sortBy !== undefined) body['sort_by'] = sortBy
  if (search.searchFields.length > 0) body['search_field'] = search.searchFields.join(',')
  if (search.snippetFields.length > 0) body['snippet_fields'] = search.snippetFields.join(',')
  const { startMs, endMs } = search.window
  if (startMs !== undefined) body['start_timestamp'] = Math.floor(startMs / 1_000)
  if (endMs !== undefined) body['end_timestamp'] = Math.ceil(endMs / 1_000)
  if (search.aggs !== undefined) body['aggs'] = search.aggs
  return stringifyJson(body)
}

/** The API's bounds are whole seconds: what they leave over is cut off by a range clause. */
function withExactWindow(query: string, window: TimeWindow, timestamp: string | undefined): string {
  if (timestamp === undefined) return query
  const clauses: string[] = []
  if (window.startMs !== undefined && window.startMs % 1_000 !== 0) {
    clauses.push(`${timestamp}:>=${new Date(window.startMs).toISOString()}`)
  }
  if (window.endMs !== undefined && window.endMs % 1_000 !== 0) {
    clauses.push(`${timestamp}:<${new Date(window.endMs).toISOString()}`)
  }
  return clauses.length === 0 ? query : [`(${query})`, ...clauses].join(' AND ')
}

/** `field:desc,other:asc` in the API's own spelling, which reads the other way round. */
export function sortParameter(text: string): { readonly sortBy: string; readonly note: string | undefined } {
  let note: string | undefined
  const keys = text.split(',').map((part) => {
    const [name = '', order] = part.trim().split(':')
    if (order === 'asc') return `-${name}`
    if (order === undefined && /^[+-]/.test(name)) {
      note = `--sort ${name} is the API's spelling: ${name.startsWith('-') ? 'ascending' : 'descending'}; ${name.slice(1)}:${name.startsWith('-') ? 'asc' : 'desc'} says the same`
      return name
    }
    return name
  })
  return { sortBy: keys.join(','), note }
}
