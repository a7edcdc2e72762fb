import { createApi } from '../../api/app.ts'
import type { IngestService } from '../../api/services.ts'
import type { ApiClient } from './api-client.ts'
import type { DataStack } from './data-stack.ts'

/** The API in this process, over the stack's folders. */
export function localClient(
  stack: Pick<DataStack, 'search' | 'indexRoot'>,
  version: string,
  ingest?: IngestService,
): ApiClient {
  const build = { version, commitHash: '', buildDate: '' }
  const api = createApi(
    { search: stack.search, ingest, build, indexRoot: stack.indexRoot },
    { apiKeys: [], responses: 'plain' },
  )
  return { via: 'local', fetch: (request) => api.fetch(request) }
}
