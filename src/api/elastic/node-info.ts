import { availableParallelism, freemem, totalmem } from 'node:os'
import type { Context, Hono } from 'hono'
import type { JsonObject } from '../../engine/bytes/json.ts'
import type { SearchContext } from '../../engine/search/root.ts'
import { matchingIndexes } from '../index-patterns.ts'
import type { BuildFacts } from '../services.ts'
import { elasticReply, INDEX_PARAMS, pathPatterns, urlFields } from './request-parts.ts'
import { missingIndexesOf } from './search-params.ts'
import { totalsOf } from './totals.ts'

/** The versions that clients of Quickwit see: they choose what they send by them. */
const SPOKEN_VERSION = {
  distribution: 'quickwit',
  number: '7.17.0',
  lucene_version: '8.11.1',
  minimum_wire_compatibility_version: '6.8.0',
  minimum_index_compatibility_version: '6.0.0-beta1',
}

export const NODE_NAME = 'qw-lambda'
export const CLUSTER_NAME = 'qw-lambda'

const HEALTH_PARAMS = [
  'level',
  'wait_for_status',
  'wait_for_nodes',
  'wait_for_active_shards',
  'wait_for_no_relocating_shards',
  'wait_for_no_initializing_shards',
  'wait_for_events',
  ...INDEX_PARAMS,
]
const NODES_PARAMS = ['timeout', 'flat_settings', 'level', 'fields', 'groups', 'completion_fields']

/** One node that is always well: whatever a client waits for is so already. */
export function addNodeInfoRoutes(app: Hono, search: SearchContext, build: BuildFacts): void {
  app.get('/', () => elasticReply(rootJson(build)))
  for (const path of ['/_cluster/health', '/_cluster/health/:index']) {
    app.get(path, (c) => answerHealth(c, search))
  }
  // Logstash and Beats send nothing before they have seen one that is active.
  app.get('/_license', () => {
    const license = { status: 'active', uid: CLUSTER_NAME, type: 'basic', issuer: 'qw-lambda' }
    return elasticReply({ license })
  })
  app.get('/_cluster/settings', (c) => {
    urlFields(c, ['flat_settings', 'include_defaults', 'timeout', 'master_timeout'])
    return elasticReply({ persistent: {}, transient: {} })
  })
  app.get('/_cluster/stats', async (c) => {
    urlFields(c, NODES_PARAMS)
    const files = await search.metastore.listIndexes(['*'])
    const { docs, sizeBytes } = totalsOf(files)
    const indices = { count: files.length, docs: { count: docs, deleted: 0 } }
    return elasticReply({
      _nodes: ONE_NODE,
      cluster_name: CLUSTER_NAME,
      cluster_uuid: CLUSTER_NAME,
      status: 'green',
      indices: { ...indices, store: { size_in_bytes: sizeBytes } },
      nodes: { count: { total: 1, data: 1 }, versions: [SPOKEN_VERSION.number] },
    })
  })
  for (const path of [
    '/_nodes',
    '/_nodes/http',
    '/_nodes/_local',
    '/_nodes/_local/http',
  ] as const) {
    app.get(path, (c) => nodesReply(c, nodeJson(c)))
  }
  for (const path of ['/_nodes/stats', '/_nodes/_local/stats', '/_nodes/stats/:metric']) {
    app.get(path, async (c) => {
      const totals = totalsOf(await search.metastore.listIndexes(['*']))
      return nodesReply(c, { ...nodeJson(c), ...nodeStats(totals, search.clock.nowMs()) })
    })
  }
  app.get('/:index/_search_shards', (c) => {
    const index = c.req.param('index')
    const shard = { index, shard: 0, node: NODE_NAME, primary: true, state: 'STARTED' }
    const nodes = { [NODE_NAME]: { name: NODE_NAME } }
    return elasticReply({ nodes, indices: {}, shards: [[shard]] })
  })
}

function rootJson(build: BuildFacts): JsonObject {
  return {
    name: NODE_NAME,
    cluster_name: CLUSTER_NAME,
    cluster_uuid: CLUSTER_NAME,
    version: {
      ...SPOKEN_VERSION,
      build_flavor: 'default',
      build_type: 'node',
      build_hash: build.commitHash === '' ? build.version : build.commitHash,
      // Clients read a date here; a build that does not know its own says the first one there is.
      build_date: build.buildDate === '' ? '1970-01-01T00:00:00Z' : build.buildDate,
      build_snapshot: false,
    },
    tagline: 'You Know, for Search',
  }
}

async function answerHealth(c: Context, { metastore }: SearchContext): Promise<Response> {
  const fields = urlFields(c, HEALTH_PARAMS)
  const level = fields.oneOf('level', ['cluster', 'indices', 'shards']) ?? 'cluster'
  fields.oneOf('wait_for_status', ['green', 'yellow', 'red'])
  const files = await matchingIndexes(metastore, pathPatterns(c), missingIndexesOf(fields))
  const shards = { active_primary_shards: files.length, active_shards: files.length }
  const idle = {
    unassigned_primary_shards: 0,
    relocating_shards: 0,
    initializing_shards: 0,
    unassigned_shards: 0,
  }
  const ofOne = { status: 'green', number_of_shards: 1, number_of_replicas: 0, ...idle }
  const each = files.map((file) => [
    file.metadata.indexId,
    { ...ofOne, active_primary_shards: 1, active_shards: 1 },
  ])
  return elasticReply({
    cluster_name: CLUSTER_NAME,
    status: 'green',
    timed_out: false,
    number_of_nodes: 1,
    number_of_data_nodes: 1,
    ...shards,
    ...idle,
    delayed_unassigned_shards: 0,
    number_of_pending_tasks: 0,
    number_of_in_flight_fetch: 0,
    task_max_waiting_in_queue_millis: 0,
    active_shards_percent_as_number: 100,
    ...(level === 'cluster' ? {} : { indices: Object.fromEntries(each) as JsonObject }),
  })
}

const ONE_NODE = { total: 1, successful: 1, failed: 0 }

function nodesReply(c: Context, node: JsonObject): Response {
  urlFields(c, NODES_PARAMS)
  return elasticReply({
    _nodes: ONE_NODE,
    cluster_name: CLUSTER_NAME,
    nodes: { [NODE_NAME]: node },
  })
}

function nodeJson(c: Context): JsonObject {
  const { host, hostname } = new URL(c.req.url)
  return {
    name: NODE_NAME,
    host: hostname,
    ip: hostname,
    version: SPOKEN_VERSION.number,
    roles: ['data', 'ingest'],
    http: { bound_address: [host], publish_address: host },
  }
}

/** What exporters and dashboards draw of any node; nothing of it is made up. */
function nodeStats({ docs, sizeBytes }: ReturnType<typeof totalsOf>, nowMs: number): JsonObject {
  const { rss, heapTotal, heapUsed } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  return {
    timestamp: nowMs,
    indices: { docs: { count: docs, deleted: 0 }, store: { size_in_bytes: sizeBytes } },
    os: {
      timestamp: nowMs,
      mem: { total_in_bytes: totalmem(), free_in_bytes: freemem() },
      allocated_processors: availableParallelism(),
    },
    process: {
      timestamp: nowMs,
      cpu: { total_in_millis: Math.round((user + system) / 1000) },
      mem: { total_virtual_in_bytes: rss },
    },
    jvm: {
      timestamp: nowMs,
      uptime_in_millis: Math.round(process.uptime() * 1000),
      mem: { heap_used_in_bytes: heapUsed, heap_committed_in_bytes: heapTotal },
    },
  }
}
