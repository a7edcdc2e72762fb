import type { Hono } from 'hono'
import { jsonReply } from './reply.ts'
import type { ApiServices } from './services.ts'

/** Health and version; these never need a key, so that a load balancer can ask. */
export function addNodeRoutes(app: Hono, { build }: ApiServices): void {
  for (const path of ['/health/livez', '/health/readyz']) {
    app.get(path, () => jsonReply(true, 'json'))
  }
  app.get('/api/v1/version', () =>
    jsonReply(
      {
        build: {
          build_date: build.buildDate,
          cargo_pkg_version: build.version,
          commit_hash: build.commitHash,
          commit_short_hash: build.commitHash.slice(0, 7),
          version: build.version,
        },
        runtime: { num_cpus: 1 },
      },
      'pretty_json',
    ),
  )
}
