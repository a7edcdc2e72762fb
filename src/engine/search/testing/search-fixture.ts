import { countingStore, type CountingStore } from '../../../stores/counting-store.ts'
import { instantClock } from '../../../stores/testing/instant-clock.ts'
import { memoryStore } from '../../../stores/memory-store.ts'
import type { JsonObject, JsonValue } from '../../bytes/json.ts'
import { splitKey } from '../../metastore/layout.ts'
import { Metastore } from '../../metastore/metastore.ts'
import { publishedSplits } from '../../metastore/index-metadata.ts'
import type { SplitRecord } from '../../metastore/split-record.ts'
import type { Random } from '../../ports.ts'
import { parseQueryString } from '../../query/query-string.ts'
import { DocMapper, newMappedDoc } from '../../schema/doc-mapper.ts'
import type { IndexConfig } from '../../schema/index-config.ts'
import { parseIndexConfig } from '../../schema/config-text.ts'
import { eraseDocs, mergeSplits } from '../../split/merge-splits.ts'
import {
  SplitBuilder,
  type BuiltSplit,
  type SplitBuilderSettings,
} from '../../split/split-builder.ts'
import { SearchCaches } from '../caches.ts'
import { explainSplit } from '../explain.ts'
import type { ReadSizes } from '../fetch.ts'
import type { Need } from '../needs.ts'
import type { SearchPlanResponse, SearchRequest, SearchResponse } from '../request.ts'
import { leafRequest, planRoot } from '../root-plan.ts'
import { planSearch, searchRoot, type SearchContext } from '../root.ts'

/** What the tests of this room ask for: a query string and whatever differs from a plain search. */
export type Ask = Partial<Omit<SearchRequest, 'query'>> & { readonly query?: string }

/** Every part is one request, so that the requests of a search are its needs. */
export const EXACT_READS: ReadSizes = { wholeSplitBytes: 0, tailBytes: 0, gapBytes: -1 }

/** One index over a memory store that counts requests: real splits, published as the indexer does. */
export class SearchFixture {
  readonly store: CountingStore
  readonly metastore: Metastore
  config: IndexConfig
  #context: SearchContext

  private constructor(store: CountingStore, metastore: Metastore, config: IndexConfig) {
    this.store = store
    this.metastore = metastore
    this.config = config
    this.#context = { store, metastore, caches: new SearchCaches(), clock: instantClock() }
  }

  static async create(
    docMapping: JsonObject,
    searchSettings: JsonObject = {},
  ): Promise<SearchFixture> {
    const clock = instantClock()
    const store = countingStore(memoryStore(clock))
    const metastore = new Metastore(store, { clock, random: countingRandom() })
    const created = await metastore.createIndex(eventsConfig(docMapping, searchSettings))
    return new SearchFixture(store, metastore, created.metadata.config)
  }

  /** From here on documents and queries have another mapping; the splits stay as they are. */
  async remap(docMapping: JsonObject, searchSettings: JsonObject = {}): Promise<void> {
    const updated = await this.metastore.updateConfig(eventsConfig(docMapping, searchSettings))
    this.config = updated.metadata.config
  }

  /** One split with these documents; returns its id. */
  async addSplit(lines: readonly string[]): Promise<string> {
    const mapper = new DocMapper(this.config, { nowMs: 0 })
    const builder = new SplitBuilder(mapper.specs, splitSettings(this.config))
    const doc = newMappedDoc()
    for (const line of lines) {
      mapper.mapLine(line, doc)
      builder.add(doc, Buffer.from(line))
    }
    return this.#publish(await builder.finish(), [])
  }

  /** Replaces splits by one with the same documents in that order. */
  async merge(splitIds: readonly string[]): Promise<string> {
    const inputs = await Promise.all(
      splitIds.map(async (id) => (await this.store.get(splitKey('events', id)))?.bytes),
    )
    const built = await mergeSplits(
      inputs.filter((input) => input !== undefined),
      splitSettings(this.config),
    )
    return this.#publish(built, splitIds)
  }

  /** Writes a split anew without some of its documents, as an erasure does. */
  async erase(splitId: string, docIds: readonly number[]): Promise<void> {
    const stored = await this.store.get(splitKey('events', splitId))
    const erased = Uint32Array.from(docIds)
    const built = stored && (await eraseDocs(stored.bytes, erased, splitSettings(this.config)))
    if (built === undefined) throw new Error(`nothing is left of split ${splitId}`)
    await this.#publish(built, [splitId])
  }

