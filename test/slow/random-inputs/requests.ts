import { gzipSync } from 'node:zlib'
import { isJsonObject, stringifyJson, type JsonValue } from '../../../src/engine/bytes/json.ts'
import { ENDPOINTS } from '../../../src/api/endpoints.ts'
import { ApiFixture } from '../../../src/api/testing/api-fixture.ts'
import { makeSearcherHandler, replyText } from '../../../src/functions/searcher-handler.ts'
import { systemClock } from '../../../src/stores/system-clock.ts'
import { AGGREGATIONS, CLAUSES, CONFIG_YAML, CONFIGS, DOCS, QUERIES } from './corpus.ts'
import type { Draw } from './draw.ts'

/** Requests change the indexes: after so many everything begins anew. */
const REQUESTS_EACH = 500

const NOT_IMPLEMENTED = 501
/** Mistakes of the client that are a 500, as Quickwit has them. */
const NAMED_MISTAKES = ['QWL-PARSE-QUERY', 'QWL-SCROLL-GONE']

const PARAMS: readonly (readonly [name: string, values: readonly string[]])[] = [
  ['query', QUERIES],
  ['q', QUERIES],
  ['max_hits', ['0', '1', '10', '10001', '-1', 'x']],
  ['size', ['0', '5', '1e9']],
  ['from', ['0', '1', '20000']],
  ['sort_by', ['count', '-ts', 'key,-_score', 'nothing']],
  ['sort', ['ts:desc', 'count:asc,_score', '_doc']],
  ['start_timestamp', ['1704067200', '-1', '1e30']],
  ['format', ['json', 'pretty_json', 'yaml', 'text']],
  ['commit', ['force', 'auto', 'wait_for', 'never']],
  ['refresh', ['true', 'false', 'wait_for', '']],
  ['scroll', ['1m', '1x', '99d']],
  ['pretty', ['', 'true']],
  ['input_format', ['auto', 'csv', 'ndjson', 'parquet', 'bulk']],
  ['fields', ['*', 'k*', '_source']],
  ['ignore_unavailable', ['true', 'maybe']],
  ['track_total_hits', ['true', '5', 'no']],
  ['snippet_fields', ['title', 'key']],
  ['dry_run', ['true']],
]

type SearcherHandler = ReturnType<typeof makeSearcherHandler>

interface Exchange {
  readonly status: number
  readonly text: string
}

/** A world of one index with documents, asked over HTTP or as the searcher function. */
export class RequestWorld {
  #fixture: ApiFixture | undefined
  #handler: { readonly fixture: ApiFixture; readonly invoke: SearcherHandler } | undefined
  #asked = 0

  async request(draw: Draw, isAsIs: boolean): Promise<boolean> {
    const fixture = await this.#world()
    const asked = request(draw, isAsIs)
    const answer = await fixture.ask(asked.path, asked)
    return judged(answer, `${asked.method} ${asked.path}`)
  }

  /** The searcher function, with the events of its triggers. */
  async invoke(draw: Draw, isAsIs: boolean): Promise<boolean> {
    const handler = await this.#searcher()
    const event = searcherEvent(request(draw, isAsIs), draw)
    const changed = isAsIs ? event : draw.json(event, [event, ...CLAUSES])
    const reply = await handler(changed, { requestId: 'r', deadlineMs: undefined })
    const text = replyText(reply)
    return judged({ status: reply.statusCode, text }, JSON.stringify(changed).slice(0, 500))
  }

  async #searcher(): Promise<SearcherHandler> {
    const fixture = await this.#world()
    if (this.#handler?.fixture !== fixture) {
      const api = fixture.as({ apiKeys: [], responses: 'function' })
      const fetch = (asked: Request): Promise<Response> | Response => api.fetch(asked)
      const components = { fetch, clock: systemClock, log: () => undefined }
      this.#handler = { fixture, invoke: makeSearcherHandler(components) }
    }
    return this.#handler.invoke
  }

  async #world(): Promise<ApiFixture> {
    if (this.#fixture === undefined || this.#asked % REQUESTS_EACH === 0) {
      this.#fixture = new ApiFixture()
      await this.#fixture.create(CONFIG_YAML)
      await this.#fixture.ingest('shop', DOCS.filter(isJsonObject))
    }
    this.#asked++
    return this.#fixture
  }
}

