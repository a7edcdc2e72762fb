import { Hono } from 'hono'
import { getPathNoStrict } from 'hono/utils/url'
import { addCostRoutes } from './cost-routes.ts'
import { makeKeyCheck } from './api-key.ts'
import { elasticErrorReply } from './elastic/elastic-error.ts'
import { addElasticDialect, isElasticPath } from './elastic/elastic-routes.ts'
import { ENDPOINTS, openApiDocument } from './endpoints.ts'
import { addDeleteTaskRoutes } from './delete-task-routes.ts'
import { applyFunctionRules } from './function-rules.ts'
import { heldResponse } from './held-response.ts'
import { addIndexReadRoutes, addIndexWriteRoutes } from './index-routes.ts'
import { addIngestRoutes } from './ingest-routes.ts'
import { addListFieldsRoute } from './list-fields-routes.ts'
import { otlpEncodingOf, otlpErrorReply } from './otlp-answer.ts'
import { addOtlpRoutes, isOtlpPath } from './otlp-routes.ts'
import { addHealthRoutes, addNodeRoutes } from './node-routes.ts'
import { RequestMetrics } from './metrics.ts'
import { addPageRoutes } from './page-routes.ts'
import { addOperationRoutes } from './operation-routes.ts'
import { addParsingRoutes } from './parsing-routes.ts'
import { addRunRoutes } from './run-routes.ts'
import { addSearchRoutes } from './search-routes.ts'
import { addSourceRoutes, addTailRoute } from './source-routes.ts'
import { jsonReply } from './reply.ts'
import { addTemplateRoutes, creatingFromTemplates } from './template-routes.ts'
import type { ApiServices, ApiSettings } from './services.ts'
import { asQwError, errorReply } from './api-error.ts'
import { QwError } from '../engine/errors.ts'

/** Request to Response, for every host: Lambda, the local server, the CLI in process, tests. */
export interface Api {
  /** What is answered, as `METHOD path`. */
  readonly routes: readonly string[]
  fetch(request: Request): Promise<Response>
  /** Counts among the answers one that another API of the same service gave. */
  count(status: number, elapsedMs: number): void
}

/** The path of what reads splits and writes nothing, by Quickwit's name or one of Elasticsearch's. Another
 *  API of the same service may answer it: nothing is remembered from one request to the next. */
export const SEARCH_PATH =
  /^\/api\/v1\/(?:[^/]+\/(?:search|search-plan|list-fields|failures)|_elastic\/(?:[^/]+\/)?_(?:search|search\/scroll(?:\/[^/]+)?|msearch|count|field_caps))$/

const BASE = '/api/v1'

export function createApi(host: ApiServices, settings: ApiSettings): Api {
  const { ingest: sent } = host
  const ingest = sent === undefined ? undefined : creatingFromTemplates(sent, host.search.metastore)
  const services = { ...host, ingest }
  const checkKey = makeKeyCheck(settings.apiKeys)
  const app = new Hono({ getPath: pathOf })
  const failure = (path: string, error: unknown): Response =>
    isElasticPath(path, BASE) ? elasticErrorReply(asQwError(error)) : errorReply(asQwError(error))
  app.onError(async (error, c) =>
    isOtlpPath(c.req.path)
      ? await otlpErrorReply(asQwError(error), otlpEncodingOf(c.req.raw))
      : failure(c.req.path, error),
  )
  app.notFound((c) => {
    const { method, path } = c.req
    const methods = methodsOf(app, path)
    const allow = { allow: methods.join(', ') }
    if (method === 'OPTIONS' && methods.length > 0) {
      return new Response(null, { status: 204, headers: allow })
    }
    const reply = failure(path, unknownRoute(method, methods, path))
    if (methods.length > 0) reply.headers.set('allow', allow.allow)
    return reply
  })
  addHealthRoutes(app)
  addPageRoutes(app, services.page)
  for (const guarded of [`${BASE}/*`, '/v1/*']) {
    app.use(guarded, async (c, next) => {
      checkKey(c.req.raw.headers)
      await next()
    })
  }
  const metrics = new RequestMetrics()
  app.get('/metrics', async (c) => {
    checkKey(c.req.raw.headers)
    const headers = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }
    return heldResponse(await metrics.text(services.search.metastore), { headers })
  })
  app.get('/openapi.json', () => jsonReply(openApiDocument(services.build.version), 'json'))
  addElasticDialect(app, BASE, services)
  addOtlpRoutes(app, BASE, services)
  app.route(BASE, nativeRoutes(services))
  const named = app.routes.filter(({ method }) => method !== 'ALL')
  return {
    routes: named.map(({ method, path }) => `${method} ${path}`),
    async fetch(request) {
      const startMs = performance.now()
      const response = await app.fetch(request)
      metrics.count(response.status, performance.now() - startMs)
      return settings.responses === 'function' ? await applyFunctionRules(response) : response
    },
    count: (status, elapsedMs) => metrics.count(status, elapsedMs),
  }
}

