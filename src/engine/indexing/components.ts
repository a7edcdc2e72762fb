import type { Metastore } from '../metastore/metastore.ts'
import type { Clock, Random } from '../ports.ts'
import type { SplitWork } from '../split/split-work.ts'

/** What every indexing function works with; splits go into `metastore.store`. */
export interface IndexingComponents {
  readonly metastore: Metastore
  readonly clock: Clock
  readonly random: Random
  /** Larger splits are in the hot cache; WHOLE_SPLIT_BYTES unless given. */
  readonly hotSplitBytes?: number | undefined
  /** What encodes splits beside the thread that reads sources; undefined: that thread does. */
  readonly splitWork?: SplitWork | undefined
}
