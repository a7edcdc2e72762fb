import type { Clock, ObjectStore } from '../../engine/ports.ts'
import { seededFractions } from './seeded-fractions.ts'

interface LatencyModel {
  readonly clock: Clock
  readonly seed: number
  /** Time to first byte, log-normal through these two points. */
  readonly firstByteMs: { readonly median: number; readonly p99: number }
  /** 10^6 bytes per second of one request. */
  readonly requestMegabytesPerSecond: number
  /** 10^6 bytes per second that all requests share: the machine's network. */
  readonly networkMegabytesPerSecond: number
  /** At most so many requests are under way, and the first of a connection waits for it to be opened;
   *  any number, open already, unless given. */
  readonly connections?: { readonly max: number; readonly openMs: number }
}

/** The standard normal quantile of 0.99. */
const Z_99 = 2.3263
/** S3 lists this many keys per request. */
const LIST_PAGE_KEYS = 1000

/** `inner` as slow as an object store far away. Time that `inner` itself takes counts as part of the
 *  modelled time, so a folder behind it is not charged twice. */
export function latencyStore(inner: ObjectStore, model: LatencyModel): ObjectStore {
  const { clock } = model
  const { nextFirstByteMs, answeredMs } = lineOf(model)

  async function delayed<T>(
    result: () => Promise<T>,
    bytesOf: (value: T) => number,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const askedMs = clock.nowMs()
    const value = await result()
    const restMs = answeredMs(askedMs, bytesOf(value)) - clock.nowMs()
    if (restMs > 0) await clock.sleep(restMs, signal)
    return value
  }

  return {
    get: (key, options) =>
      delayed(
        () => inner.get(key, options),
        (object) => object?.bytes.byteLength ?? 0,
        options?.signal,
      ),
    read: (key, range, signal) =>
      delayed(
        () => inner.read(key, range, signal),
        (bytes) => bytes.byteLength,
        signal,
      ),
    head: (key, signal) =>
      delayed(
        () => inner.head(key, signal),
        () => 0,
        signal,
      ),
    put: (key, body, options) =>
      delayed(
        () => inner.put(key, body, options),
        (info) => info.sizeBytes,
        options.signal,
      ),
    delete: (key, signal) =>
      delayed(
        () => inner.delete(key, signal),
        () => 0,
        signal,
      ),
    async *list(prefix, signal) {
      let listed = 0
      await clock.sleep(nextFirstByteMs(), signal)
      for await (const info of inner.list(prefix, signal)) {
        yield info
        listed++
        if (listed % LIST_PAGE_KEYS === 0) await clock.sleep(nextFirstByteMs(), signal)
      }
    },
  }
}

/** The way to the store, which all requests share. */
function lineOf(model: LatencyModel) {
  const { firstByteMs } = model
  const { max = Infinity, openMs = 0 } = model.connections ?? {}
  const fraction = seededFractions(model.seed)
  const sigma = Math.log(firstByteMs.p99 / firstByteMs.median) / Z_99
  let networkFreeAtMs = 0
  /** When the answer of each connection's last request is through. */
  const connectionFreeAtMs: number[] = []

  function nextFirstByteMs(): number {
    return firstByteMs.median * Math.exp(sigma * standardNormal(fraction))
  }

  /** When a request that is made at `askedMs` is answered with so many bytes. */
  function answeredMs(askedMs: number, bytes: number): number {
    let connection = connectionFreeAtMs.findIndex((freeAtMs) => freeAtMs <= askedMs)
    let sentMs = askedMs
    if (connection < 0 && connectionFreeAtMs.length < max) {
      connection = connectionFreeAtMs.length
      sentMs += openMs
    } else if (connection < 0) {
      sentMs = Math.min(...connectionFreeAtMs)
      connection = connectionFreeAtMs.indexOf(sentMs)
    }
    const endMs = transferEndMs(sentMs + nextFirstByteMs(), bytes)
    connectionFreeAtMs[connection] = endMs
    return endMs
  }

  /** When the last of `bytes` is through: the slower of this request's stream and the shared line,
   *  on which transfers queue behind one another. */
  function transferEndMs(firstByteAtMs: number, bytes: number): number {
    const lineMs = bytes / (model.networkMegabytesPerSecond * 1000)
    networkFreeAtMs = Math.max(networkFreeAtMs, firstByteAtMs) + lineMs
    return Math.max(
      networkFreeAtMs,
      firstByteAtMs + bytes / (model.requestMegabytesPerSecond * 1000),
    )
  }

  return { nextFirstByteMs, answeredMs }
}

/** Box and Muller's transform of two uniform numbers. */
function standardNormal(fraction: () => number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - fraction()))
  return radius * Math.cos(2 * Math.PI * fraction())
}
