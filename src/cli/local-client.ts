import { createApi } from '../api/app.ts'
import type { IngestService } from '../api/services.ts'
import type { LocalStack } from '../local/local-stack.ts'
import type { ApiClient } from './api-client.ts'

/** The API in this process, over the stack's folders. */
export function localClient(stack: LocalStack, version: string, ingest?: IngestService): ApiClient {
  const build = { version, commitHash: '', buildDate: '' }
  const api = createApi({ search: stack.search, ingest, build }, { apiKeys: [], responses: 'plain' })
  return { via: 'local', fetch: (request) => api.fetch(request) }
}
