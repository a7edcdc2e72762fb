import type { JsonObject } from '../engine/bytes/json.ts'
import { ABSENT, REFUSALS } from './elastic/refusals.ts'

/** One line of docs/API.md and of the OpenAPI document. A test holds this list and the routes equal. */
interface Endpoint {
  /** As in an index pattern: `GET|POST /api/v1/:index/search`. HEAD goes with GET. */
  readonly methods: readonly string[]
  readonly path: string
  readonly what: string
  /** What Quickwit, or for its routes Elasticsearch, does otherwise; `refused` answers 501 with the
   *  nearest thing that works. */
  readonly differs?: string
  readonly isRefused?: true
  /** Only where documents and indexes may be changed: not behind the searcher function. */
  readonly writes?: true
}

const NATIVE = '/api/v1'
const ELASTIC = `${NATIVE}/_elastic`

type Row = readonly [methods: string, path: string, what: string, facts?: Partial<Endpoint>]

const WRITES = { writes: true } as const
const IS_REFUSED = { isRefused: true } as const
/** There it says where else to send, so that a collector's log has the way out. */
const NOT_BEHIND = { differs: 'refused (501) behind the searcher function, with the way out' }

const NATIVE_ROWS: readonly Row[] = [
  ['GET|POST', '/:index/search', 'search; URL and body are one, what the URL says wins'],
  ['GET|POST', '/indexes/:index/search', 'the same, as Grafana’s data source asks'],
  ['GET|POST', '/:index/search-plan', 'how a query is understood and what it would read'],
  [
    'POST',
    '/:index/ingest',
    'add documents, one JSON object a line; with `input_format` (`auto`, `csv`, …) a file, packed or not',
    WRITES,
  ],
  [
    'GET',
    '/:index/list-fields',
    'fields: what can be done with each, and how many documents have it',
  ],
  ['GET', '/:index/runs', 'what was indexed lately, newest first'],
  ['GET', '/:index/failures', 'documents that were rejected, by reason, and files that failed'],
  ['POST', '/:index/retry', 'map rejected documents again, of a `run` or of all', WRITES],
  ['POST', '/:index/merge', 'merge splits at once; neighbours up to `target_docs`', WRITES],
  ['POST', '/:index/gc', 'delete what is past its time at once; `dry_run` tells', WRITES],
  ['POST', '/infer', 'what the beginning of a file says of its format and its fields', WRITES],
  ['POST', '/otlp/v1/logs', 'OpenTelemetry logs, JSON or protobuf; makes the index', NOT_BEHIND],
  ['POST', '/otlp/v1/traces', 'OpenTelemetry spans, JSON or protobuf; makes the index', NOT_BEHIND],
  ['POST', '/:index/otlp/v1/logs', 'OpenTelemetry logs into an index', NOT_BEHIND],
  ['POST', '/:index/otlp/v1/traces', 'OpenTelemetry spans into an index', NOT_BEHIND],
  ['POST', '/otlp/v1/metrics', 'OpenTelemetry metrics', IS_REFUSED],
  ['GET', '/indexes', 'every index'],
  ['POST', '/indexes', 'create an index from its config, JSON or YAML', WRITES],
  ['GET', '/indexes/:id', 'one index'],
  ['PUT', '/indexes/:id', 'change the config of an index', WRITES],
  ['DELETE', '/indexes/:id', 'delete an index and its documents', WRITES],
  ['GET', '/indexes/:id/describe', 'counts and sizes of an index'],
  ['PUT', '/indexes/:id/clear', 'remove every document of an index', WRITES],
  ['GET', '/indexes/:id/splits', 'splits, filtered'],
  ['PUT', '/indexes/:id/splits/mark-for-deletion', 'give splits up', WRITES],
  ['GET', '/indexes/:id/sources', 'sources of an index'],
  ['POST', '/indexes/:id/sources', 'a source that is polled', { ...WRITES, ...IS_REFUSED }],
  ['GET', '/indexes/:id/sources/:source', 'one source'],
  ['PUT|DELETE', '/indexes/:id/sources/:source', 'refused: all are built in (403)', WRITES],
  ['GET', '/indexes/:id/sources/:source/shards', 'always none'],
  ['PUT', '/indexes/:id/sources/:source/toggle', 'refused: all are built in (403)', WRITES],
  [
    'PUT',
    '/indexes/:id/sources/:source/reset-checkpoint',
    'forget which files were read, so that they can be read again',
    WRITES,
  ],
  ['GET', '/:index/delete-tasks', 'deletions by query, and how far they are'],
  ['POST', '/:index/delete-tasks', 'delete what a query finds in what is published', WRITES],
  ['GET', '/:index/tail', 'documents that wait for their commit', IS_REFUSED],
  ['GET', '/templates', 'every index template'],
  ['POST', '/templates', 'what indexes are made from that documents come for', WRITES],
  ['GET', '/templates/:id', 'one index template'],
  ['PUT', '/templates/:id', 'change an index template', WRITES],
  ['DELETE', '/templates/:id', 'forget an index template; its indexes stay', WRITES],
  ['POST', '/analyze', 'what a tokenizer makes of a text'],
  ['POST', '/parse-query', 'what the query language makes of a text'],
  [
    'GET',
    '/cost',
    'what a month costs in AWS, by the names of `cost-estimate --assume`',
    { differs: 'refused (501) behind the searcher function, which knows no prices' },
  ],
  [
    'GET',
    '/search-cost',
    'what searches cost by `rounds` and `requests` (`cold` of a search plan) and `response_bytes`',
    { differs: 'refused (501) behind the searcher function, which knows no prices' },
  ],
  ['GET', '/version', 'what is running'],
  ['GET', '/cluster', 'one node that is ready'],
  ['GET', '/config', 'where it listens and where indexes lie'],
]

