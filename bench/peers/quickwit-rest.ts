import type { JsonObject } from '../../src/engine/bytes/json.ts'
import { aggregationValues } from './answer.ts'
import type { Answer, Clause, PeerQuestion, PeerSet } from './peer.ts'

/** Of the times in the documents. */
const DATE_UNIT_MS: Readonly<Record<PeerSet['indexId'], number>> = {
  'mock-sales': 1,
  'hdfs-logs': 1_000,
}

interface QuickwitAnswer {
  readonly num_hits: number
  readonly hits: readonly Readonly<Record<string, unknown>>[]
  readonly elapsed_time_micros: number
  readonly aggregations?: JsonObject
}

/** A question to Quickwit's REST API, whoever serves it, with the time that the server tells. */
export async function askQuickwit(
  endpoint: string,
  indexId: PeerSet['indexId'],
  { clauses, hits, newestBy, aggs }: PeerQuestion,
): Promise<{ answer: Answer; elapsedMs: number }> {
  const request = {
    query: clauses.length === 0 ? '*' : clauses.map(wordsOf).join(' AND '),
    max_hits: hits,
    // Greatest first.
    ...(newestBy === undefined ? {} : { sort_by: newestBy }),
    ...(aggs === undefined ? {} : { aggs }),
  }
  const response = await checked(`${endpoint}/api/v1/${indexId}/search`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  })
  const found = (await response.json()) as QuickwitAnswer
  const unitMs = DATE_UNIT_MS[indexId]
  const answer = {
    count: found.num_hits,
    hits: found.hits.length,
    newestMs: newestBy === undefined ? [] : found.hits.map((hit) => Number(hit[newestBy]) * unitMs),
    ...aggregationValues(found.aggregations),
  }
  return { answer, elapsedMs: found.elapsed_time_micros / 1_000 }
}

function wordsOf(clause: Clause): string {
  if (clause.kind === 'text') return `${clause.field}:${JSON.stringify(clause.text)}`
  const bounds = [
    ...(clause.above === undefined ? [] : [`${clause.field}:>${clause.above}`]),
    ...(clause.below === undefined ? [] : [`${clause.field}:<${clause.below}`]),
  ]
  return bounds.join(' AND ')
}

/** Throws with what the server said. */
export async function checked(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init)
  if (response.ok) return response
  throw new Error(`${init.method} ${url}: ${response.status} ${await response.text()}`)
}
