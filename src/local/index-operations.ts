import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { IndexOperations, Upload } from '../api/operations.ts'
import { INGEST_API_SOURCE_ID } from '../engine/indexing/index-docs.ts'
import type { StackWork } from './stack-work.ts'

type OperationWork = Pick<
  StackWork,
  'retry' | 'merge' | 'cleanUp' | 'infer' | 'indexFile' | 'askUpkeep'
>

/** A builder's memory beside those of requests. */
const MEMORY_BYTES = 64 * 1024 * 1024

interface OperationHost {
  readonly work: OperationWork
  /** Where files lie while they are sent and indexed. */
  readonly uploads: string
}

/** By hand, in the thread that does `work`. */
export function indexOperations({ work, uploads }: OperationHost): IndexOperations {
  return {
    retry: (task) => work.retry(task),
    merge: (task) => work.merge(task),
    cleanUp: (task) => work.cleanUp(task),
    infer: (beginning) => work.infer(beginning),
    async indexUpload(upload, signal) {
      // A file as it is sent: packed, of any format, of any size. It is read twice, for its identity.
      const folder = await mkdtemp(join(uploads, 'qw-lambda-upload-'))
      try {
        const path = join(folder, 'file')
        await pipeline(Readable.from(upload.body), createWriteStream(path), { signal })
        const result = await work.indexFile(jobOf(upload, path), {
          signal,
          onProgress: () => undefined,
        })
        await work.askUpkeep(upload.indexId)
        return result
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
  }
}

function jobOf({ indexId, name, format }: Upload, path: string) {
  return {
    path,
    uri: `upload:/${encodeURIComponent(name)}`,
    indexId,
    sourceId: INGEST_API_SOURCE_ID,
    format,
    force: false,
    rejects: 'keep',
    maxRejects: undefined,
    memoryLimitBytes: MEMORY_BYTES,
  } as const
}
