import { QwError, messageOf } from '../../engine/errors.ts'
import { startGateway, type RequestLine } from '../../local/gateway.ts'
import type { ApiClient } from '../stack/api-client.ts'
import type { CliContext } from '../command/context.ts'
import { formatDuration } from '../../engine/dates/duration.ts'
import { frontApi } from '../../api/front-api.ts'
import { jsonText } from '../../api/reply.ts'
import { deployedCost } from './aws-served-cost.ts'
import { announceServer, shippedPage } from './served-page.ts'
import { lambdaClient } from '../stack/aws-lambda-client.ts'
import { currentDeployment } from '../stack/aws-deployment.ts'

export interface ProxyOptions {
  readonly host: string
  readonly port: number
  /** Take the next free port when this one is taken. */
  readonly mayMove: boolean
  readonly corsOrigin: string | undefined
  readonly onRequest: (line: RequestLine) => void
  /** How long running requests may take to end after Ctrl-C. */
  readonly drainMs: number
  /** Whether the browser is to show the page. */
  readonly opens: boolean
}

/** What writes documents or indexes: a proxy that needs no key must not pass it on. */
const WRITES = /\/(ingest|_bulk|_doc|_create)(\/|$)|\/(retry|merge|gc|infer)$/

/** The deployment's API on this machine: requests go by Lambda Invoke with the caller's credentials, so
 *  that a browser or Grafana needs no key. Read-only. Ends with the context's signal. */
export async function serveProxy(context: CliContext, options: ProxyOptions): Promise<void> {
  const deployment = await currentDeployment(context)
  const client = lambdaClient(deployment)
  const { host, port, mayMove, corsOrigin, onRequest } = options
  const fetch = frontApi({
    page: shippedPage(),
    cost: deployedCost(context),
    rest: (request) => answer(client, request),
  })
  const gateway = await startGateway(
    { fetch, clock: context.clock, corsOrigin, asksForKey: false, onRequest },
    { host, port, mayMove },
  )
  const place = `${deployment.name} in ${deployment.session.region}`
  await announceServer(context, gateway.url, {
    opens: options.opens,
    hint: (api) =>
      `${place} under ${api}, read-only, without a key. Each request is an invocation. Ctrl-C stops.`,
  })
  await aborted(context.signal)
  context.report.hint(`Ending running requests (${formatDuration(options.drainMs)} at most).`)
  await gateway.close(options.drainMs)
}

async function answer(client: ApiClient, request: Request): Promise<Response> {
  const { pathname } = new URL(request.url)
  const isRead = request.method === 'GET' || request.method === 'HEAD' || request.method === 'POST'
  if (!isRead || WRITES.test(pathname)) return refusal(405, 'the proxy is read-only')
  try {
    return await client.fetch(request)
  } catch (error) {
    const isBusy = error instanceof QwError && error.kind === 'unavailable'
    return refusal(isBusy ? 503 : 502, messageOf(error))
  }
}

function refusal(status: number, message: string): Response {
  return jsonText(JSON.stringify({ message }), status)
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((done) => signal.addEventListener('abort', () => done(), { once: true }))
}
