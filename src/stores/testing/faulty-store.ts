import { QwError, type ErrorKind } from '../../engine/errors.ts'
import type { Clock, ObjectInfo, ObjectStore } from '../../engine/ports.ts'
import { seededFractions } from './seeded-fractions.ts'

export type Fault =
  /** The request never reaches the store. */
  | { readonly kind: 'failBefore'; readonly errorKind?: ErrorKind }
  /** The request takes effect and its answer is lost. A listing is cut off half-way. */
  | { readonly kind: 'failAfter'; readonly errorKind?: ErrorKind }
  | { readonly kind: 'delay'; readonly delayMs: number }

interface FaultTarget {
  readonly verb: 'get' | 'read' | 'head' | 'put' | 'list' | 'delete'
  /** The prefix for `list`. */
  readonly key: string
}

/** Asked once per request, in order of starting. */
export type FaultPlan = (target: FaultTarget) => Fault | undefined

/** `inner` with the faults that `plan` decides on; errors are `unavailable` unless a fault says otherwise. */
export function faultyStore(inner: ObjectStore, plan: FaultPlan, clock: Clock): ObjectStore {
  async function run<T>(
    target: FaultTarget,
    act: () => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const fault = plan(target)
    if (fault?.kind === 'failBefore') throw injected(fault, target)
    if (fault?.kind === 'delay') await clock.sleep(fault.delayMs, signal)
    const value = await act()
    if (fault?.kind === 'failAfter') throw injected(fault, target)
    return value
  }

  return {
    get: (key, options) =>
      run({ verb: 'get', key }, () => inner.get(key, options), options?.signal),
    read: (key, range, signal) =>
      run({ verb: 'read', key }, () => inner.read(key, range, signal), signal),
    head: (key, signal) => run({ verb: 'head', key }, () => inner.head(key, signal), signal),
    put: (key, body, options) =>
      run({ verb: 'put', key }, () => inner.put(key, body, options), options.signal),
    delete: (key, signal) => run({ verb: 'delete', key }, () => inner.delete(key, signal), signal),
    async *list(prefix, signal) {
      const target: FaultTarget = { verb: 'list', key: prefix }
      const fault = plan(target)
      if (fault?.kind === 'failBefore') throw injected(fault, target)
      if (fault?.kind === 'delay') await clock.sleep(fault.delayMs, signal)
      if (fault?.kind !== 'failAfter') {
        yield* inner.list(prefix, signal)
        return
      }
      const infos: ObjectInfo[] = []
      for await (const info of inner.list(prefix, signal)) infos.push(info)
      yield* infos.slice(0, infos.length >> 1)
      throw injected(fault, target)
    },
  }
}

/** The faults in order, one per request; none once they are used up. */
export function scriptedFaults(script: readonly (Fault | undefined)[]): FaultPlan {
  let next = 0
  return () => script[next++]
}

interface FaultRates {
  readonly seed: number
  /** Shares of requests, each in [0, 1]; together at most 1. */
  readonly failBefore: number
  readonly failAfter: number
  readonly delay: number
  readonly delayMs: number
}

/** Faults by chance; the same seed and the same order of requests give the same faults. */
export function seededFaults(rates: FaultRates): FaultPlan {
  const fraction = seededFractions(rates.seed)
  return () => {
    const drawn = fraction()
    if (drawn < rates.failBefore) return { kind: 'failBefore' }
    if (drawn < rates.failBefore + rates.failAfter) return { kind: 'failAfter' }
    if (drawn < rates.failBefore + rates.failAfter + rates.delay) {
      return { kind: 'delay', delayMs: fraction() * rates.delayMs }
    }
    return undefined
  }
}

function injected(
  fault: Extract<Fault, { errorKind?: ErrorKind }>,
  { verb, key }: FaultTarget,
): QwError {
  return new QwError(
    fault.errorKind ?? 'unavailable',
    `injected fault ${fault.kind} in ${verb} of ${key}`,
  )
}
