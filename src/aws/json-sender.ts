import type { Clock } from '../engine/ports.ts'
import { answerOf, openTransport, type HttpAnswer } from './http-exchange.ts'
import { signRequest, type AwsCredentials } from './request-signature.ts'

interface JsonService {
  /** Base address; requests go to its host. */
  readonly address: string
  readonly region: string
  /** As signatures name it. */
  readonly service: 'sqs' | 'lambda'
  readonly credentials: () => AwsCredentials
  readonly clock: Clock
  readonly idleTimeoutMs: number
}

interface JsonRequest {
  /** Percent-encoded. */
  readonly path: string
  /** Names in lower case, `content-type` among them. */
  readonly headers: Readonly<Record<string, string>>
  readonly input: unknown
  readonly signal?: AbortSignal | undefined
}

/** Posts JSON to a service of AWS, signed, once, without the SDK (docs/decisions/0004). Any status is an
 *  answer; rejects with what came in its place. */
export function jsonSender({ address, idleTimeoutMs, credentials, clock, ...signed }: JsonService) {
  const { protocol, host, hostname, port } = new URL(address)
  const transport = openTransport(protocol)
  return async (
    request: JsonRequest,
  ): Promise<Pick<HttpAnswer, 'status' | 'headers'> & { readonly text: string }> => {
    const { path, input, signal } = request
    const body = Buffer.from(JSON.stringify(input))
    const length = { 'content-length': String(body.length) }
    const headers = signRequest(
      { method: 'POST', host, path, query: {}, headers: { ...request.headers, ...length }, body },
      { ...signed, credentials: credentials(), nowMs: clock.nowMs() },
    )
    const { open, agent } = await transport
    const place = { agent, hostname, port, method: 'POST', path, headers, timeout: idleTimeoutMs }
    const outgoing = open({ ...place, ...(signal === undefined ? {} : { signal }) })
    const answer = await answerOf(outgoing, body, idleTimeoutMs)
    const text = new TextDecoder().decode(answer.body)
    return { status: answer.status, headers: answer.headers, text }
  }
}
