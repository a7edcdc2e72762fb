import { isQwError } from '../errors.ts'
import type { IndexMetadata } from '../metastore/index-metadata.ts'
import { splitKey } from '../metastore/layout.ts'
import type { SplitRecord } from '../metastore/split-record.ts'
import { storedAs } from '../ports.ts'
import type { BuiltSplit } from '../split/split-builder.ts'
import type { IndexingComponents } from './components.ts'
import { maturityAtBirth, maturityOfHeir } from './merge-policy.ts'

interface SplitOrigin {
  readonly sourceId: string
  readonly mergeOpCount: number
  readonly docMappingUid: string
  /** Whose documents these are. */
  readonly replaced?: readonly SplitRecord[]
}

/**
 * Writes the split's object under a new id and returns the record to publish. Until it is published
 * nobody sees the object; an indexer killed here leaves an orphan for the janitor. Costs one PUT.
 */
export async function uploadSplit(
  components: IndexingComponents,
  metadata: IndexMetadata,
  built: BuiltSplit,
  origin: SplitOrigin,
): Promise<SplitRecord> {
  const { metastore, clock } = components
  const splitId = metastore.newId()
  const key = splitKey(metadata.indexId, splitId)
  try {
    await metastore.store.put(key, built.pieces, { condition: { kind: 'ifAbsent' } })
  } catch (error) {
    // An earlier try of the same put may have gone through. A record of bytes that are not there would
    // be documents lost, so the object itself has to say it.
    if (!isQwError(error, 'conflict')) throw error
    if ((await storedAs(metastore.store, key, built.pieces)) === undefined) throw error
  }
  const nowMs = clock.nowMs()
  const nowSeconds = Math.floor(nowMs / 1000)
  const { indexingSettings } = metadata.config
  const counts = { docCount: built.docCount, mergeOpCount: origin.mergeOpCount }
  return {
    splitId,
    indexUid: metadata.indexUid,
    sourceId: origin.sourceId,
    nodeId: NODE_ID,
    state: 'Staged',
    createTimestamp: nowSeconds,
    updateTimestamp: nowSeconds,
    publishTimestamp: undefined,
    docCount: built.docCount,
    sourceBytes: built.sourceBytes,
    timeRange: built.timeRange,
    tags: built.tags,
    footer: built.footer,
    maturity:
      origin.replaced === undefined
        ? maturityAtBirth(indexingSettings, counts)
        : maturityOfHeir(indexingSettings, counts, { replaced: origin.replaced, nowMs }),
    mergeOpCount: origin.mergeOpCount,
    deleteOpstamp: 0,
    docMappingUid: origin.docMappingUid,
    columnBounds: built.columnBounds,
  }
}

/** Removes an object that certainly was not published. A failure only leaves it to the janitor. */
export async function dropUpload(
  components: IndexingComponents,
  indexId: string,
  splitId: string,
): Promise<void> {
  try {
    await components.metastore.store.delete(splitKey(indexId, splitId))
  } catch {
    // An orphan, collected after its grace.
  }
}

const NODE_ID = 'qw-lambda'
