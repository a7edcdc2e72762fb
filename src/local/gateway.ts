import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SEARCH_PATH } from '../api/app.ts'
import { bodiedRequest } from '../api/bodied-request.ts'
import { jsonText } from '../api/reply.ts'
import { MAX_JSON_BODY_BYTES } from '../api/request-body.ts'
import { messageOf, QwError } from '../engine/errors.ts'
import type { Clock } from '../engine/ports.ts'
import { foreignPage } from './browser-guard.ts'
import { encodeBody } from './content-coding.ts'
import {
  handedResponse,
  headersOf,
  type HandedRequest,
  type HandedResponse,
} from './handed-request.ts'

interface GatewaySettings {
  readonly host: string
  readonly port: number
  /** Try the following ports when this one is taken. */
  readonly mayMove: boolean
}

export interface RequestLine {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly elapsedMs: number
  /** Of the body as it was sent. */
  readonly bytes: number
  /** `searched/all`, when it was a search. */
  readonly splits: string | undefined
}

export interface Gateway {
  readonly url: string
  readonly port: number
  /** Stops listening, waits for running requests up to `graceMs`, then closes them. */
  close(graceMs: number): Promise<void>
}

/** Ports tried after the first one. */
const MAX_MOVES = 20
/** All headers of a request together; past it the answer is 431. */
const MAX_HEADER_BYTES = 32 << 10
/** Connections at once; one more is closed before it is read. */
const MAX_CONNECTIONS = 2_000
/** A client that is slower than this with its headers, with the whole request, or with taking a piece
 *  of the answer, is cut off: it would hold memory for as long as it likes. */
const SLOW = { headersMs: 30_000, requestMs: 300_000, answerMs: 60_000 }
/** Longer than the pools of common clients keep a connection: they close first and lose no request. */
const KEEP_ALIVE_MS = 100_000

type SearchHost = (request: HandedRequest, signal: AbortSignal) => Promise<HandedResponse>

export interface GatewayHost {
  readonly fetch: (request: Request) => Promise<Response>
  /** Who answers searches beside this thread; undefined: `fetch`. */
  readonly search?: SearchHost | undefined
  readonly clock: Clock
  readonly onRequest: (line: RequestLine) => void
  /** The origin whose pages may read the answers; `*` for every page. */
  readonly corsOrigin?: string | undefined
  /** Whether every request shows a key, which no page of another site has. */
  readonly asksForKey: boolean
}

/** The API over HTTP on this machine, as API Gateway stands before the searcher in AWS. */
export async function startGateway(host: GatewayHost, settings: GatewaySettings): Promise<Gateway> {
  const moves = settings.mayMove ? MAX_MOVES : 0
  for (let port = settings.port; ; port++) {
    const gateway = await tryListen(host, { ...settings, port })
    if (gateway !== undefined) return gateway
    if (port >= settings.port + moves) throw portTaken(settings)
  }
}

async function tryListen(
  host: GatewayHost,
  settings: GatewaySettings,
): Promise<Gateway | undefined> {
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: SLOW.headersMs,
      requestTimeout: SLOW.requestMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
    (incoming, outgoing) => {
      void answer(host, incoming, outgoing)
    },
  )
  server.maxConnections = MAX_CONNECTIONS
  return await new Promise((resolve, reject) => {
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined)
      else reject(cannotListen(settings, error))
    })
    server.listen(settings.port, settings.host, () => {
      // An AddressInfo for a TCP server.
      const { port } = server.address() as AddressInfo
      const name = settings.host.includes(':') ? `[${settings.host}]` : settings.host
      const close = (graceMs: number): Promise<void> => closeServer(server, host.clock, graceMs)
      resolve({ url: `http://${name}:${port}`, port, close })
    })
  })
}

/** Never rejects: what goes wrong with one request ends that request alone. */
async function answer(
  host: GatewayHost,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const startMs = host.clock.nowMs()
  const method = incoming.method ?? 'GET'
  const path = incoming.url ?? '/'
  const ended = new AbortController()
  outgoing.on('close', () => {
    if (!outgoing.writableFinished) ended.abort(new Error('the client went away'))
  })
  let status = 500
  let sent: Sent = { bytes: 0, splits: undefined }
  try {
    const response = await responseTo(host, incoming, ended.signal)
    status = response.status
    sent = await send(response, { host, incoming, outgoing })
  } catch (error) {
    // The API answers its own errors; this is a request that no Request can be made of.
    if (!outgoing.headersSent) outgoing.writeHead((status = 400)).end(messageOf(error))
    else outgoing.destroy()
  }
  host.onRequest({ method, path, status, elapsedMs: host.clock.nowMs() - startMs, ...sent })
}

