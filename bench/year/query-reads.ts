import { Metastore } from '../../src/engine/metastore/metastore.ts'
import type { Clock, ObjectStore } from '../../src/engine/ports.ts'
import type { ReadSizes } from '../../src/engine/search/fetch.ts'
import { countingStore } from '../../src/stores/counting-store.ts'
import { systemRandom } from '../../src/stores/system-clock.ts'
import { searchCustomer } from './year-index.ts'

/** Requests of one term query in a process that has read nothing, the metastore file's among them. */
export interface QueryReads {
  readonly all: Reads
  readonly lastDay: Reads
  /** An hour of a week ago. */
  readonly oneHour: Reads
}

interface Reads {
  readonly requests: number
  readonly splits: number
}

const NONE: Reads = { requests: 0, splits: 0 }
export const NO_READS: QueryReads = { all: NONE, lastDay: NONE, oneHour: NONE }

const HOUR_SECONDS = 3_600
const DAY_SECONDS = 24 * HOUR_SECONDS

/** Splits this small would be read whole, in one request: here each is read as a large one is. */
const AS_LARGE_SPLITS: ReadSizes = { wholeSplitBytes: 0, tailBytes: 0, gapBytes: 0 }

export async function readsPerQuery(store: ObjectStore, clock: Clock): Promise<QueryReads> {
  const nowSeconds = Math.floor(clock.nowMs() / 1000)
  const ask = async (startTimestamp?: number, endTimestamp?: number): Promise<Reads> => {
    const counted = countingStore(store)
    const metastore = new Metastore(counted, { clock, random: systemRandom })
    const range = { startTimestamp, endTimestamp }
    const { splitsSearched } = await searchCustomer(metastore, range, AS_LARGE_SPLITS)
    return { requests: counted.requests.length, splits: splitsSearched }
  }
  const weekAgo = nowSeconds - 7 * DAY_SECONDS
  return {
    all: await ask(),
    lastDay: await ask(nowSeconds - DAY_SECONDS),
    oneHour: await ask(weekAgo, weekAgo + HOUR_SECONDS),
  }
}
