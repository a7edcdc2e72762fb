import { isQwError } from '../errors.ts'
import { splitKey } from '../metastore/layout.ts'
import type { SplitRecord } from '../metastore/split-record.ts'
import { SearchCaches } from '../search/caches.ts'
import { toList } from '../search/doc-set.ts'
import { matchSplit } from '../search/match-docs.ts'
import type { SplitFooter } from '../split/footer.ts'
import type { DocWriter } from './doc-writer.ts'
import {
  bindSplit,
  splitGone,
  type BoundExport,
  type ExportPlan,
  type ExportSource,
} from './export-plan.ts'
import { readSplitDocs, wantedCount, type WantedDocs } from '../split/split-docs.ts'

/** A split with what the query found in it. */
export interface MatchedSplit {
  readonly split: SplitRecord
  readonly footer: SplitFooter
  readonly wanted: WantedDocs
}

/** Each split is read once, so nothing is kept. */
const CACHES = { partBytes: 0, docBytes: 0, openedBlockBytes: 0, partialResultBytes: 0 }

/** Costs the reads of a search in that split. Rejects with `conflict` when it is gone. */
export async function matchExported(
  bound: BoundExport,
  split: SplitRecord,
  { store, signal }: ExportSource,
): Promise<MatchedSplit> {
  const { indexId } = bound.metadata
  try {
    const { query } = bindSplit(bound, split)
    const context = { store, caches: new SearchCaches(CACHES) }
    const { footer, found } = await matchSplit({ indexId, split, query }, context, signal)
    const wanted: WantedDocs =
      found.kind === 'all'
        ? { kind: 'range', first: 0, end: footer.docCount }
        : { kind: 'list', docs: toList(found, footer.docCount) }
    return { split, footer, wanted }
  } catch (error) {
    throw isQwError(error, 'notFound') ? splitGone(indexId, split.splitId, error) : error
  }
}

/** Wanted documents of a split that was matched, in order. Costs a read for about each 4 MiB of them. */
export async function* exportedDocs(
  indexId: string,
  { split, footer }: MatchedSplit,
  wanted: WantedDocs,
  { store, signal }: ExportSource,
): AsyncGenerator<readonly Uint8Array[]> {
  const key = splitKey(indexId, split.splitId)
  try {
    yield* readSplitDocs({ store, key, docStore: footer.docStore }, wanted, signal)
  } catch (error) {
    throw isQwError(error, 'notFound') ? splitGone(indexId, split.splitId, error) : error
  }
}

interface StreamProgress {
  readonly docCount: number
  readonly doneSplitCount: number
}

/** All documents of a plan as one file, split after split; the next one is searched meanwhile. Holds two
 *  reads and what the writer holds back. */
export async function* streamDocs(
  plan: ExportPlan,
  writer: DocWriter,
  source: ExportSource,
  onProgress: (progress: StreamProgress) => void = () => undefined,
): AsyncGenerator<Uint8Array> {
  let docCount = 0
  const begin = (place: number): Promise<MatchedSplit> | undefined => {
    const split = plan.splits[place]
    const matched = split && matchExported(plan, split, source)
    // A failure surfaces when its turn comes.
    matched?.catch(() => undefined)
    return matched
  }
  let next = begin(0)
  for (let place = 0; place < plan.splits.length; place++) {
    const matched = await next
    next = begin(place + 1)
    if (matched === undefined) break
    if (wantedCount(matched.wanted) > 0) {
      for await (const docs of exportedDocs(
        plan.metadata.indexId,
        matched,
        matched.wanted,
        source,
      )) {
        yield writer.write(docs)
        docCount += docs.length
        onProgress({ docCount, doneSplitCount: place })
      }
    }
    onProgress({ docCount, doneSplitCount: place + 1 })
  }
  yield writer.end()
}
