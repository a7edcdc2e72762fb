import { Hono } from 'hono'
import { asQwError, errorReply } from './api-error.ts'
import { addCostRoutes, type CostService } from './cost-routes.ts'
import { addPageRoutes, type PageFiles } from './page-routes.ts'

interface FrontServices {
  readonly page: PageFiles
  readonly cost: CostService
  /** The API behind, which answers the rest. */
  readonly rest: (request: Request) => Promise<Response>
}

/** What a host answers by itself that stands before the API of another. */
export function frontApi({ page, cost, rest }: FrontServices) {
  const app = new Hono({ strict: false })
  app.onError((error) => errorReply(asQwError(error)))
  addPageRoutes(app, page)
  const native = new Hono({ strict: false })
  addCostRoutes(native, cost)
  app.route('/api/v1', native)
  app.notFound((c) => rest(c.req.raw))
  return async (request: Request): Promise<Response> => await app.fetch(request)
}
