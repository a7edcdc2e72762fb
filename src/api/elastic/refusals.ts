import type { Hono } from 'hono'
import { QwError } from '../../engine/errors.ts'

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
const CONFIG_INSTEAD = 'create the index with its mapping: PUT /<index>, or POST /api/v1/indexes'

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
    fix: 'read it with a scroll and send it to _bulk, as elasticdump does',
  },
  {
    methods: ['PUT', 'POST'],
    paths: ['/_mapping', '/_settings', '/:index/_settings'],
    what: 'changing a mapping or settings in this way',
    fix: 'send a changed index config: PUT /api/v1/indexes/<index>',
  },
  {
    methods: ['POST', 'PUT'],
    paths: ['/_aliases', '/:index/_alias/:name', '/:index/_aliases/:name'],
    what: 'an alias',
    fix: 'name several indexes in the path, or use a pattern such as logs-*',
  },
  {
    methods: ['GET', 'POST', 'PUT', 'DELETE'],
    paths: [
      '/_index_template',
      '/_index_template/:name',
      '/_component_template/:name',
      '/_template',
      '/_template/:name',
    ],
    what: 'an index template',
    fix: CONFIG_INSTEAD,
  },
  {
    methods: ['PUT', 'POST', 'GET', 'DELETE'],
    paths: ['/_ingest/pipeline', '/_ingest/pipeline/:name', '/_ingest/pipeline/:name/_simulate'],
    what: 'an ingest pipeline',
    fix: 'shape documents before they are sent',
  },
  {
    methods: ['GET', 'PUT', 'POST', 'DELETE'],
    paths: ['/_ilm/policy', '/_ilm/policy/:name', '/:index/_ilm/explain'],
    what: 'a lifecycle policy',
    fix: 'set `retention` in the index config',
  },
  {
    methods: ['GET', 'PUT', 'POST', 'DELETE'],
    paths: ['/_data_stream', '/_data_stream/:name'],
    what: 'a data stream',
    fix: 'an index with a timestamp field is one: PUT /<index> with `@timestamp` as a date',
  },
  {
    methods: ['POST'],
    paths: ['/_sql', '/_sql/translate', '/_query', '/:index/_eql/search', '/_query/async'],
    what: 'SQL, ES|QL and EQL',
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
    methods: ['POST'],
    paths: [
      '/:index/_close',
      '/:index/_open',
      '/:index/_freeze',
      '/:index/_clone/:target',
      '/:index/_rollover',
    ],
    what: 'closing, copying or rolling over an index',
    fix: 'an index that nobody searches costs its storage alone',
  },
  {
    methods: ['GET', 'PUT', 'POST', 'DELETE'],
    paths: ['/_snapshot', '/_snapshot/:name', '/_snapshot/:name/:snapshot'],
    what: 'a snapshot',
    fix: 'an index is a folder of objects that never change: copy the folder',
  },
  {
    methods: ['GET', 'POST'],
    paths: ['/_security/_authenticate', '/_security/api_key', '/_xpack', '/_license'],
    what: 'the security and license API',
    fix: 'a key is set where the API is served; send it as the client’s apiKey',
  },
]

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
