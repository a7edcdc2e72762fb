import { isQwError } from '../engine/errors.ts'
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
import { Upkeep } from './upkeep.ts'

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
  const bodies: Uint8Array[] = []
  for (const key of keys) {
    const body = await getIfThere(store, key)
    if (body !== undefined) bodies.push(body)
  }
  // Bodies are removed only after the batch was published: a missing one says that it was.
  if (bodies.length < keys.length) return true
  const indexId = indexIdOf(indexUid)
  try {
    const { metadata } = await indexing.metastore.load(indexId)
    if (metadata.indexUid !== indexUid) return false
    const source = bodySource(`queue:${batchKey}`, bodies)
    await indexSource(indexing, { indexId, source, sourceId: INGEST_API_SOURCE_ID })
    return true
  } catch (error) {
    if (isQwError(error, 'notFound')) return false
    throw error
  }
}

/** Bodies hold whole documents; the last of each may lack its line end. */
function bodySource(uri: string, bodies: readonly Uint8Array[]): Source {
  return {
    uri,
    etag: '',
    sizeBytes: bodies.reduce((sum, body) => sum + body.length, 0),
    async *open() {
      for (const body of bodies) {
        yield body
        if (body.at(-1) !== NEWLINE) yield Uint8Array.of(NEWLINE)
      }
    },
    verifyUnchanged: () => Promise.resolve(),
  }
}

const NEWLINE = 0x0a

async function getIfThere(store: ObjectStore, key: string): Promise<Uint8Array | undefined> {
  try {
    return (await store.get(key))?.bytes
  } catch (error) {
    if (isQwError(error, 'notFound')) return undefined
    throw error
  }
}

export function indexIdOf(indexUid: string): string {
  return indexUid.slice(0, indexUid.lastIndexOf(':'))
}
