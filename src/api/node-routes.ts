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

export function addNodeRoutes(app: Hono, { build }: ApiServices): void {
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
