import { DEFAULT_ASSUMPTIONS } from './assumptions.ts'
import { S3_ROUND_MS } from './measured.ts'
import { queryCost } from './query-cost.ts'

/** What a search reads were nothing cached, and what it answers. */
interface SearchUse {
  /** One after another. */
  readonly rounds: number
  readonly requests: number
  readonly responseBytes: number
}

interface SearchEstimate {
  /** Of waiting for S3; computing comes on top. */
  readonly waitMs: number
  readonly usdPer1000: number
}

/** What such searches take and cost in AWS, with a searcher of the default size at list prices. `http`:
 *  through API Gateway. */
export function estimateSearch(
  { rounds, requests, responseBytes }: SearchUse,
  http: boolean,
): SearchEstimate {
  const { searcherMemoryMb, arch } = DEFAULT_ASSUMPTIONS
  const waitMs = rounds * S3_ROUND_MS
  const use = { functionMs: waitMs, memoryMb: searcherMemoryMb, arch, http }
  const { usd } = queryCost({ ...use, reads: requests, responseBytes })
  return { waitMs, usdPer1000: usd * 1_000 }
}
