import { availableParallelism } from 'node:os'
import type { Hono } from 'hono'
import { jsonReply } from './reply.ts'
import type { ApiServices } from './services.ts'

/** These never need a key, so that a load balancer can ask. */
export function addHealthRoutes(app: Hono): void {
  for (const path of ['/health/livez', '/health/readyz']) {
    app.get(path, () => jsonReply(true, 'json'))
  }
}

const NODE_ID = 'qw-lambda'

export function addNodeRoutes(app: Hono, { build, indexRoot, ingest }: ApiServices): void {
  // As the pages of Quickwit's own UI read them: one node that is ready.
  app.get('/cluster', (c) => {
    const node = {
      node_id: NODE_ID,
      generation_id: 1,
      gossip_advertise_addr: new URL(c.req.url).host,
      grpc_advertise_addr: new URL(c.req.url).host,
      enabled_services: ['metastore', 'searcher', ...(ingest === undefined ? [] : ['indexer'])],
      is_ready: true,
    }
    return jsonReply(
      {
        cluster_id: NODE_ID,
        self_node_id: NODE_ID,
        ready_nodes: [node],
        live_nodes: [node],
        dead_nodes: [],
        chitchat_state_snapshot: { node_states: [], seed_addrs: [] },
      },
      'pretty_json',
    )
  })
  app.get('/config', (c) =>
    jsonReply(
      {
        version: '0.9',
        cluster_id: NODE_ID,
        node_id: NODE_ID,
        rest: { listen_addr: new URL(c.req.url).host },
        metastore_uri: indexRoot,
        default_index_root_uri: indexRoot,
      },
      'pretty_json',
    ),
  )
  app.get('/version', () =>
    jsonReply(
      {
        build: {
          build_date: build.buildDate,
          build_profile: 'release',
          build_target: `node-${process.platform}-${process.arch}`,
          cargo_pkg_version: build.version,
          commit_date: build.buildDate,
          commit_hash: build.commitHash,
          commit_short_hash: build.commitHash.slice(0, 7),
          commit_tags: [],
          version: build.version,
        },
        runtime: {
          num_cpus: availableParallelism(),
          num_threads_blocking: availableParallelism(),
          num_threads_non_blocking: 1,
        },
      },
      'pretty_json',
    ),
  )
}
