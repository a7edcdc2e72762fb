import { parseQueryString } from '../../src/engine/query/query-string.ts'
import type { SearchRequest } from '../../src/engine/search/request.ts'

interface WarmSearch {
  readonly what: string
  /** Of 20,000 HDFS-shaped lines in one split. */
  readonly ask: Partial<SearchRequest>
}

const BY_TIME: Partial<SearchRequest> = {
  maxHits: 10,
  sort: [{ by: 'field', field: 'timestamp', order: 'desc', dateUnit: 'ms' }],
}

export const HOURS_BY_SEVERITY: Partial<SearchRequest> = {
  aggs: {
    hours: {
      date_histogram: { field: 'timestamp', fixed_interval: '1h' },
      aggs: { by: { terms: { field: 'severity_text' } } },
    },
  },
}

/** One of each kind of work. */
export const WARM_SEARCHES: readonly WarmSearch[] = [
  { what: 'a term, ten hits', ask: { ...words('body:terminating'), maxHits: 10 } },
  {
    what: 'an AND of three, top ten by time',
    ask: { ...words('body:received AND body:block AND severity_text:INFO'), ...BY_TIME },
  },
  { what: 'a phrase of two, ten hits', ask: { ...words('body:"for block"'), maxHits: 10 } },
  {
    what: 'a scored OR of two, top ten',
    ask: {
      ...words('body:terminating OR body:received'),
      maxHits: 10,
      sort: [{ by: 'score', order: 'desc' }],
    },
  },
  {
    what: 'a histogram of all documents by severity',
    ask: HOURS_BY_SEVERITY,
  },
]

function words(text: string): Partial<SearchRequest> {
  return { query: parseQueryString(text, { defaultOperator: 'and' }) }
}
