import { isQwError } from '../engine/errors.ts'
import {
  storedAs,
  type Clock,
  type ObjectBody,
  type ObjectInfo,
  type ObjectStore,
  type PutOptions,
  type Random,
} from '../engine/ports.ts'
import { compareKeys } from './object-key.ts'

export interface RetrySettings {
  readonly clock: Clock
  readonly random: Random
  /** Tries of one request, the first included. */
  readonly attemptsMax: number
  /** The pause after the n-th failure is random between 0 and min(pauseMsMax, pauseMsFirst * 2^n). */
  readonly pauseMsFirst: number
  readonly pauseMsMax: number
  /** No new try starts later than this after the first; a try that hangs is the inner store's matter. */
  readonly timeoutMs: number
}

/**
 * Repeats what is `unavailable`, and nothing else. The one layer that retries: give it an inner store
 * that does not.
 *
 * A put whose answer was lost may have taken effect, and then its retry meets its own object and ends
 * in a conflict. So a conflict after such a failure is settled by reading: when the key holds exactly
 * our bytes, the put succeeded. That is only right if no other writer puts the same bytes under the
 * same key: bodies of conditional puts must carry something unique to the writer, such as a random
 * id. ETags cannot serve instead, as the lost answer was what held ours.
 *
 * One conflict remains in which the put did take effect: another writer has built upon our object
 * already. Nothing in the store tells that apart, so a writer that reloads after a conflict must look
 * for its own change before making it again.
 */
export function retryingStore(inner: ObjectStore, settings: RetrySettings): ObjectStore {
  const retry = <T>(act: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
    const wait = pauses(settings, signal)
    const next = async (): Promise<T> => {
      try {
        return await act()
      } catch (error) {
        await wait(error)
        return next()
      }
    }
    return next()
  }

  async function put(key: string, body: ObjectBody, options: PutOptions): Promise<ObjectInfo> {
    let answerLost = false
    const once = async (): Promise<ObjectInfo> => {
      try {
        return await inner.put(key, body, options)
      } catch (error) {
        if (isQwError(error, 'unavailable')) answerLost = true
        if (!answerLost || !isQwError(error, 'conflict')) throw error
        const ours = await retry(() => storedAs(inner, key, body), options.signal)
        if (ours === undefined) throw error
        return ours
      }
    }
    return retry(once, options.signal)
  }

  return {
    put,
    get: (key, options) => retry(() => inner.get(key, options), options?.signal),
    read: (key, range, signal) => retry(() => inner.read(key, range, signal), signal),
    head: (key, signal) => retry(() => inner.head(key, signal), signal),
    delete: (key, signal) => retry(() => inner.delete(key, signal), signal),
    async *list(prefix, signal) {
      let last: string | undefined
      let wait = pauses(settings, signal)
      for (;;) {
        try {
          for await (const info of inner.list(prefix, signal)) {
            if (last !== undefined && compareKeys(info.key, last) <= 0) continue
            last = info.key
            yield info
            wait = pauses(settings, signal)
          }
          return
        } catch (error) {
          await wait(error)
        }
      }
    },
  }
}

/** A function that takes an error and either pauses before the next try or throws the error. */
function pauses(
  settings: RetrySettings,
  signal: AbortSignal | undefined,
): (error: unknown) => Promise<void> {
  const { clock } = settings
  const deadlineMs = clock.nowMs() + settings.timeoutMs
  let failures = 0
  return async (error) => {
    signal?.throwIfAborted()
    failures++
    if (!isQwError(error, 'unavailable') || failures >= settings.attemptsMax) throw error
    const ceilingMs = Math.min(settings.pauseMsMax, settings.pauseMsFirst * 2 ** (failures - 1))
    const pauseMs = ceilingMs * randomFraction(settings.random)
    if (clock.nowMs() + pauseMs > deadlineMs) throw error
    await clock.sleep(pauseMs, signal)
  }
}

function randomFraction(random: Random): number {
  const bytes = random.bytes(4)
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0) / 2 ** 32
}
