import type { ReadRound } from './read-rounds.ts'

/** What a plan says that is read, round after round, of each split. */
interface PlannedReads {
  readonly rounds: readonly ReadRound[]
  /** Splits that survive pruning; each is taken for as large as the largest. */
  readonly searched: number
  readonly hitRequests: number
}

/** All that a search reads were nothing cached: first the metastore, last the documents of hits. */
export function coldReads({ rounds, searched, hitRequests }: PlannedReads) {
  const sum = (key: 'requests' | 'bytes'): number =>
    rounds.reduce((total, round) => total + round[key] * (round.isShared ? 1 : searched), 0)
  return {
    rounds: 1 + rounds.length + (hitRequests > 0 ? 1 : 0),
    requests: 1 + sum('requests') + hitRequests,
    bytes: sum('bytes'),
  }
}
