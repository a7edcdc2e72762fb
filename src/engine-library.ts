// The engine as a library, `qw-lambda/engine`: the one public entry of the package, and for that
// reason the one file that hands on what others define. docs/LIBRARY.md is its page.
import { createHash } from 'node:crypto'
import { stringifyJson, type JsonObject, type JsonValue } from './engine/bytes/json.ts'
import type { IndexingComponents } from './engine/indexing/components.ts'
import { indexDocs as indexNdjson, type IndexDocsResult } from './engine/indexing/index-docs.ts'
import type { IndexSourceRequest } from './engine/indexing/indexing-request.ts'
import type { IndexingResult } from './engine/indexing/indexing-result.ts'
import { runJanitor, type JanitorResult } from './engine/indexing/janitor.ts'
import { runMerges, type MergesResult } from './engine/indexing/merge.ts'
import { indexSource as indexFromSource } from './engine/indexing/pipeline.ts'
import { publishedSplits } from './engine/metastore/index-metadata.ts'
import { Metastore } from './engine/metastore/metastore.ts'
import { splitSizeBytes } from './engine/metastore/split-record.ts'
import type { ObjectStore } from './engine/ports.ts'
import { parseElasticQuery } from './engine/query/elastic-dsl/parse-elastic-query.ts'
import { parseQueryString } from './engine/query/query-string.ts'
import { parseIndexConfig } from './engine/schema/config-text.ts'
import { SearchCaches } from './engine/search/caches.ts'
import type { SearchPlanResponse, SearchRequest, SortOrder } from './engine/search/request.ts'
import { planSearch, searchRoot, type SearchContext } from './engine/search/root.ts'
import { objectSource as sourceOfObject, type Source } from './engine/sources/source.ts'
import { systemClock, systemRandom } from './stores/system-clock.ts'

export { isQwError, QwError } from './engine/errors.ts'
export type { ObjectStore } from './engine/ports.ts'
export { fileSource } from './local/file-source.ts'
export { folderStore } from './stores/folder-store.ts'
export { memoryStore } from './stores/memory-store.ts'

/** An opened index. Keep it: what one search has read and decoded is there for the next one. */
export interface Index {
  readonly id: string
  /** @internal */
  readonly engine: IndexingComponents & SearchContext
}

/** What to search for; without a query, everything. */
export interface Search {
  /** The query language (`level:ERROR AND ms:>500`), or the object of an Elasticsearch query. */
  readonly query?: string | object
  /** Fields of words that name none; default: as the index's config says. */
  readonly searchFields?: readonly string[]
  /** Whole seconds since the epoch, inclusive and exclusive; for an index with a timestamp field. */
  readonly startTimestamp?: number
  readonly endTimestamp?: number
  /** Default 10, at most 10,000. */
  readonly maxHits?: number
  readonly startOffset?: number
  /** Two fields at most; `_score` is the relevance. Default: the newest written first. */
  readonly sort?: readonly { readonly field: string; readonly order: SortOrder }[]
  /** Aggregations as Elasticsearch writes them. */
  readonly aggs?: object
  /** Fields of which hits show the words that matched. */
  readonly snippetFields?: readonly string[]
}

export interface SearchAnswer {
  /** Of all matches, not of those returned. */
  readonly numHits: number
  readonly hits: readonly {
    readonly document: unknown
    /** The same as text, in which integers beyond 2^53 are exact. */
    readonly json: string
    readonly snippets?: Readonly<Record<string, readonly string[]>>
  }[]
  readonly aggregations: unknown
  readonly elapsedMicros: number
}

export interface IndexFacts {
  readonly docCount: number
  readonly splitCount: number
  /** Of the splits' objects. */
  readonly sizeBytes: number
}

/** Makes an index from a config, as YAML or JSON text or as an object. Throws `invalid` (INDEX-EXISTS). */
export async function createIndex(store: ObjectStore, config: string | object): Promise<Index> {
  const metastore = newMetastore(store)
  const { metadata } = await metastore.createIndex(parseIndexConfig(jsonOf(config)))
  return indexOf(metastore, metadata.indexId)
}

/** Throws `notFound` (INDEX-NONE) with the nearest ids. Costs one read of the store. */
export async function openIndex(store: ObjectStore, indexId: string): Promise<Index> {
  const metastore = newMetastore(store)
  await metastore.load(indexId)
  return indexOf(metastore, indexId)
}

/** The ids of all indexes in a store, sorted. */
export async function listIndexes(store: ObjectStore): Promise<string[]> {
  return await newMetastore(store).listIndexIds()
}

/** Removes an index and every object of it. */
export async function deleteIndex(index: Index): Promise<void> {
  await index.engine.metastore.deleteIndex(index.id)
}

