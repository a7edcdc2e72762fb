import { Hono } from 'hono'
import type { ApiServices } from '../services.ts'
import { asQwError } from '../api-error.ts'
import { addBulkRoutes } from './bulk.ts'
import { elasticErrorReply, PRODUCT_HEADER } from './elastic-error.ts'
import { addDeleteByQueryRoutes } from './delete-by-query.ts'
import { addDocumentRoutes } from './documents.ts'
import { addFieldCapsRoutes } from './field-caps.ts'
import { addMappingChange } from './create-index/change-mapping.ts'
import { addIndexCreation } from './create-index/create-index.ts'
import { addIndexTemplateRoutes } from './create-index/index-templates.ts'
import { addCatRoutes } from './cat.ts'
import { addIndexDeletion, addIndexReadRoutes, addRefreshRoutes } from './index-admin.ts'
import { addMappingRoutes } from './mappings.ts'
import { addMultiSearchRoutes } from './multi-search.ts'
import { addNodeInfoRoutes } from './node-info.ts'
import { addPointInTimeRoutes } from './point-in-time.ts'
import { addQueryToolRoutes } from './query-tools.ts'
import { addAbsentThings, addRefusals } from './refusals.ts'
import { addScrollRoutes } from './scroll.ts'
import { shapedReply } from './reply-shape.ts'
import { addSearchRoutes } from './search-routes.ts'

const PREFIX = '/_elastic'

export function isElasticPath(path: string, base: string): boolean {
  return path === `${base}${PREFIX}` || path.startsWith(`${base}${PREFIX}/`)
}

/** The Elasticsearch dialect below `base`, beside the native API. */
export function addElasticDialect(app: Hono, base: string, services: ApiServices): void {
  app.use(`${base}${PREFIX}/*`, async (c, next) => {
    await next()
    const shaped = await shapedReply(c, c.res)
    if (shaped !== undefined) {
      // With another there, Hono makes a third of the two.
      c.res = undefined
      c.res = shaped
    }
    // Not `c.header`, which makes another Response of the one that is there.
    for (const [name, value] of Object.entries(PRODUCT_HEADER)) c.res.headers.set(name, value)
  })
  const routes = new Hono({ strict: false })
  routes.onError((error) => elasticErrorReply(asQwError(error)))
  addRefusals(routes)
  addAbsentThings(routes)
  addNodeInfoRoutes(routes, services.search, services.build)
  addCatRoutes(routes, services.search)
  addMultiSearchRoutes(routes, services.search)
  addPointInTimeRoutes(routes, services.search)
  addScrollRoutes(routes, services.search)
  addSearchRoutes(routes, services.search)
  addFieldCapsRoutes(routes, services.search)
  addMappingRoutes(routes, services.search)
  if (services.ingest !== undefined) {
    addBulkRoutes(routes, { ingest: services.ingest, clock: services.search.clock })
    const { ingest } = services
    const newId = (): string => services.search.metastore.newId()
    addDocumentRoutes(routes, { ingest, newId })
    addMappingChange(routes, services.search.metastore)
    addIndexCreation(routes, services.search.metastore)
    addRefreshRoutes(routes, services.search, services.ingest)
    addIndexDeletion(routes, services.search)
    addDeleteByQueryRoutes(routes, { search: services.search, ingest })
  }
  const { templates } = services.search.metastore
  addIndexTemplateRoutes(routes, templates, services.ingest !== undefined)
  addQueryToolRoutes(routes, services.search)
  // Last: its path is any index id.
  addIndexReadRoutes(routes, services.search)
  app.route(`${base}${PREFIX}`, routes)
}
