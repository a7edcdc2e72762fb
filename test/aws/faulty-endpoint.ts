import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'

/** What a test does with a request; undefined passes it on. */
export type Fault = (call: AwsCall) => FaultReply | undefined

export interface AwsCall {
  readonly method: string
  readonly path: string
  /** The action of query-protocol and JSON services, such as `DescribeStackEvents`. */
  readonly action: string | undefined
  readonly body: string
}

/** What is passed on instead of the body; undefined passes on the body itself. */
export type Rewrite = (call: AwsCall) => string | undefined

export interface FaultReply {
  readonly status: number
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

/** The endpoint with faults in front of it, and a record of what was asked. */
export class FaultyEndpoint {
  readonly calls: AwsCall[] = []
  url = ''
  fault: Fault = () => undefined
  rewrite: Rewrite = () => undefined
  readonly #target: string
  readonly #server = createServer((incoming, outgoing) => {
    this.#answer(incoming, outgoing).catch((error: unknown) =>
      outgoing.writeHead(502).end(String(error)),
    )
  })

  private constructor(target: string) {
    this.#target = target
  }

  static async start(target: string): Promise<FaultyEndpoint> {
    const endpoint = new FaultyEndpoint(target)
    endpoint.#server.listen(0, '127.0.0.1')
    await once(endpoint.#server, 'listening')
    const address = endpoint.#server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    endpoint.url = `http://127.0.0.1:${address.port}`
    return endpoint
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(Buffer.from(chunk))
    const bytes = Buffer.concat(chunks)
    const call = callOf(incoming, bytes)
    this.calls.push(call)
    const reply = this.fault(call)
    if (reply !== undefined) {
      outgoing.writeHead(reply.status, { 'x-amzn-requestid': 'fault', ...reply.headers })
      outgoing.end(reply.body)
      return
    }
    const { hostname, port } = new URL(this.#target)
    const rewritten = this.rewrite(call)
    const sent = rewritten === undefined ? bytes : Buffer.from(rewritten)
    const { method, url } = incoming
    const headers = { ...incoming.headers, 'content-length': String(sent.length) }
    const onward = request({ hostname, port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    onward.on('error', (error) => outgoing.writeHead(502).end(String(error)))
    onward.end(sent)
  }
}

function callOf(incoming: IncomingMessage, bytes: Buffer): AwsCall {
  const target = incoming.headers['x-amz-target']
  const isForm = (incoming.headers['content-type'] ?? '').includes('form-urlencoded')
  const body = bytes.length > 200_000 ? '' : bytes.toString()
  const action = isForm
    ? (new URLSearchParams(body).get('Action') ?? undefined)
    : String(target ?? '')
        .split('.')
        .at(-1)
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    action: action === '' ? undefined : action,
    body,
  }
}

/** The error of a query-protocol service, as CloudFormation and STS write it. */
export function queryError(code: string, message: string, status = 400): FaultReply {
  const body = `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>fault</RequestId></ErrorResponse>`
  return { status, body, headers: { 'content-type': 'text/xml' } }
}
