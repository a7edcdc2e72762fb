import { gzipSync } from 'node:zlib'
import { DEFAULT_ASSUMPTIONS } from '../../src/cost/assumptions.ts'
import { queryCost } from '../../src/cost/query-cost.ts'
import { Metastore } from '../../src/engine/metastore/metastore.ts'
import { SearchCaches } from '../../src/engine/search/caches.ts'
import { fanOut } from '../../src/engine/search/fan-out.ts'
import {
  decodeLeafRequest,
  decodeLeafResponse,
  encodeLeaf,
} from '../../src/engine/search/leaf-codec.ts'
import type { LeafInvoker } from '../../src/engine/search/leaf-request.ts'
import { searchLeaf } from '../../src/engine/search/leaf.ts'
import type { SearchRequest } from '../../src/engine/search/request.ts'
import { searchRoot, type SearchContext } from '../../src/engine/search/root.ts'
import { spreadLeaf, type LeafThread } from '../../src/engine/search/spread.ts'
import { pollingStore } from '../../src/functions/polling-store.ts'
import { readRounds, type CountingStore } from '../../src/stores/counting-store.ts'
import { systemRandom } from '../../src/stores/system-clock.ts'
import { searchRequest } from '../search-request.ts'
import { s3Model, type NameOf } from './s3-model.ts'
import { VirtualTime, type VirtualThread } from './virtual-time.ts'

/** What the call of another run of the searcher takes there and back, besides its work; an assumption
 *  about a function whose process is there. */
const CALL_MS = 20
/** The searcher's own default. */
const POLLING_MS = 60_000

export interface Setting {
  readonly folder: string
  readonly indexId: string
  /** Of the cores, as a share of this machine's; 1 unless given. */
  readonly speed?: number
  /** Two: the search is spread as `serve` spreads it. */
  readonly threads?: 1 | 2
  /** Runs of the searcher that this one may have under way; 0 unless given: it searches alone. */
  readonly callsMax?: number
  readonly nameOf?: NameOf
}

export interface Searched {
  readonly numHits: number
  readonly elapsedMs: number
  readonly requests: number
  readonly bytes: number
  /** The longest chain of reads of which each waited for the one before. */
  readonly rounds: number
  /** At list prices, as a function of the default size, through API Gateway. */
  readonly usd: number
}

/** A searcher over the modelled store with nothing in its caches, and others that it may call. */
export class ModelledSearcher {
  readonly #indexId: string
  readonly #time: VirtualTime
  readonly #root: VirtualThread
  readonly #store: CountingStore
  readonly #context: SearchContext
  /** Billed milliseconds of the calls. */
  #callsMs: number[] = []

  constructor(setting: Setting, seed: number) {
    const { folder, indexId, speed, threads = 1, callsMax = 0, nameOf } = setting
    this.#indexId = indexId
    this.#time = new VirtualTime(speed)
    this.#root = this.#time.thread('searcher')
    this.#store = s3Model(folder, this.#time, { seed, nameOf })
    const [clock, store, caches] = [this.#root, this.#store, new SearchCaches()]
    const host = { here: this.#searcher(caches), caches, clock, log: refuse }
    const helper = this.#helper()
    const leaf =
      callsMax > 0
        ? fanOut({ ...host, elsewhere: this.#others(), callsMax })
        : spreadLeaf({ ...host, ready: () => (threads === 2 ? [undefined, helper] : []) })
    const polled = pollingStore(store, { clock, intervalMs: POLLING_MS })
    const metastore = new Metastore(polled, { clock, random: systemRandom })
    this.#context = { store, metastore, caches, clock, leaf }
  }

  async search(request: Partial<SearchRequest>): Promise<Searched> {
    this.#store.reset()
    this.#callsMs = []
    const { value, elapsedMs } = await this.#time.run(this.#root, () =>
      searchRoot(searchRequest(this.#indexId, request), this.#context),
    )
    const { requests } = this.#store
    const answer = value.hits.map(({ json }) => json).join()
    return {
      numHits: value.numHits,
      elapsedMs,
      requests: requests.length,
      bytes: requests.reduce((sum, { bytes }) => sum + bytes, 0),
      rounds: readRounds(requests),
      usd: this.#usd(elapsedMs, requests.length, gzipSync(answer).length),
    }
  }

  /** Nobody asks for so long. */
  wait(ms: number): void {
    this.#root.freeAtMs += ms
  }

  #searcher(caches: SearchCaches): LeafInvoker {
    const store = this.#store
    return { search: (request, signal) => searchLeaf(request, { store, caches }, signal) }
  }

  /** A second thread of the same machine, with caches of its own. */
  #helper(): LeafThread {
    const [time, thread] = [this.#time, this.#time.thread('searcher')]
    const searcher = this.#searcher(new SearchCaches())
    return {
      hand: (request, signal) => {
        const asker = time.running
        let [hasBegun, isTakenBack] = [false, false]
        const run = async () => {
          await time.goOn(thread, asker.nowMs())
          hasBegun = !isTakenBack
          const splits = isTakenBack ? [] : request.splits
          const answer = await searcher.search({ ...request, splits }, signal)
          await time.goOn(asker, thread.nowMs())
          return answer
        }
        return { answer: run(), takeBack: () => (isTakenBack = !hasBegun) }
      },
    }
  }

  /** Each call is a machine of its own that has read nothing. */
  #others(): LeafInvoker {
    const time = this.#time
    let callCount = 0
    return {
      search: async (request, signal) => {
        const [caller, callee] = [time.running, time.thread(`call ${callCount++}`)]
        const sent = encodeLeaf(request)
        await time.goOn(callee, caller.nowMs() + CALL_MS / 2)
        const startMs = callee.nowMs()
        const searcher = this.#searcher(new SearchCaches())
        const answer = encodeLeaf(await searcher.search(decodeLeafRequest(sent), signal))
        this.#callsMs.push(callee.nowMs() - startMs)
        await time.goOn(caller, callee.nowMs() + CALL_MS / 2)
        return decodeLeafResponse(answer)
      },
    }
  }

  #usd(elapsedMs: number, reads: number, responseBytes: number): number {
    const { searcherMemoryMb: memoryMb, arch } = DEFAULT_ASSUMPTIONS
    const use = { memoryMb, arch }
    const unread = { reads: 0, responseBytes: 0, http: false }
    const calls = this.#callsMs.map((functionMs) => queryCost({ ...use, ...unread, functionMs }))
    const own = queryCost({ ...use, functionMs: elapsedMs, reads, responseBytes, http: true })
    return [own, ...calls].reduce((sum, { usd }) => sum + usd, 0)
  }
}

function refuse(fields: Readonly<Record<string, unknown>>): never {
  throw new Error(JSON.stringify(fields))
}
