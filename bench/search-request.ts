import type { SearchRequest } from '../src/engine/search/request.ts'

/** All documents of an index, counted; whatever a search wants besides stands in `more`. */
export function searchRequest(indexId: string, more: Partial<SearchRequest>): SearchRequest {
  return {
    indexIdPatterns: [indexId],
    missingIndexes: 'error',
    query: { kind: 'matchAll' },
    maxHits: 0,
    startOffset: 0,
    sort: [],
    countAll: true,
    snippetFields: [],
    allowFailedSplits: false,
    ...more,
  }
}
