import { at, listOf, numberOf, type Json, type JsonObject } from '../api/exact-json.ts'
import type { SearchWish } from '../search/search-request.ts'
import { readRfc3339, floorDiv } from '../time/instant.ts'

/** The same search for `search-plan`, which tells what it would read. Its times are whole seconds. */
export function planBody(
  { query, from, to, sort, timestampField }: SearchWish,
  asked: { readonly hits: number; readonly aggs: Json | undefined },
): JsonObject {
  const seconds = (text: string | undefined, round: bigint): number | undefined => {
    const ns = text === undefined ? undefined : readRfc3339(text)
    return ns === undefined ? undefined : Number(floorDiv(ns + round, 1_000_000_000n))
  }
  const start = seconds(from, 0n)
  const end = seconds(to, 999_999_999n)
  return {
    query: query.trim() === '' ? '*' : query,
    max_hits: asked.hits,
    ...(timestampField === undefined || asked.hits === 0
      ? {}
      : { sort_by: sort === 'asc' ? `-${timestampField}` : timestampField }),
    ...(start === undefined ? {} : { start_timestamp: start }),
    ...(end === undefined ? {} : { end_timestamp: end }),
    ...(asked.aggs === undefined ? {} : { aggs: asked.aggs }),
  }
}

/** What a search reads from an object store when nothing is cached. */
interface QueryPlan {
  readonly splits: number
  readonly allSplits: number
  readonly requests: number
  readonly bytes: number
  /** Of requests, one after another. */
  readonly rounds: number
}

export function readPlan(answer: Json): QueryPlan {
  const cold = at(answer, 'cold')
  return {
    splits: listOf(at(answer, 'searched_splits')).length,
    allSplits: numberOf(at(answer, 'splits', 'total')),
    requests: numberOf(at(cold, 'requests')),
    bytes: numberOf(at(cold, 'bytes')),
    rounds: numberOf(at(cold, 'rounds')),
  }
}

/** Where to ask what a thousand such searches cost that answer with so many bytes. */
export function costPath({ rounds, requests }: QueryPlan, answerBytes: number): string {
  return `search-cost?rounds=${rounds}&requests=${requests}&response_bytes=${answerBytes}`
}
