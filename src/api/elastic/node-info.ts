import type { Context, Hono } from 'hono'
import { stringifyJson, type JsonObject } from '../../engine/bytes/json.ts'
import { jsonText } from '../reply.ts'
import type { BuildFacts } from '../services.ts'

/** The versions that clients of Quickwit see: they choose what they send by them. */
const SPOKEN_VERSION = {
  distribution: 'quickwit',
  number: '7.17.0',
  lucene_version: '8.11.1',
  minimum_wire_compatibility_version: '6.8.0',
  minimum_index_compatibility_version: '6.0.0-beta1',
}

const NODE_NAME = 'qw-lambda'
const UNSUPPORTED_HEALTH_PARAMS = ['wait_for_status', 'timeout', 'level']

export function addNodeInfoRoutes(app: Hono, build: BuildFacts): void {
  app.get('/', () =>
    reply({
      name: NODE_NAME,
      cluster_name: NODE_NAME,
      cluster_uuid: NODE_NAME,
      version: {
        ...SPOKEN_VERSION,
        build_hash: build.commitHash,
        build_date: build.buildDate,
        build_snapshot: false,
      },
      tagline: 'You Know, for Search',
    }),
  )
  app.get('/_cluster/health', (c) => {
    const param = UNSUPPORTED_HEALTH_PARAMS.find((name) => c.req.query(name) !== undefined)
    if (param !== undefined) return reply({ error: 'Unsupported parameter.', param }, 400)
    return reply({ status: 'green' })
  })
  app.get('/_aliases', () => reply({}))
  app.get('/_nodes/http', (c) => {
    const address = new URL(c.req.url).host
    const http = { bound_address: [address], publish_address: address }
    return reply({
      _nodes: { total: 1, successful: 1, failed: 0 },
      nodes: { [NODE_NAME]: { name: NODE_NAME, roles: ['data', 'ingest'], http } },
    })
  })
  app.get('/:index/_search_shards', (c: Context) => {
    const index = c.req.param('index') ?? ''
    const shard = { index, shard: 0, node: NODE_NAME, primary: true, state: 'STARTED' }
    return reply({ nodes: { [NODE_NAME]: { name: NODE_NAME } }, indices: {}, shards: [[shard]] })
  })
}

function reply(value: JsonObject, status = 200): Response {
  return jsonText(stringifyJson(value), status)
}
