import type { IndexingComponents } from '../../engine/indexing/components.ts'
import { runJanitor } from '../../engine/indexing/janitor.ts'
import { runMerges } from '../../engine/indexing/merge.ts'
import { indexSource } from '../../engine/indexing/pipeline.ts'
import { retryRejects } from '../../engine/indexing/retry-rejects.ts'
import { parseSourceFormat } from '../../engine/schema/source-format.ts'
import type { IndexOperations } from '../operations.ts'

/** The same operations as of a server, in this thread and without files. */
export function fixtureOperations(indexing: IndexingComponents): IndexOperations {
  return {
    retry: (task) => retryRejects(indexing, task),
    merge: ({ indexId, targetDocs = 1_000_000 }) => runMerges(indexing, { indexId, targetDocs }),
    cleanUp: (task) => runJanitor(indexing, task),
    async indexUpload({ indexId, name, format, body }) {
      const chunks: Uint8Array[] = []
      for await (const chunk of body) chunks.push(chunk)
      const source = {
        uri: `upload:/${name}`,
        etag: String(Buffer.concat(chunks).length),
        sizeBytes: undefined,
        ...(format === undefined ? {} : { format: parseSourceFormat(format) }),
        async *open() {
          yield* chunks
        },
        verifyUnchanged: () => Promise.resolve(),
      }
      return await indexSource(indexing, { indexId, source, sourceId: '_ingest-api-source' })
    },
    infer: () => Promise.reject(new Error('beside the server that has it')),
  }
}
