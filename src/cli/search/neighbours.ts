import { isJsonObject, parseJson, stringifyJson, type JsonObject } from '../../engine/bytes/json.ts'
import { errorFromReply } from '../../api/api-error.ts'
import { apiPost, type ApiAnswer } from '../stack/api-client.ts'
import { cursorBody, elasticAnswer, type ElasticHit } from './elastic-request.ts'
import type { SearchSession } from './session.ts'
import { elasticSort } from './sort-keys.ts'

/*
 * The documents next to others in time. Each is asked for by the sort values of its neighbour, all of
 * them in one request; each only in a stretch of time, since without bounds every split of the index
 * would be opened. Where the stretch holds too few, a wider one is asked for.
 */

/** Documents of one request, so that its answer stays within 6 MB. */
const DOCS_PER_REQUEST = 1_000
const SEARCHES_PER_REQUEST = 40
/** The first stretch holds this many times what is needed, were documents spread evenly. */
const FIRST_STRETCH = 8
const WIDER = 64n
const NS_PER_SECOND = 1_000_000_000n

export interface NeighbourSearch {
  readonly hit: ElasticHit
  readonly side: 'before' | 'after'
  /** How many; the nearest come first. */
  readonly count: number
}

interface TimeFacts {
  readonly timestampField: string
  /** Of all documents, for the first stretch; undefined: not known, and everything is searched. */
  readonly density: { readonly docs: number; readonly spanNs: bigint } | undefined
}

/** Parallel to the searches; `onAnswer` is told of each request. */
export async function neighbours(
  session: SearchSession,
  searches: readonly NeighbourSearch[],
  time: TimeFacts & { readonly onAnswer: (answer: ApiAnswer) => void },
): Promise<readonly (readonly ElasticHit[])[]> {
  const found = searches.map((): readonly ElasticHit[] => [])
  let open = searches.map((search, i) => ({ search, i }))
  let stretchNs = firstStretchNs(searches, time)
  while (open.length > 0) {
    const bodies = open.map(({ search }) => bodyOf(search, stretchNs, { session, time }))
    const answers = await askAll(session, { bodies, searches: open, onAnswer: time.onAnswer })
    for (const [n, { i }] of open.entries()) found[i] = answers[n] ?? []
    const isLast = stretchNs === undefined || stretchNs >= (time.density?.spanNs ?? 0n)
    if (isLast) break
    open = open.filter(({ search, i }) => (found[i]?.length ?? 0) < search.count)
    stretchNs = (stretchNs ?? 0n) * WIDER
  }
  return found
}

function firstStretchNs(
  searches: readonly NeighbourSearch[],
  { density }: TimeFacts,
): bigint | undefined {
  if (density === undefined || density.docs === 0) return undefined
  const most = Math.max(...searches.map(({ count }) => count))
  const stretch = (density.spanNs * BigInt(most * FIRST_STRETCH)) / BigInt(density.docs)
  return stretch < NS_PER_SECOND ? NS_PER_SECOND : stretch
}

interface BodyFacts {
  readonly session: SearchSession
  readonly time: TimeFacts
}

function bodyOf(
  { hit, side, count }: NeighbourSearch,
  stretchNs: bigint | undefined,
  { session, time }: BodyFacts,
): JsonObject {
  const at = timeNsOf(hit) ?? 0n
  const order = side === 'before' ? 'desc' : 'asc'
  // The hit's own second is always inside: the cursor cuts exactly, also where times are seconds.
  const startNs =
    side === 'after' ? at - NS_PER_SECOND : stretchNs === undefined ? undefined : at - stretchNs
  const endNs =
    side === 'before' ? at + NS_PER_SECOND : stretchNs === undefined ? undefined : at + stretchNs
  return cursorBody({
    query: '*',
    searchFields: [],
    window: { startNs, endNs, notes: [] },
    timestampField: time.timestampField,
    sort: elasticSort([{ field: time.timestampField, order }], session.facts),
    size: count,
    after: hit.sort,
    counts: false,
  })
}

/** Nanoseconds; undefined for a document that has no time, and so no neighbours. */
export function timeNsOf({ sort: [first, address] }: ElasticHit): bigint | undefined {
  if (address === undefined) return undefined
  if (typeof first === 'bigint') return first
  return typeof first === 'number' && Number.isSafeInteger(first) ? BigInt(first) : undefined
}

interface Asked {
  readonly bodies: readonly JsonObject[]
  readonly searches: readonly { readonly search: NeighbourSearch }[]
  readonly onAnswer: (answer: ApiAnswer) => void
}

async function askAll(
  { route, signal }: SearchSession,
  { bodies, searches, onAnswer }: Asked,
): Promise<readonly (readonly ElasticHit[])[]> {
  const most = Math.max(...searches.map(({ search }) => search.count))
  const size = Math.max(1, Math.min(SEARCHES_PER_REQUEST, Math.floor(DOCS_PER_REQUEST / most)))
  const found: (readonly ElasticHit[])[] = []
  for (let start = 0; start < bodies.length; start += size) {
    const lines = bodies.slice(start, start + size).flatMap((body, n) => {
      const { index } = searches[start + n]?.search.hit ?? { index: '' }
      return [stringifyJson({ index }), stringifyJson(body)]
    })
    const body = `${lines.join('\n')}\n`
    const answer = await apiPost(route.client, { path: '/_elastic/_msearch', body, signal })
    onAnswer(answer)
    found.push(...hitsOfEach(answer.text))
  }
  return found
}

/** Throws the first error that stands in a search's place. */
function hitsOfEach(text: string): (readonly ElasticHit[])[] {
  const answer = parseJson(text)
  const responses = isJsonObject(answer) ? answer['responses'] : undefined
  return (Array.isArray(responses) ? responses : []).map((response) => {
    const status = isJsonObject(response) ? Number(response['status'] ?? 200) : 200
    if (status >= 400) throw errorFromReply(status, stringifyJson(response))
    return elasticAnswer(response).hits
  })
}
