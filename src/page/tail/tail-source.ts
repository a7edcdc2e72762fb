import { getJson, postJson } from '../api/client.ts'
import { stringifyExact, type Json } from '../api/exact-json.ts'
import type { IndexFacts } from '../api/indexes.ts'
import { hitsBody, readHits, type SearchWish } from '../search/search-request.ts'
import { readRfc3339, rfc3339OfNs } from '../time/instant.ts'
import type { TailPage, TailSource } from './tail.ts'

const PAGE = 1_000
const NEWEST = 2_000

type Cursor = readonly Json[] | undefined

/** The documents of an index that match, by the API. `wish.from` is where the tail begins at most. */
export function tailSource(index: IndexFacts, wish: SearchWish): TailSource<Cursor> {
  const id = encodeURIComponent(index.id)
  const page = async (
    asked: SearchWish,
    { size, after, signal }: { size: number; after: Cursor; signal: AbortSignal },
  ): Promise<TailPage<Cursor>> => {
    const { highlight: _marks, ...body } = hitsBody(asked, after)
    const answer = await postJson(`_elastic/${id}/_search`, { ...body, size }, signal)
    const hits = readHits(answer)
    const docs = hits.flatMap(({ time, source }) => {
      const timeNs = time === undefined ? undefined : readRfc3339(time)
      return timeNs === undefined ? [] : [{ timeNs, source }]
    })
    return { docs, next: hits.at(-1)?.sort, isFull: hits.length === size }
  }
  return {
    state: async (signal) => stringifyExact(await getJson(`indexes/${id}/describe`, signal)),
    newest: async (signal) => {
      const asked = { ...wish, to: undefined, sort: 'desc' } as const
      const newest = await page(asked, { size: NEWEST, after: undefined, signal })
      return { ...newest, docs: newest.docs.toReversed() }
    },
    since: (ns, after, signal) => {
      const begin = wish.from === undefined ? undefined : readRfc3339(wish.from)
      const isLater = ns !== undefined && (begin === undefined || ns > begin)
      const from = isLater ? rfc3339OfNs(ns) : wish.from
      const asked = { ...wish, from, to: undefined, sort: 'asc' } as const
      return page(asked, { size: PAGE, after, signal })
    },
  }
}
