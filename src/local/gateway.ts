import { serve } from '@hono/node-server'
import type { AddressInfo } from 'node:net'
import { QwError } from '../engine/errors.ts'
import type { Clock } from '../engine/ports.ts'

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

export interface GatewayHost {
  readonly fetch: (request: Request) => Promise<Response>
  readonly clock: Clock
  readonly onRequest: (line: RequestLine) => void
  /** The origin whose pages may read the answers; `*` for every page. */
  readonly corsOrigin?: string | undefined
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
  const answer = async (request: Request): Promise<Response> => {
    const startMs = host.clock.nowMs()
    const response = withCors(
      isPreflight(request) ? new Response(null, { status: 204 }) : await host.fetch(request),
      host.corsOrigin,
    )
    const url = new URL(request.url)
    host.onRequest({
      method: request.method,
      path: url.pathname + url.search,
      status: response.status,
      elapsedMs: host.clock.nowMs() - startMs,
      bytes: Number(response.headers.get('content-length') ?? 0),
      splits: response.headers.get('x-qw-splits') ?? undefined,
    })
    return response
  }
  return await new Promise((resolve, reject) => {
    const server = serve(
      { fetch: answer, hostname: settings.host, port: settings.port },
      (info: AddressInfo) => {
        resolve({
          url: `http://${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${info.port}`,
          port: info.port,
          close: (graceMs) => closeServer(server, host.clock, graceMs),
        })
      },
    )
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined)
      else reject(cannotListen(settings, error))
    })
  })
}

/** A browser asks first whether it may; the answer is in the headers. */
function isPreflight(request: Request): boolean {
  return request.method === 'OPTIONS' && request.headers.has('access-control-request-method')
}

function withCors(response: Response, origin: string | undefined): Response {
  if (origin === undefined) return response
  const headers = new Headers(response.headers)
  headers.set('access-control-allow-origin', origin)
  headers.set('access-control-allow-methods', 'GET, POST, PUT, DELETE')
  headers.set('access-control-allow-headers', 'content-type, x-api-key')
  headers.set('access-control-expose-headers', 'x-qw-splits')
  if (origin !== '*') headers.set('vary', 'origin')
  return new Response(response.body, { status: response.status, headers })
}

async function closeServer(
  server: ReturnType<typeof serve>,
  clock: Clock,
  graceMs: number,
): Promise<void> {
  const closed = new Promise<void>((done) => server.close(() => done()))
  if ('closeIdleConnections' in server) server.closeIdleConnections()
  await Promise.race([closed, clock.sleep(graceMs)])
  if ('closeAllConnections' in server) server.closeAllConnections()
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
