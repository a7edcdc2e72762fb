import type { IndexingComponents } from '../../src/engine/indexing/components.ts'
import { Metastore } from '../../src/engine/metastore/metastore.ts'
import type { Clock, ObjectStore } from '../../src/engine/ports.ts'
import { SearchCaches } from '../../src/engine/search/caches.ts'
import type { ReadSizes } from '../../src/engine/search/fetch.ts'
import type { SearchContext } from '../../src/engine/search/root.ts'
import { retryingStore } from '../../src/stores/retrying-store.ts'
import type { Dice } from './dice.ts'
import { type Network, networkStore } from './network-store.ts'
import type { PlantedBug } from './planted-bugs.ts'
import type { Schedule } from './schedule.ts'

export interface HostPlace {
  readonly name: string
  readonly schedule: Schedule
  readonly network: (host: Host) => Network
  /** Where indexes and where source files are. */
  readonly index: ObjectStore
  readonly staging: ObjectStore
  readonly dice: Dice
  /** How far its clock may be from the world's. */
  readonly skewMaxMs: number
  readonly bug: PlantedBug
}

/** A process: a function that stays warm from job to job, a server, a command. It keeps what it has
 *  seen of the metastore, and has a clock and random bytes of its own. */
/** None of its splits is read whole. */
const AS_LARGE: ReadSizes = { wholeSplitBytes: 0, tailBytes: 0, gapBytes: 0 }

export class Host {
  readonly name: string
  readonly isSlow: boolean
  readonly components: IndexingComponents
  readonly staging: ObjectStore
  readonly search: SearchContext
  readonly bug: PlantedBug

  constructor({ name, schedule, network, index, staging, dice, skewMaxMs, bug }: HostPlace) {
    this.name = name
    this.bug = bug
    this.isSlow = dice.chance(0.25)
    const skewMs = dice.between(-skewMaxMs, skewMaxMs + 1)
    const clock: Clock = {
      nowMs: () => schedule.nowMs + skewMs,
      sleep: async (ms) => {
        const earliestMs = schedule.nowMs + ms
        await schedule.wait({ owner: this, what: 'sleep', kind: 'sleep', earliestMs })
      },
    }
    const random = dice.fork()
    const retries = {
      clock,
      random,
      attemptsMax: dice.between(1, 4),
      pauseMsFirst: 50,
      pauseMsMax: 2_000,
      timeoutMs: 20_000,
    }
    const wire = network(this)
    const reached = (store: ObjectStore, bucket: string): ObjectStore =>
      retryingStore(networkStore(store, bucket, wire), retries)
    const store = bug.store?.(reached(index, 'index')) ?? reached(index, 'index')
    const metastore = new (bug.metastore ?? Metastore)(store, { clock, random })
    this.staging = reached(staging, 'staging')
    // Its splits are small: here they are all in the hot cache.
    this.components = { metastore, clock, random, hotSplitBytes: 0 }
    this.search = { store, metastore, clock, caches: new SearchCaches(), readSizes: AS_LARGE }
  }
}