/** What an index holds now. Costs one conditional read. */
export async function describeIndex(index: Index): Promise<IndexFacts> {
  const splits = publishedSplits(await index.engine.metastore.load(index.id))
  return {
    docCount: splits.reduce((sum, { docCount }) => sum + docCount, 0),
    splitCount: splits.length,
    sizeBytes: splits.reduce((sum, split) => sum + splitSizeBytes(split), 0),
  }
}

/** Indexes documents; they can be found when this returns. Documents that do not fit the config are
 *  counted and told, and the others are indexed. What is sent twice is there twice. */
export async function indexDocs(index: Index, docs: Iterable<object>): Promise<IndexDocsResult> {
  const lines = Array.from(docs, (doc) => `${JSON.stringify(doc)}\n`)
  return await indexNdjson(index.engine, { indexId: index.id, body: Buffer.from(lines.join('')) })
}

/** Indexes a file or object exactly once, however often this is called and whatever stops it between. */
export async function indexSource(
  index: Index,
  source: Source,
  options: Omit<IndexSourceRequest, 'indexId' | 'source'> = {},
): Promise<IndexingResult> {
  return await indexFromSource(index.engine, { ...options, indexId: index.id, source })
}

/** Bytes as a source. The name and the bytes are its identity: both again add nothing. */
export function bytesSource(name: string, bytes: Uint8Array): Source {
  return {
    uri: name,
    etag: createHash('sha256').update(bytes).digest('hex'),
    sizeBytes: bytes.byteLength,
    async *open() {
      yield bytes
    },
    async verifyUnchanged() {},
  }
}

/** An object of a store as a source. Throws `notFound`. */
export async function objectSource(store: ObjectStore, key: string): Promise<Source> {
  return sourceOfObject(store, await store.head(key), key)
}

/** Throws `invalid` for a query or a field that cannot be, and the first failure of a split. */
export async function search(
  index: Index,
  asked: Search = {},
  signal?: AbortSignal,
): Promise<SearchAnswer> {
  const answer = await searchRoot(requestOf(index.id, asked), index.engine, signal)
  return {
    numHits: answer.numHits,
    hits: answer.hits.map(({ json, snippets }) => ({
      document: JSON.parse(json) as unknown,
      json,
      ...(snippets === undefined ? {} : { snippets }),
    })),
    aggregations: plainOf(answer.aggregations),
    elapsedMicros: answer.elapsedMicros,
  }
}

/** What a search would read, and from which splits; reads none of them. */
export async function explainSearch(index: Index, asked: Search = {}): Promise<SearchPlanResponse> {
  return await planSearch(requestOf(index.id, asked), index.engine)
}

/** Merges small splits into larger ones, as the index's merge policy says; a search then reads fewer. */
export async function mergeSplits(index: Index): Promise<MergesResult> {
  return await runMerges(index.engine, { indexId: index.id })
}

/** Drops what the retention period is over for, and objects that nothing names any more. */
export async function cleanUp(index: Index): Promise<JanitorResult> {
  return await runJanitor(index.engine, { indexId: index.id })
}

function newMetastore(store: ObjectStore): Metastore {
  return new Metastore(store, { clock: systemClock, random: systemRandom })
}

function indexOf(metastore: Metastore, id: string): Index {
  const engine = {
    store: metastore.store,
    metastore,
    clock: systemClock,
    random: systemRandom,
    caches: new SearchCaches(),
  }
  return { id, engine }
}

function requestOf(indexId: string, asked: Search): SearchRequest {
  const { query = '*', sort = [], aggs } = asked
  return {
    indexIdPatterns: [indexId],
    missingIndexes: 'error',
    query:
      typeof query === 'string'
        ? parseQueryString(query, { defaultOperator: 'and' })
        : parseElasticQuery(jsonOf(query), { nowMs: systemClock.nowMs() }),
    searchFields: asked.searchFields,
    startTimestamp: asked.startTimestamp,
    endTimestamp: asked.endTimestamp,
    maxHits: asked.maxHits ?? 10,
    startOffset: asked.startOffset ?? 0,
    sort: sort.map(({ field, order }) =>
      field === '_score' ? { by: 'score', order } : { by: 'field', field, order, dateUnit: 'ms' },
    ),
    aggs: aggs === undefined ? undefined : jsonOf(aggs),
    countAll: true,
    snippetFields: asked.snippetFields ?? [],
    allowFailedSplits: false,
  }
}

/** An object that somebody wrote in JavaScript, where JSON is meant; text as it is. */
function jsonOf<T extends string | object>(value: T): T extends string ? T : JsonObject
function jsonOf(value: string | object): string | JsonObject {
  return typeof value === 'string' ? value : (JSON.parse(JSON.stringify(value)) as JsonObject)
}

/** Plain numbers, as JSON.parse makes them. */
function plainOf(value: JsonValue | undefined): unknown {
  return value === undefined ? undefined : JSON.parse(stringifyJson(value))
}
