import type { Hono } from 'hono'
import type { JsonObject } from '../engine/bytes/json.ts'
import { QwError } from '../engine/errors.ts'
import { JSON_STYLES, jsonReply } from './reply.ts'

/** What a month costs under these assumptions, by name; the others are the host's. */
export type CostService = (
  assumptions: Readonly<Record<string, string>>,
  signal: AbortSignal,
) => Promise<JsonObject>

/** The document of `cost-estimate --json`. The prices are not part of every host. */
export function addCostRoute(app: Hono, cost: CostService | undefined): void {
  app.get('/cost', async (c) => {
    if (cost === undefined) {
      throw new QwError('invalid', 'costs are not worked out here', {
        code: 'NOT-IMPLEMENTED',
        fix: 'qw-lambda cost-estimate, or GET /api/v1/cost of qw-lambda serve --proxy',
      })
    }
    const { format, ...assumptions } = Object.fromEntries(new URL(c.req.url).searchParams)
    const style = JSON_STYLES.find((known) => known === format) ?? 'pretty_json'
    return jsonReply(await cost(assumptions, c.req.raw.signal), style)
  })
}