async function responseTo(
  host: GatewayHost,
  incoming: IncomingMessage,
  signal: AbortSignal,
): Promise<HandedResponse> {
  const refusal = host.asksForKey ? undefined : foreignPage(incoming.headers, host.corsOrigin)
  if (refusal !== undefined) {
    return await handedResponse(jsonText(JSON.stringify({ message: refusal }), 403))
  }
  if (isPreflight(incoming)) return { status: 204, headers: [], body: undefined }
  const [path = ''] = (incoming.url ?? '/').split('?', 1)
  if (host.search !== undefined && SEARCH_PATH.test(path)) {
    return await host.search(await handedRequest(incoming), signal)
  }
  return await handedResponse(await host.fetch(requestOf(incoming, signal)))
}

function requestOf(incoming: IncomingMessage, signal: AbortSignal): Request {
  const headers = headersOf(incoming.rawHeaders)
  const body = hasBody(incoming) ? bodyOf(incoming) : undefined
  return bodiedRequest(urlOf(incoming), { method: incoming.method ?? 'GET', headers, body, signal })
}

/** The body of a search fits in memory; of a longer one so much comes along that it is refused. */
async function handedRequest(incoming: IncomingMessage): Promise<HandedRequest> {
  const parts: Uint8Array[] = []
  let sizeBytes = 0
  if (hasBody(incoming)) {
    for await (const part of bodyOf(incoming)) {
      parts.push(part)
      sizeBytes += part.length
      if (sizeBytes > MAX_JSON_BODY_BYTES) break
    }
  }
  const { method = 'GET', rawHeaders } = incoming
  const body = parts.length === 0 ? undefined : Buffer.concat(parts)
  return { method, url: urlOf(incoming), rawHeaders, body }
}

function urlOf({ headers, url = '/' }: IncomingMessage): string {
  return `http://${headers.host ?? 'localhost'}${url}`
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** Read as it is asked for. Whoever stops early still gets its answer through: what comes after is
 *  thrown away by the server, not by closing the connection. */
function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  const chunks = incoming.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array>
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next()
        if (done === true) controller.close()
        else controller.enqueue(value)
      },
      cancel() {
        incoming.resume()
      },
    },
    { highWaterMark: 0 },
  )
}

type Sent = Pick<RequestLine, 'bytes' | 'splits'>

interface Exchange {
  readonly host: GatewayHost
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
}

async function send(response: HandedResponse, exchange: Exchange): Promise<Sent> {
  const { host, incoming, outgoing } = exchange
  // What is asked for is opened as what it says it is, never as a page.
  outgoing.setHeader('x-content-type-options', 'nosniff')
  for (const [name, value] of response.headers) outgoing.setHeader(name, value)
  setCors(outgoing, host.corsOrigin)
  outgoing.statusCode = response.status
  const splits = response.headers.find(([name]) => name === 'x-qw-splits')?.[1]
  if (response.body === undefined) {
    outgoing.end()
    return { bytes: 0, splits }
  }
  let bytes: Uint8Array = response.body
  if (!outgoing.hasHeader('content-encoding')) {
    outgoing.appendHeader('vary', 'accept-encoding')
    const encoded = await encodeBody(bytes, incoming.headers['accept-encoding'])
    bytes = encoded.bytes
    if (encoded.coding !== undefined) outgoing.setHeader('content-encoding', encoded.coding)
  }
  outgoing.setHeader('content-length', bytes.length)
  outgoing.setTimeout(SLOW.answerMs, () => outgoing.destroy())
  outgoing.end(bytes)
  return { bytes: bytes.length, splits }
}

/** A browser asks first whether it may; the answer is in the headers. */
function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined
}

function setCors(outgoing: ServerResponse, origin: string | undefined): void {
  if (origin === undefined) return
  outgoing.setHeader('access-control-allow-origin', origin)
  outgoing.setHeader('access-control-allow-methods', 'GET, HEAD, POST, PUT, DELETE')
  outgoing.setHeader('access-control-allow-headers', 'content-type, x-api-key, authorization')
  outgoing.setHeader('access-control-expose-headers', 'x-qw-splits')
  if (origin !== '*') outgoing.setHeader('vary', 'origin')
}

async function closeServer(server: Server, clock: Clock, graceMs: number): Promise<void> {
  const closed = new Promise<void>((done) => server.close(() => done()))
  server.closeIdleConnections()
  await Promise.race([closed, clock.sleep(graceMs)])
  server.closeAllConnections()
  await closed
}

function cannotListen({ host, port }: GatewaySettings, error: NodeJS.ErrnoException): QwError {
  return new QwError('conflict', `cannot listen on port ${port} of ${host}: ${error.message}`, {
    code: 'LOCAL-PORT',
    fix:
      error.code === 'EACCES'
        ? 'ports below 1024 are for the administrator: choose another --port'
        : 'choose an address of this machine: --host 127.0.0.1',
    cause: error,
  })
}

function portTaken({ port, host }: GatewaySettings): QwError {
  return new QwError('conflict', `port ${port} of ${host} is in use`, {
    code: 'LOCAL-PORT',
    fix: `choose another (--port ${port + 1}), or leave --port out: the next free one is taken`,
  })
}
