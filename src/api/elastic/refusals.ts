import type { Hono } from 'hono'
import type { JsonObject } from '../../engine/bytes/json.ts'
import { QwError } from '../../engine/errors.ts'
import { elasticReply } from './request-parts.ts'

/** An endpoint of Elasticsearch that stays out: what it would be, and the nearest thing that works. */
interface Refusal {
  readonly methods: readonly ('GET' | 'POST' | 'PUT' | 'DELETE')[]
  readonly paths: readonly string[]
  readonly what: string
  readonly fix: string
}

const SEARCH_INSTEAD = 'search for it: POST /<index>/_search with a query on a field of yours'
const ADD_INSTEAD =
  'splits are never changed: send the new document, and sort by time when searching'

export const REFUSALS: readonly Refusal[] = [
  {
    methods: ['GET'],
    paths: ['/:index/_doc/:id', '/:index/_source/:id'],
    what: 'reading a document by its id',
    fix: SEARCH_INSTEAD,
  },
  {
    methods: ['GET', 'POST'],
    paths: ['/_mget', '/:index/_mget'],
    what: 'reading documents by their ids',
    fix: SEARCH_INSTEAD,
  },
  {
    methods: ['DELETE'],
    paths: ['/:index/_doc/:id'],
    what: 'deleting a document by its id',
    fix: 'let documents go by time: set `retention` in the index config',
  },
  {
    methods: ['POST'],
    paths: ['/:index/_update/:id', '/:index/_update_by_query'],
    what: 'changing documents',
    fix: ADD_INSTEAD,
  },
  {
    methods: ['POST'],
    paths: ['/_reindex'],
    what: 'copying an index on the server',
    fix: 'qw-lambda index reindex <index> --into <other>, or a scroll and _bulk, as elasticdump does',
  },
  {
    methods: ['PUT', 'POST'],
    paths: ['/_mapping', '/_settings', '/:index/_settings'],
    what: 'changing a mapping or settings in this way',
    fix: 'send a changed index config: PUT /api/v1/indexes/<index>',
  },
  {
    methods: ['POST', 'PUT', 'DELETE'],
    paths: ['/_aliases', '/:index/_alias/:name', '/:index/_aliases/:name'],
    what: 'an alias',
    fix: 'name several indexes in the path, or use a pattern such as logs-*',
  },
  {
    methods: ['GET', 'POST'],
    paths: [
      '/_index_template/_simulate',
      '/_index_template/_simulate/:name',
      '/_index_template/_simulate_index/:index',
    ],
    what: 'trying out an index template',
    fix: 'see the templates there are: GET /_index_template; the one of the highest priority counts',
  },
  {
    methods: ['POST', 'PUT', 'DELETE'],
    paths: ['/_template/:name', '/_component_template/:name'],
    what: 'a template of the older kind, or a part of one',
    fix: 'put it whole: PUT /_index_template/<name>; in a shipper, turn its template off',
  },
  {
    methods: ['PUT', 'POST', 'DELETE'],
    paths: ['/_ingest/pipeline', '/_ingest/pipeline/:name', '/_ingest/pipeline/:name/_simulate'],
    what: 'an ingest pipeline',
    fix: 'shape documents before they are sent',
  },
  {
    methods: ['PUT', 'POST', 'DELETE'],
    paths: ['/_ilm/policy/:name'],
    what: 'a lifecycle policy',
    fix: 'set `retention` in the index config; in a shipper, turn lifecycle policies off',
  },
  {
    methods: ['PUT', 'POST', 'DELETE'],
    paths: ['/_data_stream/:name'],
    what: 'a data stream',
    fix: 'an index with a timestamp field is one: PUT /<index> with `@timestamp` as a date',
  },
  {
    methods: ['GET', 'POST'],
    paths: ['/_sql', '/_sql/translate', '/_query', '/:index/_eql/search', '/_query/async'],
    what: 'a search in SQL, ES|QL or EQL',
    fix: 'send it to POST /<index>/_search: the query DSL, or a query string as `q`',
  },
  {
    methods: ['POST', 'GET', 'DELETE'],
    paths: ['/_async_search', '/:index/_async_search', '/_async_search/:id'],
    what: 'a search in the background',
    fix: 'send it to POST /<index>/_search, which answers within 30 s or refuses',
  },
  {
    methods: ['GET', 'POST'],
    paths: ['/_search/template', '/:index/_search/template', '/_msearch/template'],
    what: 'a search template',
    fix: 'send the whole search to POST /<index>/_search',
  },
  {
    methods: ['GET', 'POST'],
    paths: [
      '/:index/_explain/:id',
      '/:index/_termvectors',
      '/:index/_termvectors/:id',
      '/_mtermvectors',
      '/:index/_mtermvectors',
    ],
    what: 'explaining one document',
    fix: 'see how a query is understood: GET /api/v1/<index>/search-plan',
  },
  {
    methods: ['POST', 'PUT'],
    paths: [
      '/:index/_close',
      '/:index/_open',
      '/:index/_freeze',
      '/:index/_clone/:target',
      '/:index/_shrink/:target',
      '/:index/_split/:target',
      '/:index/_rollover',
      '/:index/_rollover/:target',
    ],
    what: 'closing, copying or rolling over an index',
    fix: 'an index that nobody searches costs its storage alone',
  },
  {
    methods: ['GET', 'PUT', 'POST', 'DELETE'],
    paths: ['/_snapshot', '/_snapshot/:name', '/_snapshot/:name/:snapshot'],
    what: 'a snapshot',
    fix: 'pin an index with qw-lambda index snapshot, or copy it with qw-lambda index copy',
  },
  {
    methods: ['GET'],
    paths: ['/_cluster/state', '/_cluster/state/:metric', '/_cluster/pending_tasks', '/_recovery'],
    what: 'the state of a cluster',
    fix: 'ask GET /_cluster/health, /_cluster/stats or /_nodes/stats: there is one node',
  },
  {
    methods: ['GET'],
    paths: [
      '/_cat/shards',
      '/_cat/shards/:index',
      '/_cat/templates',
      '/_cat/allocation',
      '/_cat/segments',
      '/_segments',
      '/:index/_segments',
    ],
    what: 'this table',
    fix: 'ask GET /_cat/indices, or the splits of an index: GET /api/v1/indexes/<index>/splits',
  },
  {
    methods: ['POST'],
    paths: ['/_cache/clear', '/:index/_cache/clear'],
    what: 'emptying caches',
    fix: 'nothing cached is ever out of date: splits never change',
  },
  {
    methods: ['GET', 'POST'],
    paths: ['/:index/_terms_enum', '/:index/_mapping/field/:field', '/_mapping/field/:field'],
    what: 'terms and fields one by one',
    fix: 'ask GET /<index>/_mapping or /<index>/_field_caps, and a `terms` aggregation for values',
  },
  {
    methods: ['GET', 'PUT', 'POST', 'DELETE'],
    paths: ['/_scripts/:id', '/_render/template', '/_render/template/:id'],
    what: 'a script or a template of searches',
    fix: 'send the query itself',
  },
  {
    methods: ['GET'],
    paths: ['/_nodes/hot_threads', '/_tasks', '/_remote/info', '/_ilm/status'],
    what: 'what a cluster does inside',
    fix: 'ask GET /_nodes/stats, or /metrics beside /api for Prometheus',
  },
  {
    methods: ['PUT'],
    paths: ['/_cluster/settings'],
    what: 'changing settings of a cluster',
    fix: 'settings are those of each index: PUT /api/v1/indexes/<index>',
  },
  {
    methods: ['GET', 'POST'],
    paths: ['/_security/_authenticate', '/_security/api_key', '/_xpack'],
    what: 'the security API',
    fix: 'a key is set where the API is served; send it as the client’s apiKey',
  },
]

/** What shippers look for before they make it: there is none, which lets them go on. */
export const ABSENT: readonly (readonly [path: string, none: JsonObject])[] = [
  ['/_template', {}],
  ['/_component_template', { component_templates: [] }],
  ['/_ingest/pipeline', {}],
  ['/_ilm/policy', {}],
  ['/_data_stream', { data_streams: [] }],
]

export function addAbsentThings(app: Hono): void {
  for (const [path, none] of ABSENT) {
    app.get(path, () => elasticReply(none))
    app.get(`${path}/:name`, (c) => {
      throw new QwError('notFound', `${path.slice(1)} [${c.req.param('name')}] not found`)
    })
  }
  app.get('/:index/_ilm/explain', (c) => {
    const index = c.req.param('index')
    return elasticReply({ indices: { [index]: { index, managed: false } } })
  })
}

/** Each of them answers, so that a client shows why and what to do instead of a bare 404. */
export function addRefusals(app: Hono): void {
  for (const { methods, paths, what, fix } of REFUSALS) {
    for (const path of paths) {
      app.on([...methods], path, () => {
        throw new QwError('invalid', `${what} is not supported`, { code: 'NOT-IMPLEMENTED', fix })
      })
    }
  }
}
