import type { ApiProbePort } from '../deploy/ports.ts'
import { messageOf, QwError } from '../engine/errors.ts'

const TIMEOUT_MS = 35_000

/** The deployment's own HTTP API: no AWS signature, only the key. */
export function makeApiProbe(): ApiProbePort {
  return {
    async get(url, apiKey, signal) {
      const timeout = AbortSignal.timeout(TIMEOUT_MS)
      try {
        const response = await fetch(url, {
          headers: { 'x-api-key': apiKey },
          signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
        })
        return { status: response.status, body: await response.text() }
      } catch (error) {
        if (signal?.aborted === true) throw signal.reason
        throw new QwError('unavailable', `could not reach ${url}: ${messageOf(error)}`, {
          code: 'NETWORK',
          fix: 'check the connection',
          cause: error,
        })
      }
    },
  }
}