/** Slashes in a row are one, and one at the end is none: a base that ends in one and a path that starts
 *  with one make two. */
function pathOf(request: Request): string {
  return getPathNoStrict(request).replaceAll(/\/{2,}/g, '/')
}

function nativeRoutes(services: ApiServices): Hono {
  const routes = new Hono({ strict: false })
  addNodeRoutes(routes, services)
  addParsingRoutes(routes)
  addCostRoutes(routes, services.cost)
  addIndexReadRoutes(routes, services)
  addSourceRoutes(routes, services)
  addDeleteTaskRoutes(routes, services)
  addTailRoute(routes, services)
  addListFieldsRoute(routes, services.search)
  addRunRoutes(routes, services)
  addTemplateRoutes(routes, services.search.metastore.templates, services.ingest !== undefined)
  if (services.ingest !== undefined) {
    addIndexWriteRoutes(routes, services)
    addIngestRoutes(routes, services.ingest, services.operations)
    if (services.operations !== undefined) addOperationRoutes(routes, services.operations)
  }
  // Last: its paths begin with any index id.
  addSearchRoutes(routes, services)
  return routes
}

/** The methods that a path answers, sorted; none: there is no such path. HEAD goes with GET. */
function methodsOf(app: Hono, path: string): string[] {
  const segments = segmentsOf(path)
  const methods = app.routes
    // Middleware is registered for ALL methods.
    .filter((route) => route.method !== 'ALL' && isSamePath(segmentsOf(route.path), segments))
    .map((route) => route.method)
  const withHead = methods.includes('GET') ? [...methods, 'HEAD'] : methods
  return [...new Set(withHead)].toSorted()
}

/**
 * What no route answers: 405 where another method would be, otherwise 404. The way out names only
 * methods that read: advice that is followed without a thought must not delete an index.
 */
function unknownRoute(method: string, methods: readonly string[], path: string): QwError {
  if (methods.length === 0) {
    const fix = writesElsewhere(method, path)
      ? 'this server only reads: nothing can be changed through it'
      : undefined
    return new QwError('notFound', 'Route not found', { code: 'ROUTE', fix })
  }
  const fix = methods.includes('GET') ? { fix: 'this path answers GET' } : {}
  return new QwError('invalid', `Method ${method} not allowed`, { code: 'METHOD', ...fix })
}

/** Whether a server that writes would answer. */
function writesElsewhere(method: string, path: string): boolean {
  return ENDPOINTS.some(
    (endpoint) =>
      endpoint.writes === true &&
      endpoint.methods.includes(method) &&
      isSamePath(segmentsOf(endpoint.path), segmentsOf(path)),
  )
}

/** Empty segments count for nothing: clients put `/` at the end of a base and at the start of a path. */
function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '')
}

function isSamePath(pattern: readonly string[], path: readonly string[]): boolean {
  if (pattern.length !== path.length) return false
  return pattern.every((part, i) => part === path[i] || isFilledBy(part, path[i] ?? ''))
}

/** No index id starts with `_`, so that an endpoint nobody knows is not taken for one. */
function isFilledBy(pattern: string, segment: string): boolean {
  return pattern.startsWith(':') && (!pattern.startsWith(':index') || /^(?!_)|^_all$/.test(segment))
}
