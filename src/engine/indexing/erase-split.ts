import type { DeleteTask, MatchDocs } from '../metastore/delete-task.ts'
import type { IndexMetadata } from '../metastore/index-metadata.ts'
import { splitKey } from '../metastore/layout.ts'
import type { SplitRecord } from '../metastore/split-record.ts'
import type { ObjectStore } from '../ports.ts'
import { eraseDocs } from '../split/merge-splits.ts'
import type { BuiltSplit } from '../split/split-builder.ts'
import { splitSettings } from './workbench.ts'

export interface FoundDocs {
  /** Ascending. */
  readonly docs: Uint32Array
  /** By the opstamps of the tasks that were looked for. */
  readonly erasedDocCounts: ReadonlyMap<number, number>
}

interface Search {
  readonly metadata: IndexMetadata
  readonly split: SplitRecord
  /** Those that the split has seen are passed over. */
  readonly tasks: readonly DeleteTask[]
  readonly matchDocs: MatchDocs
  readonly signal?: AbortSignal | undefined
}

/** What the tasks that a split is behind are about in it; each document counts for the first of them. */
export async function findOwed(search: Search): Promise<FoundDocs> {
  const { metadata, split, tasks, matchDocs, signal } = search
  const isFound = new Uint8Array(split.docCount)
  const erasedDocCounts = new Map<number, number>()
  let docCount = 0
  for (const task of tasks) {
    if (task.opstamp <= split.deleteOpstamp) continue
    const before = docCount
    for (const doc of await matchDocs(metadata, split, task, signal)) {
      if (isFound[doc] === 0) docCount++
      isFound[doc] = 1
    }
    erasedDocCounts.set(task.opstamp, docCount - before)
  }
  const docs = new Uint32Array(docCount)
  let at = 0
  for (let doc = 0; doc < isFound.length; doc++) if (isFound[doc] === 1) docs[at++] = doc
  return { docs, erasedDocCounts }
}

/** The split without the documents, from its object; undefined when none is left. */
export async function buildWithout(
  store: ObjectStore,
  { indexId, config }: IndexMetadata,
  split: SplitRecord,
  { docs, signal }: { readonly docs: Uint32Array; readonly signal: AbortSignal | undefined },
): Promise<BuiltSplit | undefined> {
  const range = { start: 0, end: split.footer.end }
  const bytes = await store.read(splitKey(indexId, split.splitId), range, signal)
  return await eraseDocs(bytes, docs, splitSettings(config))
}
