import {
  at,
  isJsonObject,
  listOf,
  numberOf,
  plainText,
  type Json,
  type JsonObject,
} from '../api/exact-json.ts'
import { MARK_END, MARK_START } from './marks.ts'

/** Hits of one request; the next ones are asked for when somebody scrolls there. */
export const PAGE_SIZE = 200

/** Nanoseconds, whatever the index keeps; also what the address of a document is written with. */
const TIME_FORMAT = 'strict_date_optional_time_nanos'

export interface SearchWish {
  readonly query: string
  /** RFC 3339, from inclusive, to exclusive. */
  readonly from: string | undefined
  readonly to: string | undefined
  readonly sort: 'asc' | 'desc'
  readonly timestampField: string | undefined
}

/** What matches, for `_elastic/<index>/_search`. */
function queryClause({ query, from, to, timestampField }: SearchWish): JsonObject {
  const text = query.trim()
  const must = text === '' ? [] : [{ query_string: { query: text, default_operator: 'AND' } }]
  const hasRange = timestampField !== undefined && (from ?? to) !== undefined
  const bounds = {
    ...(from === undefined ? {} : { gte: from }),
    ...(to === undefined ? {} : { lt: to }),
  }
  const filter = hasRange ? [{ range: { [timestampField]: bounds } }] : []
  return { bool: { must, filter } }
}

/** By time and then by address, so that no two documents are alike and a page goes on exactly. */
export function sortKeys({
  sort,
  timestampField,
}: Pick<SearchWish, 'sort' | 'timestampField'>): JsonObject[] {
  const byTime =
    timestampField === undefined ? [] : [{ [timestampField]: { order: sort, format: TIME_FORMAT } }]
  return [...byTime, { _doc: { order: sort } }]
}

/** One page of hits, after the sort values of the last one. */
export function hitsBody(wish: SearchWish, after: readonly Json[] | undefined): JsonObject {
  return {
    query: queryClause(wish),
    size: PAGE_SIZE,
    sort: sortKeys(wish),
    track_total_hits: false,
    highlight: {
      pre_tags: [MARK_START],
      post_tags: [MARK_END],
      number_of_fragments: 0,
      fields: { '*': {} },
    },
    ...(after === undefined ? {} : { search_after: [...after] }),
  }
}

/** How many match, and what they add up to. */
export function countBody(wish: SearchWish, aggs: JsonObject | undefined): JsonObject {
  const asked = { query: queryClause(wish), size: 0, track_total_hits: true }
  return aggs === undefined ? asked : { ...asked, aggs }
}

export interface Hit {
  readonly index: string
  readonly source: JsonObject
  /** Texts with marks, by path. */
  readonly marked: ReadonlyMap<string, readonly string[]>
  /** Also what the next page starts after. */
  readonly sort: readonly Json[]
  /** RFC 3339 with nanoseconds; undefined: the document has no time. */
  readonly time: string | undefined
  /** Names the document for as long as its split is there. */
  readonly address: string
}

/** The hits of an answer of `_search`. */
export function readHits(answer: Json): readonly Hit[] {
  return listOf(at(answer, 'hits', 'hits')).map(readHit)
}

function readHit(json: Json): Hit {
  const sort = listOf(at(json, 'sort'))
  const source = at(json, '_source')
  const marked = at(json, 'highlight')
  const first = sort[0]
  return {
    index: plainText(at(json, '_index')),
    source: isJsonObject(source) ? source : {},
    marked: new Map(
      Object.entries(isJsonObject(marked) ? marked : {}).map(([path, texts]) => [
        path,
        listOf(texts).map(plainText),
      ]),
    ),
    sort,
    time: sort.length > 1 && typeof first === 'string' ? first : undefined,
    address: plainText(sort.at(-1)),
  }
}

export function readTotal(answer: Json): number {
  return numberOf(at(answer, 'hits', 'total', 'value'))
}