function judged({ status, text }: Exchange, asked: string): boolean {
  const isRefusal = status === NOT_IMPLEMENTED || NAMED_MISTAKES.some((code) => text.includes(code))
  if (status >= 500 && !isRefusal) throw new Error(`${status} for ${asked}: ${text.slice(0, 500)}`)
  return status < 300
}

interface Asked {
  readonly method: string
  readonly path: string
  readonly body?: string | Uint8Array
  readonly headers: Record<string, string>
}

function request(draw: Draw, isAsIs: boolean): Asked {
  const endpoint = draw.chance(0.3) ? SEARCHES[draw.below(SEARCHES.length)] : undefined
  const { methods, path } = endpoint ?? draw.of(HERE)
  const method =
    !isAsIs && draw.chance(0.05)
      ? draw.of(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'x'])
      : draw.of(methods)
  const filled = path.replaceAll(/:(\w+)/g, (_, name: string) => parameter(name, draw, isAsIs))
  const query = queryString(draw, isAsIs)
  const changed = !isAsIs && draw.chance(0.1) ? pathOf(draw.text(filled, [path])) : filled
  if (/otlp\/v1\/logs$|^\/v1\/logs$/.test(path) && draw.chance(0.5)) {
    const body = isAsIs ? LOGS : draw.bytes(LOGS, [LOGS])
    const headers = { 'content-type': 'application/x-protobuf' }
    return { method, path: changed + query, headers, body }
  }
  const body = method === 'GET' ? undefined : bodyFor(path, draw, isAsIs)
  const headers = headersFor(draw, isAsIs)
  return { method, path: changed + query, headers, ...(body === undefined ? {} : { body }) }
}

/** OpenTelemetry logs in protobuf: a record with a time, a text, and an attribute of a list. */
const LOGS = messageOf(
  1,
  messageOf(
    2,
    messageOf(
      2,
      Buffer.from([0x09, 1, 2, 3, 4, 5, 6, 7, 0]),
      messageOf(5, messageOf(1, Buffer.from('text'))),
      messageOf(
        6,
        messageOf(1, Buffer.from('key')),
        messageOf(2, messageOf(5, messageOf(1, Buffer.from([0x18, 5])))),
      ),
    ),
  ),
)

/** A field of protobuf that holds bytes. */
function messageOf(field: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat(parts)
  return Buffer.concat([Uint8Array.of((field << 3) | 2, body.length), body])
}

/** Looking into a file is for a server's own threads. */
const HERE = ENDPOINTS.filter(({ path }) => !path.endsWith('/infer'))
const SEARCHES = ENDPOINTS.filter(({ path }) =>
  /_m?search$|:index\/search$|_count$|ingest$|_bulk$/.test(path),
)

/** What a client can send: everything else is no URL. */
function pathOf(text: string): string {
  return `/${encodeURI(
    Buffer.from(text)
      .toString('utf8')
      .replaceAll(/[?#\\]/g, ''),
  ).replace(/^\/+/, '')}`
}

function parameter(name: string, draw: Draw, isAsIs: boolean): string {
  if (['index', 'id'].includes(name) && (isAsIs || draw.chance(0.8))) return 'shop'
  return draw.of([
    'shop',
    'sh*',
    '*',
    'none',
    '-shop',
    'a,b',
    '%2e%2e',
    '_all',
    '0',
    'x'.repeat(300),
  ])
}

