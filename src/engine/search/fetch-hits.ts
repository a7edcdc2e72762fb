import { elementAt } from '../bytes/element-at.ts'
import { isJsonObject, parseJson, stringifyJson, type JsonObject } from '../bytes/json.ts'
import { QwError } from '../errors.ts'
import { splitKey } from '../metastore/layout.ts'
import type { SplitRecord } from '../metastore/split-record.ts'
import type { IndexConfig } from '../schema/index-config.ts'
import { makeRenderer, type Renderer } from '../schema/render.ts'
import { docsOf, OpenedBlock } from '../split/doc-store.ts'
import { openSplit, type FetchContext, type FetchedSplit } from './fetch.ts'
import { failureOf, type LeafFailure } from './leaf-request.ts'
import { docNeeds, needKey } from './needs.ts'
import { mapLimited } from './read-ranges.ts'
import type { Hit } from './request.ts'
import { makeSnippets, type SnippetField } from './snippets.ts'
import type { PartialHit } from './top-hits.ts'

/** Splits whose documents are read at once. */
const CONCURRENT_DOC_SPLITS = 32

/** A hit with what its index says about showing it. */
export interface LocatedHit {
  readonly hit: PartialHit
  readonly split: SplitRecord
  readonly config: IndexConfig
}

interface HitDisplay {
  readonly snippetFields: readonly SnippetField[]
  /** By path, then term. */
  readonly weights: ReadonlyMap<string, ReadonlyMap<string, number>>
}

interface FetchedHits {
  /** In the order asked for, without those of splits that failed. */
  readonly hits: readonly Hit[]
  readonly failures: readonly (LeafFailure & { readonly indexId: string })[]
}

/** The last round of reads: the documents of the hits. A split whose documents cannot be read is reported
 *  in the answer. */
export async function fetchHits(
  hits: readonly LocatedHit[],
  display: HitDisplay,
  search: { readonly context: FetchContext; readonly signal: AbortSignal | undefined },
): Promise<FetchedHits> {
  const shown: (Hit | undefined)[] = hits.map(() => undefined)
  const failures: FetchedHits['failures'][number][] = []
  await mapLimited(
    groupBySplit(hits),
    CONCURRENT_DOC_SPLITS,
    async ({ split, config, members }) => {
      const { indexId } = config
      try {
        const docIds = members.map(({ hit }) => hit.docId)
        const sources = await readSources(split, indexId, { docIds, ...search })
        const render = rendererOf(config)
        const own = members.map(({ hit }, at) =>
          showHit(hit, indexId, { source: sources[at], render, display }),
        )
        members.forEach(({ place }, at) => (shown[place] = own[at]))
      } catch (error) {
        search.signal?.throwIfAborted()
        failures.push({ ...failureOf(split.splitId, error), indexId })
      }
    },
  )
  return { hits: shown.filter((hit) => hit !== undefined), failures }
}

interface SplitGroup {
  readonly split: SplitRecord
  readonly config: IndexConfig
  /** With their places in the answer. */
  readonly members: { readonly hit: PartialHit; readonly place: number }[]
}

function groupBySplit(hits: readonly LocatedHit[]): SplitGroup[] {
  const groups = new Map<string, SplitGroup>()
  hits.forEach(({ hit, split, config }, place) => {
    const group = groups.get(hit.splitId) ?? { split, config, members: [] }
    group.members.push({ hit, place })
    groups.set(hit.splitId, group)
  })
  return [...groups.values()]
}

async function readSources(
  split: SplitRecord,
  indexId: string,
  search: {
    readonly docIds: readonly number[]
    readonly context: FetchContext
    readonly signal: AbortSignal | undefined
  },
): Promise<Uint8Array[]> {
  const { docIds, context, signal } = search
  const key = splitKey(indexId, split.splitId)
  const { docs } = context.caches
  const found = new Map<number, Uint8Array>()
  for (const docId of docIds) {
    const cached = docs.get(`${key}\0${docId}`)
    if (cached !== undefined) found.set(docId, cached)
  }
  const missing = docIds.filter((docId) => !found.has(docId))
  if (missing.length > 0) {
    const opened = await openSplit({ key, footer: split.footer }, context, signal)
    const blocks = await openBlocks(key, opened, { docIds: missing, context, signal })
    const sources = docsOf(blocks, missing)
    sources.forEach((bytes, at) => {
      const docId = elementAt(missing, at)
      // A copy, so that one document does not keep its whole block alive.
      const source = bytes.slice()
      found.set(docId, source)
      docs.set(`${key}\0${docId}`, source, source.length)
    })
  }
  return docIds.flatMap((docId) => found.get(docId) ?? [])
}

/** One round of reads; none when all are here, unpacked or as they are stored. */
async function openBlocks(
  key: string,
  split: FetchedSplit,
  search: {
    readonly docIds: readonly number[]
    readonly context: FetchContext
    readonly signal: AbortSignal | undefined
  },
): Promise<OpenedBlock[]> {
  const { openedBlocks } = search.context.caches
  const blocks = docNeeds(split.footer.docStore, search.docIds).map((need) => {
    const cacheKey = `${key} ${needKey(need)}`
    return { need, cacheKey, known: openedBlocks.get(cacheKey) }
  })
  const unknown = blocks.filter(({ known }) => known === undefined)
  await split.fetch(
    unknown.map(({ need }) => need),
    search.signal,
  )
  return blocks.map(({ need, cacheKey, known }) => {
    // Another search may have unpacked it since this one began to read.
    const opened = known ?? openedBlocks.get(cacheKey) ?? new OpenedBlock(split.get(need), need)
    if (known === undefined) openedBlocks.set(cacheKey, opened, opened.memoryBytes)
    return opened
  })
}

const renderers = new WeakMap<IndexConfig, Renderer>()

function rendererOf(config: IndexConfig): Renderer {
  let renderer = renderers.get(config)
  if (renderer === undefined) {
    renderer = makeRenderer(config)
    renderers.set(config, renderer)
  }
  return renderer
}

function showHit(
  hit: PartialHit,
  indexId: string,
  show: {
    readonly source: Uint8Array | undefined
    readonly render: Renderer
    readonly display: HitDisplay
  },
): Hit {
  const { splitId, docId, sort, score } = hit
  const document = parseDocument(show.source, `${indexId}/${splitId}`)
  const { snippetFields, weights } = show.display
  const json = stringifyJson(show.render(document))
  const shown = { indexId, splitId, docId, sort, json, ...(score === undefined ? {} : { score }) }
  if (snippetFields.length === 0) return shown
  const snippets = Object.fromEntries(
    snippetFields.map((field) => [field.name, makeSnippets(document, field, weights)]),
  )
  return { ...shown, snippets }
}

function parseDocument(source: Uint8Array | undefined, split: string): JsonObject {
  const document = source === undefined ? undefined : parseJson(new TextDecoder().decode(source))
  if (isJsonObject(document)) return document
  throw new QwError('corrupt', `split ${split} stores a document that is no JSON object`)
}