const ELASTIC_ROWS: readonly Row[] = [
  ['GET', '', 'name and version; 7.17.0 is what clients choose their words by'],
  [
    'GET|POST',
    '/_search',
    'search a point in time (`pit`); without one it is refused (501): name an index or a pattern',
    { differs: 'without `pit` it does not search every index' },
  ],
  ['GET|POST', '/:index/_search', 'search'],
  ['GET|POST', '/_count', 'count in every index'],
  ['GET|POST', '/:index/_count', 'count, exactly'],
  ['GET|POST', '/_msearch', 'several searches'],
  ['GET|POST', '/:index/_msearch', 'the same, with an index for those that name none'],
  ['GET|POST', '/_search/scroll', 'the next page', { differs: 'the id changes with each page' }],
  ['GET|POST', '/_search/scroll/:id', 'the next page'],
  ['DELETE', '/_search/scroll', 'nothing is kept, so nothing is freed'],
  ['DELETE', '/_search/scroll/:id', 'the same'],
  ['POST', '/:index/_pit', 'a point in time: what `_search` with `pit` sees'],
  ['DELETE', '/_pit', 'nothing is kept, so nothing is freed'],
  ['POST', '/:index/_search/point_in_time', 'the same, as OpenSearch’s clients ask'],
  ['DELETE', '/_search/point_in_time', 'nothing is kept, so nothing is freed'],
  ['GET|POST', '/_field_caps', 'fields that splits hold, in every index'],
  ['GET|POST', '/:index/_field_caps', 'the same in some'],
  ['POST|PUT', '/_bulk', 'add documents', { ...WRITES, differs: 'ids are not kept' }],
  ['POST|PUT', '/:index/_bulk', 'the same', { ...WRITES, differs: 'ids are not kept' }],
  ['POST', '/:index/_doc', 'add a document', WRITES],
  ['POST|PUT', '/:index/_doc/:id', 'the same', { ...WRITES, differs: 'ids are not kept' }],
  ['POST|PUT', '/:index/_create/:id', 'the same', { ...WRITES, differs: 'ids are not kept' }],
  ['GET', '/:index', 'mapping and settings; HEAD: whether it is there'],
  ['PUT', '/:index', 'create an index; what cannot be kept is refused by name', WRITES],
  ['DELETE', '/:index', 'delete indexes by their exact ids', WRITES],
  ['POST', '/:index/_delete_by_query', 'delete what a query finds in what is published', WRITES],
  ['GET', '/_tasks/:task', 'how far a deletion is that nobody waited for', WRITES],
  ['GET', '/_mapping', 'mappings of every index'],
  ['GET', '/_mappings', 'the same'],
  ['GET', '/:index/_mapping', 'mappings', { differs: 'text is reported as keyword' }],
  ['GET', '/:index/_mappings', 'the same'],
  ['PUT|POST', '/:index/_mapping', 'add fields', WRITES],
  ['PUT|POST', '/:index/_mappings', 'the same', WRITES],
  ['GET', '/_settings', 'settings of every index'],
  ['GET', '/:index/_settings', 'settings'],
  ['GET', '/:index/_settings/:name', 'the same'],
  ['GET', '/_alias', 'no index has an alias'],
  ['GET', '/_aliases', 'always none'],
  ['GET', '/_alias/:name', 'always 404'],
  ['GET', '/:index/_alias', 'always none'],
  ['GET', '/:index/_aliases', 'always none'],
  ['GET', '/:index/_alias/:name', 'always 404'],
  ['GET|POST', '/_refresh', 'commit what waits in every index', WRITES],
  ['GET|POST', '/:index/_refresh', 'commit what waits', WRITES],
  ['GET|POST', '/_flush', 'the same', WRITES],
  ['GET|POST', '/:index/_flush', 'the same', WRITES],
  ['GET|POST', '/_forcemerge', 'the same; merging goes on by itself', WRITES],
  ['GET|POST', '/:index/_forcemerge', 'the same', WRITES],
  ['GET', '/_stats', 'documents and bytes of every index'],
  ['GET', '/:index/_stats', 'the same of some'],
  ['GET', '/_stats/:metric', 'the same, whole'],
  ['GET', '/:index/_stats/:metric', 'the same, whole'],
  ['GET', '/_resolve/index/:index', 'which indexes a pattern names'],
  ['GET', '/:index/_search_shards', 'one shard'],
  ['GET', '/_cat', 'the tables there are'],
  ['GET', '/_cat/indices', 'indexes, as text or JSON (h, s, v, bytes, format)'],
  ['GET', '/_cat/indices/:index', 'the same of some'],
  ['GET', '/_cat/count', 'documents'],
  ['GET', '/_cat/count/:index', 'documents of some'],
  ['GET', '/_cat/health', 'green'],
  ['GET', '/_cat/aliases', 'always none'],
  ['GET', '/_cat/aliases/:alias', 'always none'],
  ['GET', '/_cat/nodes', 'one node'],
  ['GET', '/_cluster/health', 'green; whatever is waited for is so already'],
  ['GET', '/_cluster/health/:index', 'the same'],
  ['GET', '/_cluster/settings', 'always none'],
  ['GET', '/_cluster/stats', 'indexes, documents, bytes'],
  ['GET', '/_nodes', 'one node'],
  ['GET', '/_nodes/http', 'the same'],
  ['GET', '/_nodes/_local', 'the same'],
  ['GET', '/_nodes/_local/http', 'the same'],
  ['GET', '/_nodes/stats', 'documents, memory and CPU time, for exporters'],
  ['GET', '/_nodes/_local/stats', 'the same'],
  ['GET', '/_nodes/stats/:metric', 'the same, whole'],
  ['GET', '/_license', 'what shippers ask for before they send'],
  ['GET', '/_index_template', 'every index template'],
  ['GET', '/_index_template/:name', 'index templates by name or pattern'],
  ['PUT|POST', '/_index_template/:name', 'what indexes are made from', WRITES],
  ['DELETE', '/_index_template/:name', 'forget an index template', WRITES],
  ...ABSENT.flatMap(([path]): Row[] => [
    ['GET', path, 'always none'],
    ['GET', `${path}/:name`, 'always 404'],
  ]),
  ['GET', '/:index/_ilm/explain', 'no policy'],
  ['GET|POST', '/_analyze', 'what an analyzer makes of a text'],
  ['GET|POST', '/:index/_analyze', 'the same, also by field'],
  ['GET|POST', '/_validate/query', 'whether a query is understood'],
  ['GET|POST', '/:index/_validate/query', 'the same'],
]

