import type { Clock } from '../../ports.ts'
import { fanOut, type FanOutSettings } from '../fan-out.ts'
import { decodeLeafRequest, decodeLeafResponse, encodeLeaf } from '../leaf-codec.ts'
import type { LeafInvoker } from '../leaf-request.ts'
import { searchLeaf } from '../leaf.ts'
import type { SearchContext } from '../root.ts'
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
