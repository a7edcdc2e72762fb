import { gunzipSync } from 'node:zlib'
import { bytesOf } from '../api/held-body.ts'
import { QwError } from '../engine/errors.ts'
import type { Clock } from '../engine/ports.ts'
import type { Invocation, InvocationLog } from './invocation-log.ts'
import { parseSearcherEvent } from './searcher-event.ts'

interface SearcherComponents {
  /** The API with the response rules of a function already applied: gzip, 413 over the limit. */
  readonly fetch: (request: Request) => Promise<Response> | Response
  readonly clock: Clock
  readonly log: InvocationLog
}

/** What API Gateway and function URLs expect. The body is base64 when it is gzip. */
interface SearcherReply {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly isBase64Encoded: boolean
}

type SearcherHandler = (event: unknown, invocation: Invocation) => Promise<SearcherReply>

/** Before the function's end, to answer in words rather than be killed: with the default of 30 s this
 *  is also before the gateway gives up at 29 s. */
const SAFETY_MS = 1_500

export function makeSearcherHandler(components: SearcherComponents): SearcherHandler {
  let cold = true
  return async (event, invocation) => {
    const startMs = components.clock.nowMs()
    const wasCold = cold
    cold = false
    const deadline = untilDeadline(invocation, startMs)
    try {
      const request = parseSearcherEvent(event, deadline.signal)
      const reply = await replyOf(await components.fetch(request))
      components.log({
        event: 'request',
        request_id: invocation.requestId,
        method: request.method,
        path: pathOf(request),
        status: reply.statusCode,
        ms: components.clock.nowMs() - startMs,
        body_bytes: reply.body.length,
        cold: wasCold,
      })
      return reply
    } finally {
      deadline.clear()
    }
  }
}

/** A signal that is aborted shortly before the invocation's end, or with the invocation's own. */
export function untilDeadline({ deadlineMs, signal }: Invocation, nowMs: number) {
  const ended = new AbortController()
  const leftMs = (deadlineMs ?? Infinity) - SAFETY_MS - nowMs
  const timer = Number.isFinite(leftMs)
    ? setTimeout(() => ended.abort(outOfTime(leftMs)), leftMs)
    : undefined
  return {
    signal: signal === undefined ? ended.signal : AbortSignal.any([ended.signal, signal]),
    clear: () => clearTimeout(timer),
  }
}

function outOfTime(leftMs: number): QwError {
  const seconds = Math.round(leftMs / 1_000)
  return new QwError('tooLarge', `the search was stopped after ${seconds} s`, {
    code: 'REQ-TIMEOUT',
    fix: 'narrow the time range, ask for less, or give the searcher more memory',
  })
}

async function replyOf(response: Response): Promise<SearcherReply> {
  const { buffer, byteOffset, length } = (await bytesOf(response)) ?? new Uint8Array()
  const body = Buffer.from(buffer, byteOffset, length)
  const isBase64Encoded = response.headers.has('content-encoding')
  // A gateway counts what it sends; ours would be of other bytes wherever it passes base64 on.
  const headers = [...response.headers].filter(([name]) => name !== 'content-length')
  return {
    statusCode: response.status,
    headers: Object.fromEntries(headers),
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
