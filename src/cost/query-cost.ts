import type { Arch } from './assumptions.ts'
import { computePriceId } from './components.ts'
import { formatQuantity, formatSmallUsd } from './format.ts'
import { GB_BYTES, lambdaGb } from './month.ts'
import { type PriceBook, US_EAST_1_PRICES, unitUsd } from './price-book.ts'

interface QueryUse {
  /** Billed time, start-up included when the environment was cold. */
  readonly functionMs: number
  readonly memoryMb: number
  readonly arch: Arch
  /** Came through API Gateway. */
  readonly http: boolean
  /** S3 GETs that the query made. */
  readonly reads: number
  /** Bytes that left AWS; 0 when the caller runs in the same region. */
  readonly responseBytes: number
}

interface QueryCost {
  readonly usd: number
  readonly usdText: string
  /** Where the money went, dearest first. */
  readonly parts: readonly { readonly label: string; readonly usd: number }[]
}

/** What one search cost at list price: for the search footer, `--follow` and request reports. */
export function queryCost(use: QueryUse, book: PriceBook = US_EAST_1_PRICES): QueryCost {
  const { prices } = book
  const gbSeconds = (Math.ceil(use.functionMs) / 1000) * lambdaGb(use.memoryMb)
  const parts = [
    { label: 'compute', usd: gbSeconds * unitUsd(prices[computePriceId(use.arch)]) },
    { label: 'function request', usd: unitUsd(prices.lambdaRequest) },
    {
      label: `${formatQuantity(use.reads)} S3 reads`,
      usd: use.reads * unitUsd(prices.s3Read),
    },
    { label: 'API Gateway', usd: use.http ? unitUsd(prices.restApiCall) : 0 },
    { label: 'data out', usd: (use.responseBytes / GB_BYTES) * unitUsd(prices.dataOutGb) },
  ]
  const usd = parts.reduce((sum, part) => sum + part.usd, 0)
  return {
    usd,
    usdText: formatSmallUsd(usd),
    parts: parts.filter((part) => part.usd > 0).toSorted((a, b) => b.usd - a.usd),
  }
}
