import { parseJson } from '../../bytes/json.ts'
import type { fetchHits } from '../fetch-hits.ts'
import { filterSource, sourceText } from '../source-filter.ts'
import type { PartialHit } from '../top-hits.ts'
import type { WantedDocument } from './aggregation.ts'

type Fetched = Awaited<ReturnType<typeof fetchHits>>

/**
 * Reads the documents that aggregations show, each once, and puts them where they stand in the answer.
 * One round of reads, of the documents alone. Gives what failed.
 */
export async function showDocuments(
  documents: readonly WantedDocument[],
  fetch: (hits: readonly PartialHit[]) => Promise<Fetched>,
): Promise<Fetched['failures']> {
  if (documents.length === 0) return []
  const distinct = new Map(documents.map(({ hit }) => [placeOf(hit), hit]))
  const { hits, failures } = await fetch([...distinct.values()])
  const found = new Map(hits.map((hit) => [placeOf(hit), hit]))
  for (const { hit, source, shown } of documents) {
    const read = found.get(placeOf(hit))
    if (read === undefined) continue
    shown['_index'] = read.indexId
    if (source !== undefined) {
      shown['_source'] = parseJson(filterSource(sourceText(read.json), source))
    }
  }
  return failures
}

function placeOf({ splitId, docId }: Pick<PartialHit, 'splitId' | 'docId'>): string {
  return `${splitId} ${docId}`
}