  async #publish(built: BuiltSplit, replacedSplitIds: readonly string[]): Promise<string> {
    const { metadata } = await this.metastore.load('events')
    const splitId = this.metastore.newId()
    await this.store.put(splitKey('events', splitId), built.pieces, {
      condition: { kind: 'ifAbsent' },
    })
    const split: SplitRecord = {
      splitId,
      indexUid: metadata.indexUid,
      sourceId: 'test',
      nodeId: 'test',
      state: 'Published',
      createTimestamp: 0,
      updateTimestamp: 0,
      publishTimestamp: 0,
      docCount: built.docCount,
      sourceBytes: built.sourceBytes,
      timeRange: built.timeRange,
      tags: built.tags,
      footer: built.footer,
      maturity: { kind: 'mature' },
      mergeOpCount: 0,
      deleteOpstamp: 0,
      docMappingUid: metadata.config.docMapping.docMappingUid ?? '',
      columnBounds: built.columnBounds,
    }
    const outcome = await this.metastore.publish('events', {
      builtFor: metadata,
      splits: [split],
      replacedSplitIds,
    })
    if (outcome.kind === 'lost') throw new Error(outcome.reason)
    return splitId
  }

  async splits(): Promise<SplitRecord[]> {
    return publishedSplits(await this.metastore.load('events'))
  }

  /** As a process that has just started: nothing cached, no request counted. */
  forget(): void {
    const metastore = new Metastore(this.store, {
      clock: this.#context.clock,
      random: countingRandom(),
    })
    this.#context = { ...this.#context, metastore, caches: new SearchCaches() }
    this.store.reset()
  }

  get context(): SearchContext {
    return this.#context
  }

  /** What a search would read of each split, by split id. */
  async explain(ask: Ask = {}): Promise<Map<string, readonly Need[]>> {
    const request = searchRequest(ask)
    const { indexes } = planRoot(request, await this.metastore.listIndexes(['events']))
    const explained = new Map<string, readonly Need[]>()
    for (const leaf of indexes.map((index) => leafRequest(request, index))) {
      for (const split of leaf.splits) {
        const search = { context: this.#context, signal: undefined }
        explained.set(split.splitId, await explainSplit(leaf, split, search))
      }
    }
    return explained
  }

  /** Counts of parts, as the `search-plan` endpoint tells them. */
  async plan(ask: Ask = {}, context: Partial<SearchContext> = {}): Promise<SearchPlanResponse> {
    return planSearch(searchRequest(ask), { ...this.#context, ...context })
  }

  search(ask: Ask = {}, context: Partial<SearchContext> = {}): Promise<SearchResponse> {
    return searchRoot(searchRequest(ask), { ...this.#context, ...context })
  }

  /** The field `id` of each hit. */
  async ids(ask: Ask): Promise<JsonValue[]> {
    const { hits } = await this.search(ask)
    return hits.map(({ json }) => (JSON.parse(json) as { id: JsonValue }).id) // what these tests index
  }
}

function eventsConfig(docMapping: JsonObject, searchSettings: JsonObject): IndexConfig {
  return parseIndexConfig({
    version: '0.9',
    index_id: 'events',
    doc_mapping: docMapping,
    search_settings: searchSettings,
  })
}

function searchRequest({ query = '*', ...rest }: Ask): SearchRequest {
  return {
    indexIdPatterns: ['events'],
    missingIndexes: 'error',
    query: parseQueryString(query, { defaultOperator: 'and' }),
    maxHits: 20,
    startOffset: 0,
    sort: [],
    countAll: true,
    snippetFields: [],
    allowFailedSplits: false,
    ...rest,
  }
}

function splitSettings(config: IndexConfig): SplitBuilderSettings {
  const { timestampField, tagFields, indexFieldPresence } = config.docMapping
  return {
    docStoreBlockBytes: config.indexingSettings.docstoreBlocksizeBytes,
    ...(timestampField === undefined ? {} : { timestampPath: timestampField }),
    tagPaths: tagFields,
    indexFieldPresence,
  }
}

/** Repeatable bytes; different from call to call. */
function countingRandom(): Random {
  let state = 1
  return {
    bytes: (count) =>
      Uint8Array.from({ length: count }, () => {
        state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
        return state >>> 24
      }),
  }
}
