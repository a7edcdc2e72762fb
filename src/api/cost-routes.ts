import type { Hono } from 'hono'
import type { JsonObject } from '../engine/bytes/json.ts'
import { QwError } from '../engine/errors.ts'
import { JSON_STYLES, jsonReply } from './reply.ts'
import { RequestFields } from './request-fields.ts'

interface SearchUse {
  /** Of reads, one after another. */
  readonly rounds: number
  readonly requests: number
  readonly responseBytes: number
}

/** What a host knows of prices. */
export interface CostService {
  /** What a month costs under these assumptions, by name; the others are the host's. */
  month(assumptions: Readonly<Record<string, string>>): Promise<JsonObject>
  /** What searches that read so cost; the `cold` of a search plan. */
  search(use: SearchUse): JsonObject
}

/** The document of `cost-estimate --json`, and the price of a search. Not every host knows prices. */
export function addCostRoutes(app: Hono, cost: CostService | undefined): void {
  app.get('/cost', async (c) => {
    const { format, ...assumptions } = Object.fromEntries(new URL(c.req.url).searchParams)
    const style = JSON_STYLES.find((known) => known === format) ?? 'pretty_json'
    return jsonReply(await (cost ?? unpriced()).month(assumptions), style)
  })
  app.get('/search-cost', (c) => {
    const known = ['rounds', 'requests', 'response_bytes', 'format']
    const fields = RequestFields.fromUrl(new URL(c.req.url).searchParams, known)
    const count = (name: string): number => fields.count(name) ?? 0
    const use = {
      rounds: count('rounds'),
      requests: count('requests'),
      responseBytes: count('response_bytes'),
    }
    const style = fields.oneOf('format', JSON_STYLES) ?? 'pretty_json'
    return jsonReply((cost ?? unpriced()).search(use), style)
  })
}

function unpriced(): never {
  throw new QwError('invalid', 'costs are not worked out here', {
    code: 'NOT-IMPLEMENTED',
    fix: 'qw-lambda cost-estimate, or GET /api/v1/cost of qw-lambda serve --proxy',
  })
}
