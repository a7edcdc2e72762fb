import { gunzipSync } from 'node:zlib'
import {
  isJsonObject,
  parseJson,
  type JsonObject,
  type JsonValue,
} from '../../engine/bytes/json.ts'
import { runDeletes } from '../../engine/indexing/deletes.ts'
import { indexDocs } from '../../engine/indexing/index-docs.ts'
import { Metastore } from '../../engine/metastore/metastore.ts'
import { shippedConfigText } from '../../engine/schema/shipped-configs.ts'
import { SearchCaches } from '../../engine/search/caches.ts'
import { docMatcher } from '../../engine/search/match-docs.ts'
import { instantClock, type InstantClock } from '../../stores/testing/instant-clock.ts'
import { memoryStore } from '../../stores/memory-store.ts'
import { systemRandom } from '../../stores/system-clock.ts'
import { bodiedRequest } from '../bodied-request.ts'
import { fixtureOperations } from './fixture-operations.ts'
import { createApi, type Api } from '../app.ts'
import type { ApiServices, ApiSettings, CommitMode, IngestService } from '../services.ts'

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Integers beyond 2^53 are bigint; null for text that is no JSON. */
  readonly json: JsonValue
}

export interface Asked {
  readonly method?: string
  readonly body?: string | Uint8Array
  readonly headers?: Record<string, string>
}

const BASE = 'http://qw-lambda.test'

/** The whole API over a memory store, asked as over HTTP; what is ingested is searchable at once. */
export class ApiFixture {
  readonly clock: InstantClock
  readonly services: ApiServices
  /** Commit modes that ingest requests asked for, in order. */
  readonly commits: CommitMode[] = []
  /** Indexes that were to be refreshed, in order. */
  readonly refreshed: string[] = []
  readonly #api: Api

  constructor(settings: Partial<ApiSettings> & { readonly readOnly?: boolean } = {}) {
    const clock = instantClock()
    const store = memoryStore(clock)
    const metastore = new Metastore(store, { clock, random: systemRandom })
    const ingest: IngestService = {
      ingest: async (indexId, body, commit) => {
        this.commits.push(commit)
        const indexing = { metastore, clock, random: systemRandom }
        const result = await indexDocs(indexing, { indexId, body })
        const { docCount: ingestedCount, rejectedCount, rejects: rejected } = result
        return { ingestedCount, rejectedCount, rejected }
      },
      refresh: async (indexId) => {
        await metastore.load(indexId)
        this.refreshed.push(indexId)
      },
      erase: (indexId) => {
        const indexing = { metastore, clock, random: systemRandom }
        const matchDocs = docMatcher(store)
        return runDeletes(indexing, { indexId, matchDocs })
      },
    }
    this.clock = clock
    this.services = {
      search: { store, metastore, caches: new SearchCaches(), clock },
      ingest: settings.readOnly === true ? undefined : ingest,
      operations: fixtureOperations({ metastore, clock, random: systemRandom }),
      indexRoot: 'memory://index',
      build: { version: '0.0.0-test', commitHash: 'abcdef0123456789', buildDate: '2024-01-01' },
    }
    const { apiKeys = [], responses = 'plain' } = settings
    this.#api = createApi(this.services, { apiKeys, responses })
  }

  /** The same data through other rules. */
  as(settings: ApiSettings, services: Partial<ApiServices> = {}): Api {
    return createApi({ ...this.services, ...services }, settings)
  }

  async ask(path: string, asked: Asked = {}, api: Api = this.#api): Promise<Answer> {
    const { body, headers = {}, method = body === undefined ? 'GET' : 'POST' } = asked
    const bytes = body === undefined || body === '' ? undefined : Uint8Array.from(Buffer.from(body))
    const parts = { method, headers: new Headers(headers), body: bytes }
    const response = await api.fetch(bodiedRequest(BASE + path, parts))
    const sent = Buffer.from(await response.arrayBuffer())
    const isZipped = response.headers.get('content-encoding') === 'gzip'
    const text = (isZipped ? gunzipSync(sent) : sent).toString('utf8')
    const isJson = response.headers.get('content-type')?.includes('json') === true
    const json = isJson && text !== '' ? parseJson(text) : null
    return { status: response.status, headers: response.headers, text, json }
  }

  async createShipped(indexId: string): Promise<void> {
    await this.create(shippedConfigText(indexId) ?? '')
  }

  async create(yaml: string): Promise<Answer> {
    const headers = { 'content-type': 'application/yaml' }
    return await this.ask('/api/v1/indexes', { body: yaml, headers })
  }

  async ingest(indexId: string, documents: readonly JsonObject[]): Promise<void> {
    const body = documents.map((document) => JSON.stringify(document)).join('\n')
    const answer = await this.ask(`/api/v1/${indexId}/ingest?commit=force`, { body })
    if (answer.status !== 200) throw new Error(answer.text)
  }
}

/** What stands at a path of keys and indexes; undefined where nothing does. */
export function at(
  value: JsonValue | undefined,
  ...path: (string | number)[]
): JsonValue | undefined {
  let here = value
  for (const step of path) {
    if (Array.isArray(here) && typeof step === 'number') here = here[step]
    else if (isJsonObject(here) && typeof step === 'string') here = here[step]
    else return undefined
  }
  return here
}

/** The same where a text is expected. */
export function textAt(value: JsonValue, ...path: (string | number)[]): string {
  const found = at(value, ...path)
  if (typeof found !== 'string') throw new Error(`no text at ${path.join('.')}`)
  return found
}

/** Sales as the generator writes them: one per second, quantities 1 to 10 in turn. */
export function sales(count: number): JsonObject[] {
  const firstMs = Date.UTC(2024, 0, 1)
  return Array.from({ length: count }, (_, id) => ({
    ts: firstMs + id * 1000,
    id,
    name: `Item ${id}`,
    price: id + 0.25,
    quantity: (id % 10) + 1,
    description: id % 3 === 0 ? 'wild animal report' : 'paper box',
  }))
}
