import { gunzipSync } from 'node:zlib'
import { messageOf } from '../engine/errors.ts'
import type { Clock } from '../engine/ports.ts'
import type { Invocation, InvocationLog } from './invocation-log.ts'
import { parseSearcherEvent } from './searcher-event.ts'

export interface SearcherComponents {
  /** The API with the response rules of a function already applied: gzip, 413 over the limit. */
  readonly fetch: (request: Request) => Promise<Response> | Response
  readonly clock: Clock
  readonly log: InvocationLog
}

/** What API Gateway and function URLs expect. The body is base64 when it is gzip. */
export interface SearcherReply {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly isBase64Encoded: boolean
}

export type SearcherHandler = (event: unknown, invocation: Invocation) => Promise<SearcherReply>

export function makeSearcherHandler(components: SearcherComponents): SearcherHandler {
  let cold = true
  return async (event, invocation) => {
    const startMs = components.clock.nowMs()
    const wasCold = cold
    cold = false
    const request = parseSearcherEvent(event)
    const line = { request_id: invocation.requestId, method: request.method, path: pathOf(request) }
    try {
      const response = await components.fetch(request)
      const reply = await replyOf(response)
      components.log({
        event: 'request',
        ...line,
        status: reply.statusCode,
        ms: components.clock.nowMs() - startMs,
        body_bytes: reply.body.length,
        cold: wasCold,
      })
      return reply
    } catch (error) {
      components.log({ event: 'request-failed', ...line, error: messageOf(error) })
      throw error
    }
  }
}

async function replyOf(response: Response): Promise<SearcherReply> {
  const body = Buffer.from(await response.arrayBuffer())
  const isBase64Encoded = response.headers.has('content-encoding')
  return {
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    body: body.toString(isBase64Encoded ? 'base64' : 'utf8'),
    isBase64Encoded,
  }
}

/** The JSON text inside a reply, for callers that invoke the function instead of speaking HTTP. */
export function replyText(reply: SearcherReply): string {
  if (!reply.isBase64Encoded) return reply.body
  return gunzipSync(Buffer.from(reply.body, 'base64')).toString('utf8')
}

function pathOf(request: Request): string {
  const url = new URL(request.url)
  return url.pathname + url.search
}
