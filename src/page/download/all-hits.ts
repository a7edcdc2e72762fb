import { postJson } from '../api/client.ts'
import type { Json, JsonObject } from '../api/exact-json.ts'
import type { IndexFacts } from '../api/indexes.ts'
import { hitsBody, readHits, type SearchWish } from '../search/search-request.ts'

/** More are no matter for a browser's memory: the command line writes them as they come. */
export const MAX_DOWNLOAD = 100_000
const PAGE = 1_000

interface Progress {
  readonly signal: AbortSignal
  readonly onCount: (count: number) => void
}

/** Every document that matches, page after page, at most MAX_DOWNLOAD. */
export async function collectHits(
  index: IndexFacts,
  wish: SearchWish,
  { signal, onCount }: Progress,
): Promise<JsonObject[]> {
  const path = `_elastic/${encodeURIComponent(index.id)}/_search`
  const documents: JsonObject[] = []
  let after: readonly Json[] | undefined
  while (documents.length < MAX_DOWNLOAD) {
    const { highlight: _marks, ...body } = hitsBody(wish, after)
    const hits = readHits(await postJson(path, { ...body, size: PAGE }, signal))
    documents.push(...hits.map(({ source }) => source))
    onCount(documents.length)
    after = hits.at(-1)?.sort
    if (hits.length < PAGE) break
  }
  return documents
}