const ROOT_ROWS: readonly Row[] = [
  ['GET', '/', 'the way to the page, for browsers'],
  ['GET', '/ui', 'the page, to look at the data in a browser; needs no key, what it shows does'],
  ['GET', '/ui/:file', 'what the page is made of'],
  ['GET', '/health/livez', 'whether it runs; needs no key'],
  ['GET', '/health/readyz', 'the same'],
  ['POST', '/v1/logs', 'OpenTelemetry logs, where an endpoint is an address alone', NOT_BEHIND],
  ['POST', '/v1/traces', 'the same of spans', NOT_BEHIND],
  ['POST', '/v1/metrics', 'the same of metrics', IS_REFUSED],
  ['GET', '/metrics', 'figures in the text format of Prometheus'],
  ['GET', '/openapi.json', 'this list as an OpenAPI document'],
]

function endpointsOf(rows: readonly Row[], base: string): Endpoint[] {
  return rows.map(([methods, path, what, facts = {}]) => {
    return { methods: methods.split('|'), path: base + path, what, ...facts }
  })
}

const REFUSED: readonly Endpoint[] = REFUSALS.flatMap(({ methods, paths, what, fix }) =>
  paths.map((path) => ({
    methods,
    path: ELASTIC + path,
    what: `${what}. Instead: ${fix}`,
    isRefused: true,
  })),
)

export const ENDPOINTS: readonly Endpoint[] = [
  ...endpointsOf(ROOT_ROWS, ''),
  ...endpointsOf(NATIVE_ROWS, NATIVE),
  ...endpointsOf(ELASTIC_ROWS, ELASTIC),
  ...REFUSED,
]

/** OpenAPI 3.1: paths, their parameters and what each is for; bodies are told in docs/API.md. */
export function openApiDocument(version: string): JsonObject {
  const paths: Record<string, JsonObject> = {}
  for (const { methods, path, what, isRefused } of ENDPOINTS) {
    const names = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name)
    const parameters = names.map((name) => {
      return { name, in: 'path', required: true, schema: { type: 'string' } }
    })
    const responses = isRefused === true ? { 501: NOT_HERE } : { 200: DONE, default: FAILED }
    const item = (paths[path.replaceAll(/:(\w+)/g, '{$1}')] ??= {})
    for (const method of methods) {
      item[method.toLowerCase()] = { summary: what, parameters, responses }
    }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'qw-lambda', version },
    security: [{ apiKey: [] }, { bearer: [] }, { basic: [] }],
    paths,
    components: {
      securitySchemes: {
        apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
        bearer: { type: 'http', scheme: 'bearer' },
        basic: { type: 'http', scheme: 'basic' },
      },
    },
  }
}

const DONE = { description: 'done' }
const FAILED = { description: 'why not, and the way out' }
const NOT_HERE = { description: 'not supported: the nearest thing that works' }
