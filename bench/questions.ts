import type { JsonObject } from '../src/engine/bytes/json.ts'
import { parseQueryString } from '../src/engine/query/query-string.ts'
import type { SearchRequest } from '../src/engine/search/request.ts'

/** A search that is timed, with the bounds that it is held to. */
export interface Question {
  readonly id: string
  readonly measure: string
  readonly request: Partial<SearchRequest>
  /** Milliseconds. */
  readonly must: number
  readonly aim: number
}

const PRICES: JsonObject = { avg: { avg: { field: 'price' } }, max: { max: { field: 'price' } } }

/** To two million mock sales. */
export const SALES_QUESTIONS: readonly Question[] = [
  {
    id: 'search-sales-range-top-10',
    measure: '`quantity:>5`, top 10 by ts',
    request: { ...words('quantity:>5'), ...topTen('ts') },
    must: 5,
    aim: 2,
  },
  {
    id: 'search-sales-term',
    measure: 'one term, 10 hits',
    request: { ...words('description:animal'), maxHits: 10 },
    must: 1,
    aim: 0.3,
  },
  {
    id: 'search-sales-and',
    measure: 'two-term AND',
    request: { ...words('description:animal AND description:with'), maxHits: 10 },
    must: 1,
    aim: 0.5,
  },
  {
    id: 'search-sales-term-and-range',
    measure: 'term AND `price:<10`',
    request: { ...words('description:animal AND price:<10'), maxHits: 10 },
    must: 2,
    aim: 1,
  },
  {
    id: 'search-sales-histogram',
    measure: 'hourly histogram by quantity, all documents',
    request: { aggs: hourly('ts', 'quantity') },
    must: 20,
    aim: 10,
  },
  {
    id: 'search-sales-avg-max',
    measure: 'avg and max of half of the documents',
    request: { ...words('quantity:>5'), aggs: PRICES },
    must: 15,
    aim: 6,
  },
  {
    id: 'search-sales-percentiles',
    measure: 'percentiles over all values',
    request: { aggs: { price: { percentiles: { field: 'price' } } } },
    must: 40,
    aim: 15,
  },
]

/** To two million HDFS-shaped lines in one split. */
export const HDFS_QUESTIONS: readonly Question[] = [
  {
    id: 'search-hdfs-warn-top-10',
    measure: 'severity WARN, a line in 25, top 10 by time',
    request: { ...words('severity_text:WARN'), ...topTen('timestamp') },
    must: 4,
    aim: 1.5,
  },
  {
    id: 'search-hdfs-term-top-10',
    measure: 'a term of one line in six, top 10 by time',
    request: { ...words('body:PacketResponder'), ...topTen('timestamp') },
    must: 6,
    aim: 3,
  },
  {
    id: 'search-hdfs-phrase',
    measure: 'a phrase of two in one line in six',
    request: { ...words('body:"for block"'), maxHits: 10 },
    must: 40,
    aim: 15,
  },
  {
    id: 'search-hdfs-and-of-three',
    measure: 'AND of three, top 10 by time',
    request: {
      ...words('body:received AND body:block AND severity_text:INFO'),
      ...topTen('timestamp'),
    },
    must: 10,
    aim: 5,
  },
  {
    id: 'search-hdfs-histogram',
    measure: 'hourly histogram by severity, all documents',
    request: { aggs: hourly('timestamp', 'severity_text') },
    must: 15,
    aim: 8,
  },
]

function words(text: string): Partial<SearchRequest> {
  return { query: parseQueryString(text, { defaultOperator: 'and' }) }
}

function topTen(field: string): Partial<SearchRequest> {
  return { maxHits: 10, sort: [{ by: 'field', field, order: 'desc', dateUnit: 'ms' }] }
}

function hourly(field: string, by: string): JsonObject {
  return {
    hours: {
      date_histogram: { field, fixed_interval: '1h' },
      aggs: { by: { terms: { field: by } } },
    },
  }
}
