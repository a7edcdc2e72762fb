import { Hono } from 'hono'
import { QwError, messageOf } from '../engine/errors.ts'
import { applyFunctionRules } from './function-rules.ts'
import { addIndexReadRoutes, addIndexWriteRoutes } from './index-routes.ts'
import { addIngestRoutes } from './ingest-routes.ts'
import { addNodeRoutes } from './node-routes.ts'
import { jsonText } from './reply.ts'
import { addSearchRoutes } from './search-routes.ts'
import type { ApiServices, ApiSettings } from './services.ts'
import { messageWithFix, statusOf } from './status.ts'

/** Request to Response, for every host: Lambda, the local server, the CLI in process, tests. */
export interface Api {
  fetch(request: Request): Promise<Response>
}

export function createApi(services: ApiServices, settings: ApiSettings): Api {
  const app = new Hono()
  app.onError((error) => errorReply(error))
  app.notFound(() => jsonText(JSON.stringify({ message: 'Route not found' }), 404))
  app.use('/api/v1/*', async (c, next) => {
    checkApiKey(c.req.header('x-api-key'), settings.apiKeys)
    await next()
  })
  addNodeRoutes(app, services)
  app.route('/api/v1', nativeRoutes(services))
  return {
    async fetch(request) {
      const response = await app.fetch(request)
      return settings.responses === 'function' ? await applyFunctionRules(response) : response
    },
  }
}

function nativeRoutes(services: ApiServices): Hono {
  const routes = new Hono()
  addIndexReadRoutes(routes, services)
  if (services.ingest !== undefined) {
    addIndexWriteRoutes(routes, services)
    addIngestRoutes(routes, services.ingest)
  }
  // Last: its paths begin with any index id.
  addSearchRoutes(routes, services)
  return routes
}

/** Without keys everybody may ask; with keys, one of them has to come. */
function checkApiKey(given: string | undefined, keys: readonly string[]): void {
  if (keys.length === 0 || (given !== undefined && keys.includes(given))) return
  throw new QwError('invalid', given === undefined ? 'Missing API key' : 'Forbidden', {
    code: given === undefined ? 'KEY-MISSING' : 'KEY-REJECTED',
    fix: 'send the key in the x-api-key header',
  })
}

function errorReply(error: unknown): Response {
  const known =
    error instanceof QwError
      ? error
      : new QwError('internal', `internal error: ${messageOf(error)}`, { cause: error })
  const body = {
    message: messageWithFix(known),
    ...(known.code === undefined ? {} : { code: `QWL-${known.code}` }),
    ...(known.position === undefined ? {} : { position: known.position }),
    ...(known.fix === undefined ? {} : { fix: known.fix }),
  }
  return jsonText(JSON.stringify(body), statusOf(known))
}
