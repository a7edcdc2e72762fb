import type { Metastore } from '../metastore/metastore.ts'
import type { Clock, Random } from '../ports.ts'

/** What every indexing function works with; splits go into `metastore.store`. */
export interface IndexingComponents {
  readonly metastore: Metastore
  readonly clock: Clock
  readonly random: Random
  /** Larger splits are in the hot cache; WHOLE_SPLIT_BYTES unless given. */
  readonly hotSplitBytes?: number | undefined
}
