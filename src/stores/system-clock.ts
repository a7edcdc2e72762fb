import { randomBytes } from 'node:crypto'
import type { Clock, Random } from '../engine/ports.ts'

/** The machine's wall clock. `sleep` rejects with the signal's reason as soon as it is aborted. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason)
        return
      }
      const onAbort = (): void => {
        clearTimeout(timer)
        reject(signal?.reason)
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      }, ms)
      signal?.addEventListener('abort', onAbort, { once: true })
    }),
}

/** Bytes from the operating system's cryptographic source. */
export const systemRandom: Random = {
  bytes: (count) => new Uint8Array(randomBytes(count)),
}
