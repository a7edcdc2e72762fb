import { Hono } from 'hono'
import { makeKeyCheck } from './api-key.ts'
import { addElasticDialect } from './elastic/elastic-routes.ts'
import { applyFunctionRules } from './function-rules.ts'
import { addIndexReadRoutes, addIndexWriteRoutes } from './index-routes.ts'
import { addIngestRoutes } from './ingest-routes.ts'
import { unknownRoute } from './known-paths.ts'
import { addHealthRoutes, addNodeRoutes } from './node-routes.ts'
import { addParsingRoutes } from './parsing-routes.ts'
import { addSearchRoutes } from './search-routes.ts'
import type { ApiServices, ApiSettings } from './services.ts'
import { asQwError, errorReply } from './api-error.ts'

/** Request to Response, for every host: Lambda, the local server, the CLI in process, tests. */
export interface Api {
  fetch(request: Request): Promise<Response>
}

export function createApi(services: ApiServices, settings: ApiSettings): Api {
  const checkKey = makeKeyCheck(settings.apiKeys)
  const app = new Hono({ strict: false })
  app.onError((error) => errorReply(asQwError(error)))
  app.notFound((c) => errorReply(unknownRoute(app, c.req.method, c.req.path)))
  addHealthRoutes(app)
  app.use('/api/v1/*', async (c, next) => {
    checkKey(c.req.header('x-api-key'))
    await next()
  })
  addElasticDialect(app, '/api/v1', services)
  app.route('/api/v1', nativeRoutes(services))
  return {
    async fetch(request) {
      const response = await app.fetch(request)
      return settings.responses === 'function' ? await applyFunctionRules(response) : response
    },
  }
}

function nativeRoutes(services: ApiServices): Hono {
  const routes = new Hono({ strict: false })
  addNodeRoutes(routes, services)
  addParsingRoutes(routes)
  addIndexReadRoutes(routes, services)
  if (services.ingest !== undefined) {
    addIndexWriteRoutes(routes, services)
    addIngestRoutes(routes, services.ingest)
  }
  // Last: its paths begin with any index id.
  addSearchRoutes(routes, services)
  return routes
}
