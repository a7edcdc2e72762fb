import { at, listOf, numberOf, plainText, type Json, type JsonObject } from '../api/exact-json.ts'
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
  /** Splits are taken for as large as the largest. */
  readonly requests: number
  readonly bytes: number
}

export function readPlan(answer: Json): QueryPlan {
  const splits = listOf(at(answer, 'searched_splits')).length
  const rounds = listOf(at(answer, 'reads'))
  const sum = (name: string): number =>
    rounds.reduce<number>((total, round) => total + numberOf(at(round, name)), 0) * splits
  return {
    splits,
    allSplits: numberOf(at(answer, 'splits', 'total')),
    // The first is the metastore's.
    requests: 1 + sum('requests') + (numberOf(at(answer, 'hit_requests')) || 0),
    bytes: sum('bytes'),
  }
}

/** Dollars by what is paid for, of an answer of `GET /api/v1/cost`. */
export function readPrices(answer: Json): ReadonlyMap<string, number> {
  return new Map(
    listOf(at(answer, 'components')).map((each) => [
      plainText(at(each, 'id')),
      numberOf(at(each, 'price')),
    ]),
  )
}

/** Reads, the call and the answer's way out; the time that a function computes comes on top. */
export function planUsd(
  { requests }: QueryPlan,
  prices: ReadonlyMap<string, number>,
  answerBytes: number,
): number | undefined {
  const parts = [
    [requests, 's3_reads'],
    [1, 'function_requests'],
    [1, 'api_gateway'],
    [answerBytes / 1e9, 'data_out'],
  ] as const
  const usd = parts.reduce((sum, [amount, id]) => sum + amount * (prices.get(id) ?? Number.NaN), 0)
  return Number.isNaN(usd) ? undefined : usd
}
