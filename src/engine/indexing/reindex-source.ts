import { elementAt } from '../bytes/element-at.ts'
import { QwError } from '../errors.ts'
import { splitKey } from '../metastore/layout.ts'
import type { SplitRecord } from '../metastore/split-record.ts'
import type { ObjectStore } from '../ports.ts'
import type { Source } from '../sources/source.ts'
import { docLines } from '../split/doc-lines.ts'
import { decodeFooter } from '../split/footer.ts'
import { readSplitDocs } from '../split/split-docs.ts'

/** What one split gives: the documents that are wanted, and those of them that were erased since. */
export interface ReadBackSplit {
  readonly split: SplitRecord
  /** Ascending. */
  readonly docs: Uint32Array
  /** Ascending, some of `docs`. */
  readonly erased: Uint32Array
}

interface SourceName {
  readonly uri: string
  readonly etag: string
}

/**
 * Documents read back from pinned splits, as one NDJSON source. Splits never change, so the same
 * documents give the same bytes whenever they are read: a run that was killed goes on at the byte where
 * it stood. A document that was erased in between keeps its place as spaces, which are no document.
 */
export function readBackSource(
  store: ObjectStore,
  indexId: string,
  { uri, etag }: SourceName,
  splits: readonly ReadBackSplit[],
): Source {
  return {
    uri,
    etag,
    sizeBytes: undefined,
    format: { kind: 'ndjson' },
    async *open(signal) {
      for (const each of splits) yield* linesOf(store, indexId, each, signal)
    },
    verifyUnchanged: () => Promise.resolve(),
  }
}

async function* linesOf(
  store: ObjectStore,
  indexId: string,
  { split, docs, erased }: ReadBackSplit,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  if (docs.length === 0) return
  const key = splitKey(indexId, split.splitId)
  const { docStore } = decodeFooter(await store.read(key, split.footer, signal))
  const isErased = new Set(erased)
  let place = 0
  for await (const block of readSplitDocs(
    { store, key, docStore },
    { kind: 'list', docs },
    signal,
  )) {
    const from = place
    place += block.length
    yield docLines(block, (i) => isErased.has(elementAt(docs, from + i)))
  }
  // The checkpoint counts bytes: a document too few would shift all that follow.
  if (place !== docs.length) {
    throw new QwError('corrupt', `${key} gave ${place} of ${docs.length} documents`)
  }
}
