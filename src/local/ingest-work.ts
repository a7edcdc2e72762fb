import { isQwError, QwError } from '../engine/errors.ts'
import type { IndexingComponents } from '../engine/indexing/components.ts'
import type { DeletesResult } from '../engine/indexing/deletes.ts'
import {
  checkDocs,
  type CheckedDocs,
  INGEST_API_SOURCE_ID,
  indexDocs,
  type IndexDocsResult,
} from '../engine/indexing/index-docs.ts'
import { indexSource } from '../engine/indexing/pipeline.ts'
import type { ObjectStore } from '../engine/ports.ts'
import type { Source } from '../engine/sources/source.ts'
import type { InvocationLog } from '../functions/invocation-log.ts'
import { giveBackMemory } from './give-back.ts'
import { Upkeep } from './upkeep.ts'

/** What a smaller batch leaves behind is not worth looking for. */
const LARGE_BATCH_BYTES = 8 << 20

interface IngestComponents {
  readonly indexing: IndexingComponents
  /** Where bodies lie until they are committed. */
  readonly store: ObjectStore
  readonly log: InvocationLog
}

interface DocsTask {
  readonly indexId: string
  readonly body: Uint8Array
}

interface BatchTask {
  readonly indexUid: string
  /** The batch's identity: the same one is indexed once. */
  readonly batchKey: string
  /** Of the bodies. */
  readonly keys: readonly string[]
}

/** What of ingesting by HTTP takes time: mapping, building and merging. Arguments and answers are values
 *  that can be sent to another thread. */
export interface IngestWork {
  checkDocs(task: DocsTask): Promise<CheckedDocs>
  indexDocs(task: DocsTask): Promise<IndexDocsResult>
  /** False when the index is gone, and its documents with it. */
  indexBatch(task: BatchTask): Promise<boolean>
  /** Carries out the erasures that were asked for. */
  erase(indexId: string): Promise<DeletesResult>
  /** Merges and cleans an index in the background. */
  askUpkeep(indexId: string): Promise<void>
  stopUpkeep(): Promise<void>
}

/** In this thread. */
export function ingestWork(components: IngestComponents): IngestWork {
  const { indexing, log } = components
  const upkeep = new Upkeep(indexing, log)
  return {
    async checkDocs({ indexId, body }) {
      const { config } = (await indexing.metastore.load(indexId)).metadata
      return checkDocs(config, body, indexing.clock.nowMs())
    },
    indexDocs: (task) => indexDocs(indexing, task),
    indexBatch: (task) => indexBatch(components, task),
    erase: (indexId) => upkeep.erase(indexId),
    askUpkeep(indexId) {
      upkeep.ask(indexId)
      return Promise.resolve()
    },
    stopUpkeep: () => upkeep.stop(),
  }
}

async function indexBatch(
  { indexing, store }: IngestComponents,
  { indexUid, batchKey, keys }: BatchTask,
): Promise<boolean> {
  let sizeBytes = 0
  for (const key of keys) {
    const info = await unlessGone(store.head(key))
    // Bodies are removed only after the batch was published: a missing one says that it was.
    if (info === undefined) return true
    sizeBytes += info.sizeBytes
  }
  const indexId = indexIdOf(indexUid)
  try {
    const { metadata } = await indexing.metastore.load(indexId)
    if (metadata.indexUid !== indexUid) return false
    const source = bodySource(store, { uri: `queue:${batchKey}`, keys, sizeBytes })
    await indexSource(indexing, { indexId, source, sourceId: INGEST_API_SOURCE_ID })
    if (sizeBytes >= LARGE_BATCH_BYTES) giveBackMemory()
    return true
  } catch (error) {
    if (isQwError(error, 'notFound')) return false
    throw error
  }
}

interface Bodies extends Pick<Source, 'uri' | 'sizeBytes'> {
  readonly keys: readonly string[]
}

/** Bodies hold whole documents; the last of each may lack its line end. Each is in memory when its turn
 *  comes. */
function bodySource(store: ObjectStore, { uri, keys, sizeBytes }: Bodies): Source {
  return {
    uri,
    etag: '',
    sizeBytes,
    async *open() {
      for (const key of keys) {
        const stored = await unlessGone(store.get(key))
        if (stored === undefined) {
          throw new QwError('conflict', `${key} went away while its batch was read`)
        }
        yield stored.bytes
        if (stored.bytes.at(-1) !== NEWLINE) yield Uint8Array.of(NEWLINE)
      }
    },
    verifyUnchanged: () => Promise.resolve(),
  }
}

const NEWLINE = 0x0a

async function unlessGone<Value>(asked: Promise<Value>): Promise<Value | undefined> {
  try {
    return await asked
  } catch (error) {
    if (isQwError(error, 'notFound')) return undefined
    throw error
  }
}

export function indexIdOf(indexUid: string): string {
  return indexUid.slice(0, indexUid.lastIndexOf(':'))
}
