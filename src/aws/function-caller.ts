import { messageOf, QwError } from '../engine/errors.ts'
import type { Clock } from '../engine/ports.ts'
import { jsonSender } from './json-sender.ts'
import { partitionOf } from './partition.ts'
import { encodePath, type AwsCredentials } from './request-signature.ts'

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
  const { name, region } = settings
  const address = settings.endpoint ?? `https://lambda.${region}.${partitionOf(region).domain}`
  const send = jsonSender({
    ...settings,
    address,
    service: 'lambda',
    idleTimeoutMs: IDLE_TIMEOUT_MS,
  })
  const path = `/2015-03-31/functions/${encodePath(name)}/invocations`
  return async (event: unknown, signal?: AbortSignal): Promise<unknown> => {
    signal?.throwIfAborted()
    try {
      const sent = { path, headers: { 'content-type': 'application/json' }, input: event, signal }
      const { status, headers, text } = await send(sent)
      if (status === 200 && headers['x-amz-function-error'] === undefined) return JSON.parse(text)
      throw new QwError('unavailable', `${name} was answered with ${status} ${text}`)
    } catch (cause) {
      signal?.throwIfAborted()
      if (cause instanceof QwError) throw cause
      throw new QwError('unavailable', `no answer from ${name}: ${messageOf(cause)}`, { cause })
    }
  }
}
