import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ServerRequest {
  readonly method: string
  /** With the query. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface ServerAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
  /** Breaks the connection instead of answering. */
  readonly reset?: true
}

export interface ScriptedServer {
  readonly endpoint: string
  readonly requests: readonly ServerRequest[]
  close(): Promise<void>
}

/** An AWS endpoint on this machine: it records what an SDK client really sends and answers as told. */
export async function scriptedServer(
  answer: (request: ServerRequest) => ServerAnswer,
): Promise<ScriptedServer> {
  const requests: ServerRequest[] = []
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const request = {
        method: incoming.method ?? '',
        url: incoming.url ?? '',
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString(),
      }
      requests.push(request)
      const { status = 200, headers, body, reset } = answer(request)
      if (reset === true) {
        outgoing.destroy()
        return
      }
      outgoing.writeHead(status, {
        'content-type': body.startsWith('{') ? 'application/json' : 'text/xml',
        ...headers,
      })
      outgoing.end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
