import { parseQueryString } from '../../src/engine/query/query-string.ts'
import { parseIndexConfig } from '../../src/engine/schema/config-text.ts'
import type { IndexConfig } from '../../src/engine/schema/index-config.ts'
import { SearchCaches } from '../../src/engine/search/caches.ts'
import type { ReadSizes } from '../../src/engine/search/fetch.ts'
import type { SearchRequest } from '../../src/engine/search/request.ts'
import { searchRoot } from '../../src/engine/search/root.ts'
import type { Metastore } from '../../src/engine/metastore/metastore.ts'
import { systemClock } from '../../src/stores/system-clock.ts'
import { searchRequest } from '../search-request.ts'

export const INDEX_ID = 'events'
/** The defaults of `indexing_settings`. */
const TARGET_DOCS = 10_000_000
const MIN_LEVEL_DOCS = 100_000
const CUSTOMERS = 1_000

/** An index whose splits are as many times smaller than usual as its batches are. */
export function eventsConfig(sizes: {
  readonly docsPerBatch: number
  readonly realDocsPerBatch: number
  readonly retentionDays: number
}): IndexConfig {
  const share = sizes.realDocsPerBatch / sizes.docsPerBatch
  return parseIndexConfig({
    version: '0.9',
    index_id: INDEX_ID,
    doc_mapping: {
      timestamp_field: 'ts',
      field_mappings: [
        { name: 'ts', type: 'datetime', input_formats: ['unix_timestamp'], fast: true },
        { name: 'customer', type: 'text', tokenizer: 'raw' },
        { name: 'amount', type: 'u64', fast: true },
        { name: 'text', type: 'text' },
      ],
    },
    indexing_settings: {
      split_num_docs_target: Math.round(TARGET_DOCS * share),
      merge_policy: { type: 'stable_log', min_level_num_docs: Math.round(MIN_LEVEL_DOCS * share) },
    },
    retention: { period: `${sizes.retentionDays} days`, schedule: 'hourly' },
  })
}

/** Of five minutes from `startMs` on. */
export function batchLines(batch: number, startMs: number, count: number): Uint8Array {
  const lines = Array.from({ length: count }, (_, i) => {
    const ts = Math.floor(startMs / 1000) + Math.floor((i * 300) / count)
    const customer = `c${(batch * 31 + i * 7) % CUSTOMERS}`
    return `{"ts":${ts},"customer":"${customer}","amount":${(batch + i) % 100},"text":"order ${i} paid"}\n`
  })
  return Buffer.from(lines.join(''))
}

/** Documents from `sinceSeconds` on, as a search counts them. */
export async function countDocs(metastore: Metastore, sinceSeconds: number): Promise<number> {
  return (await search(metastore, { startTimestamp: sinceSeconds })).numHits
}

/** One customer's orders: a search whose caches are empty. */
export function searchCustomer(
  metastore: Metastore,
  more: Partial<SearchRequest>,
  readSizes: ReadSizes,
) {
  const query = parseQueryString('customer:c7', { defaultOperator: 'and' })
  return search(metastore, { query, maxHits: 10, ...more }, readSizes)
}

function search(metastore: Metastore, more: Partial<SearchRequest>, readSizes?: ReadSizes) {
  const context = {
    store: metastore.store,
    metastore,
    caches: new SearchCaches(),
    clock: systemClock,
  }
  return searchRoot(searchRequest(INDEX_ID, more), { ...context, readSizes })
}
