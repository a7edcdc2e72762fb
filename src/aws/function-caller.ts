import { messageOf, QwError } from '../engine/errors.ts'
import type { Clock } from '../engine/ports.ts'
import { answerOf, openTransport } from './http-exchange.ts'
import { partitionOf } from './partition.ts'
import { encodePath, signRequest, type AwsCredentials } from './request-signature.ts'

interface CallerSettings {
  /** The function's name. */
  readonly name: string
  readonly region: string
  readonly credentials: () => AwsCredentials
  readonly clock: Clock
  /** Base address of another service that speaks Lambda's API; undefined: AWS. */
  readonly endpoint?: string | undefined
}

/** An answer comes when the function has ended: the searcher's own limit, and a second more. */
const IDLE_TIMEOUT_MS = 31_000

/**
 * Runs a function with a JSON event and gives the JSON that it returns, without the SDK
 * (docs/decisions/0004). Once: whoever calls has something better to do than to wait and try again.
 * Rejects with `unavailable` when no run could answer (no concurrency left, a fault, an error thrown in
 * the function), and with the signal's reason when aborted.
 */
export function functionCaller(settings: CallerSettings) {
  const { name, region, credentials, clock } = settings
  const address = settings.endpoint ?? `https://lambda.${region}.${partitionOf(region).domain}`
  const { protocol, host, hostname, port } = new URL(address)
  const path = `/2015-03-31/functions/${encodePath(name)}/invocations`
  const transport = openTransport(protocol)
  return async (event: unknown, signal?: AbortSignal): Promise<unknown> => {
    signal?.throwIfAborted()
    const body = Buffer.from(JSON.stringify(event))
    const headers = signRequest(
      {
        method: 'POST',
        host,
        path,
        query: {},
        headers: { 'content-type': 'application/json', 'content-length': String(body.length) },
        body,
      },
      { credentials: credentials(), region, service: 'lambda', nowMs: clock.nowMs() },
    )
    const { open, agent } = await transport
    const timeout = IDLE_TIMEOUT_MS
    const options = { agent, hostname, port, method: 'POST', path, headers, timeout }
    try {
      const answer = await answerOf(open({ ...options, ...(signal && { signal }) }), body, timeout)
      const text = new TextDecoder().decode(answer.body)
      const failed = answer.headers['x-amz-function-error']
      if (answer.status !== 200 || failed !== undefined) {
        throw new QwError('unavailable', `${name} was answered with ${answer.status} ${text}`)
      }
      return JSON.parse(text)
    } catch (cause) {
      signal?.throwIfAborted()
      if (cause instanceof QwError) throw cause
      throw new QwError('unavailable', `no answer from ${name}: ${messageOf(cause)}`, { cause })
    }
  }
}
