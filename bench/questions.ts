import type { JsonObject } from '../src/engine/bytes/json.ts'
import { parseQueryString } from '../src/engine/query/query-string.ts'
import type { SearchRequest } from '../src/engine/search/request.ts'

/** A search that is timed, with the bounds that it is held to. */
export interface Question {
  readonly measure: string
  readonly request: Partial<SearchRequest>
  readonly must: string
  readonly aim: string
}

const PRICES: JsonObject = { avg: { avg: { field: 'price' } }, max: { max: { field: 'price' } } }

/** To two million mock sales. */
export const SALES_QUESTIONS: readonly Question[] = [
  {
    measure: '`quantity:>5`, top 10 by ts',
    request: { ...words('quantity:>5'), ...topTen('ts') },
    must: '5 ms',
    aim: '2 ms',
  },
  {
    measure: 'one term, 10 hits',
    request: { ...words('description:animal'), maxHits: 10 },
    must: '1 ms',
    aim: '0.3 ms',
  },
  {
    measure: 'two-term AND',
    request: { ...words('description:animal AND description:with'), maxHits: 10 },
    must: '1 ms',
    aim: '0.5 ms',
  },
  {
    measure: 'term AND `price:<10`',
    request: { ...words('description:animal AND price:<10'), maxHits: 10 },
    must: '2 ms',
    aim: '1 ms',
  },
  {
    measure: 'hourly histogram by quantity, all documents',
    request: { aggs: hourly('ts', 'quantity') },
    must: '20 ms',
    aim: '10 ms',
  },
  {
    measure: 'avg and max of half of the documents',
    request: { ...words('quantity:>5'), aggs: PRICES },
    must: '15 ms',
    aim: '6 ms',
  },
  {
    measure: 'percentiles over all values',
    request: { aggs: { price: { percentiles: { field: 'price' } } } },
    must: '40 ms',
    aim: '15 ms',
  },
]

/** To two million HDFS-shaped lines in one split. */
export const HDFS_QUESTIONS: readonly Question[] = [
  {
    measure: 'severity WARN, a line in 25, top 10 by time',
    request: { ...words('severity_text:WARN'), ...topTen('timestamp') },
    must: '4 ms',
    aim: '1.5 ms',
  },
  {
    measure: 'a term of one line in six, top 10 by time',
    request: { ...words('body:PacketResponder'), ...topTen('timestamp') },
    must: '6 ms',
    aim: '3 ms',
  },
  {
    measure: 'a phrase of two in one line in six',
    request: { ...words('body:"for block"'), maxHits: 10 },
    must: '40 ms',
    aim: '15 ms',
  },
  {
    measure: 'AND of three, top 10 by time',
    request: {
      ...words('body:received AND body:block AND severity_text:INFO'),
      ...topTen('timestamp'),
    },
    must: '10 ms',
    aim: '5 ms',
  },
  {
    measure: 'hourly histogram by severity, all documents',
    request: { aggs: hourly('timestamp', 'severity_text') },
    must: '15 ms',
    aim: '8 ms',
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
