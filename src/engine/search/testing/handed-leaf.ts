import type { Clock } from '../../ports.ts'
import { fanOut, type FanOutSettings } from '../fan-out.ts'
import { decodeLeafRequest, decodeLeafResponse, encodeLeaf } from '../leaf-codec.ts'
import type { LeafInvoker, LeafResponse } from '../leaf-request.ts'
import { searchLeaf } from '../leaf.ts'
import { requestFromClone, responseFromClone, toCloneable } from '../leaf-clone.ts'
import type { SearchContext } from '../root.ts'
import { spreadLeaf, type LeafThread, type SpreadSettings } from '../spread.ts'
import { SearchCaches } from '../caches.ts'

/** Every split is a call's worth. */
const SMALLEST = { bytes: 1, splitsMax: 1 }

export function leafHere(context: SearchContext): LeafInvoker {
  return { search: (request, signal) => searchLeaf(request, context, signal) }
}

/** As another process would: through the bytes that are sent, with caches of its own. */
export function leafElsewhere(context: SearchContext): LeafInvoker {
  const other = { ...context, caches: new SearchCaches() }
  return {
    async search(request, signal) {
      const received = decodeLeafRequest(encodeLeaf(request))
      return decodeLeafResponse(encodeLeaf(await searchLeaf(received, other, signal)))
    },
  }
}

/** Nothing takes long by it: no call is made twice. */
const stillClock: Clock = {
  nowMs: () => 0,
  sleep: (_ms, signal) =>
    new Promise((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error))
    }),
}

/** Each split but the last by a call of its own. */
export function handedLeaf(
  context: SearchContext,
  settings: Partial<FanOutSettings> = {},
): LeafInvoker {
  return fanOut({
    here: leafHere(context),
    elsewhere: leafElsewhere(context),
    callsMax: 1_000,
    caches: context.caches,
    clock: stillClock,
    log: () => undefined,
    sizes: SMALLEST,
    ...settings,
  })
}

/** Every document is worth a hand-over, and any bound will do. */
const SMALLEST_PARTS = { partMs: 1e-6, cutDocs: 1 }

/** As another thread would, with caches of its own, as soon as this one waits for anything. */
export function leafThread(context: SearchContext): LeafThread {
  const other = { ...context, caches: new SearchCaches() }
  return {
    hand(request, signal) {
      const sent = structuredClone(toCloneable(request))
      let state: 'waiting' | 'begun' | 'takenBack' = 'waiting'
      const search = async (): Promise<LeafResponse> => {
        await Promise.resolve()
        if (state !== 'waiting') throw new Error('taken back')
        state = 'begun'
        const answer = await searchLeaf(requestFromClone(sent), other, signal)
        return responseFromClone(structuredClone(toCloneable(answer)))
      }
      const takeBack = (): boolean => {
        if (state !== 'waiting') return false
        state = 'takenBack'
        return true
      }
      return { answer: search(), takeBack }
    },
  }
}

/** Over this thread and two others, in parts that are as small as can be. */
export function spreadOut(
  context: SearchContext,
  settings: Partial<SpreadSettings> = {},
): LeafInvoker {
  const threads = [leafThread(context), undefined, leafThread(context)]
  return spreadLeaf({
    here: leafHere(context),
    ready: () => threads,
    caches: context.caches,
    log: () => undefined,
    sizes: SMALLEST_PARTS,
    ...settings,
  })
}