function queryString(draw: Draw, isAsIs: boolean): string {
  const count = isAsIs ? 0 : draw.below(3)
  const pairs = Array.from({ length: count }, (): [string, string] => {
    const [name, values] = draw.of(PARAMS)
    const value = draw.of(values)
    return [name, draw.chance(0.2) ? draw.text(value, QUERIES) : value]
  })
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`
}

function headersFor(draw: Draw, isAsIs: boolean): Record<string, string> {
  if (isAsIs || draw.chance(0.7)) return { 'content-type': 'application/json' }
  const type = draw.of([
    'application/yaml',
    'application/x-ndjson',
    'text/plain',
    'application/x-protobuf',
    'x',
  ])
  const coding = draw.of(['gzip', 'zstd', 'identity', 'br, gzip', ''])
  return { 'content-type': type, ...(coding === '' ? {} : { 'content-encoding': coding }) }
}

function bodyFor(path: string, draw: Draw, isAsIs: boolean): string | Uint8Array {
  const whole = wholeBody(path, draw)
  const values = isAsIs
    ? whole
    : whole.map((value) => (draw.chance(0.5) ? draw.json(value, BODIES) : value))
  const text = values.map((value) => stringifyJson(value)).join('\n')
  // A file that is sent to be indexed may be packed.
  if (path.endsWith('/ingest') && draw.chance(0.2))
    return maybeDamaged(gzipSync(text), draw, isAsIs)
  if (isAsIs || draw.chance(0.8)) return text
  return draw.bytes(Buffer.from(text), [Buffer.from(CONFIG_YAML)])
}

function maybeDamaged(bytes: Uint8Array, draw: Draw, isAsIs: boolean): Uint8Array {
  return isAsIs || draw.chance(0.5) ? bytes : draw.bytes(bytes, [bytes])
}

/** A body that the path understands: one value, or one for each line. */
function wholeBody(path: string, draw: Draw): JsonValue[] {
  const search = { query: draw.of(CLAUSES), aggs: draw.of(AGGREGATIONS), size: draw.below(5) }
  const docs = Array.from({ length: 1 + draw.below(3) }, () => draw.of(DOCS))
  if (path.endsWith('_bulk')) return docs.flatMap((doc) => [{ index: { _index: 'shop' } }, doc])
  if (path.endsWith('_msearch')) return [{ index: 'shop' }, search, { index: 'sh*' }, search]
  if (path.endsWith('/ingest')) return docs
  if (path.endsWith('_search')) return [draw.chance(0.5) ? search : { query: search.query }]
  if (/\/search(-plan)?$/.test(path))
    return [{ query: draw.of(QUERIES), max_hits: draw.below(5), aggs: search.aggs }]
  if (/indexes$|indexes\/:id$/.test(path)) return [draw.of(CONFIGS)]
  if (/_doc|_create/.test(path)) return [draw.of(DOCS)]
  if (/delete|_count|validate/.test(path)) return [{ query: draw.of(CLAUSES) }]
  return [draw.of(BODIES)]
}

const BODIES: readonly JsonValue[] = [
  {},
  { query: 'red AND fox', search_fields: ['title'] },
  { text: 'a Text', type: 'default', analyzer: 'standard' },
  { properties: { added: { type: 'keyword' }, n: { properties: { x: { type: 'long' } } } } },
  { mappings: { properties: { t: { type: 'date' } } }, settings: { number_of_shards: 1 } },
  { template_id: 'logs', index_id_patterns: ['logs-*'], priority: 1, doc_mapping: {} },
  { index_patterns: ['logs-*'], template: { mappings: { properties: {} } } },
  { split_ids: ['a'], target_docs: 10 },
  {
    resourceLogs: [
      { scopeLogs: [{ logRecords: [{ timeUnixNano: '1', body: { stringValue: 'x' } }] }] },
    ],
  },
  ...DOCS,
]

/** As API Gateway, a function URL or a caller of the function sends it. */
function searcherEvent({ method, path, body, headers }: Asked, draw: Draw): JsonValue {
  const [route = '/', query = ''] = path.split('?')
  const sent = {
    body: body === undefined ? null : Buffer.from(body).toString('base64'),
    isBase64Encoded: true,
  }
  switch (draw.below(3)) {
    case 0:
      return {
        httpMethod: method,
        path: route.replace(/^\/api/, ''),
        requestContext: { stage: 'api' },
        queryStringParameters: Object.fromEntries(new URLSearchParams(query)),
        headers,
        ...sent,
      }
    case 1:
      return {
        requestContext: { http: { method } },
        rawPath: route,
        rawQueryString: query,
        headers,
        ...sent,
      }
    default:
      return {
        index_id: 'shop',
        query: draw.of(QUERIES),
        max_hits: draw.below(5),
        aggs: draw.of(AGGREGATIONS),
      }
  }
}
