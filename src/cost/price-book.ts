/** List prices of us-east-1 in US dollars before tax. Each price carries where and when it was read:
 *  the estimate prints the book's date, and `--explain` can print the price's own. */

export type PriceId =
  | 'lambdaX86GbSecond'
  | 'lambdaArm64GbSecond'
  | 'lambdaRequest'
  | 'ephemeralGbSecond'
  | 's3StorageGbMonth'
  | 's3Write'
  | 's3Read'
  | 'restApiCall'
  | 'secretMonth'
  | 'logIngestGb'
  | 'logStorageGbMonth'
  | 'alarmMonth'
  | 'customMetricMonth'
  | 'queueRequest'
  | 'scheduleInvocation'
  | 'dataOutGb'
  | 'firehoseGb'
  | 'keyMonth'

/** Monthly allowances of an account, not of a stack: what else runs there uses them too. */
export type FreePool =
  | 'lambdaGbSeconds'
  | 'lambdaRequests'
  | 'queueRequests'
  | 'scheduleInvocations'
  | 'logGb'
  | 'alarms'
  | 'customMetrics'
  | 'dataOutGb'

interface PriceTier {
  /** The tier covers quantities below this one; `Infinity` in the last tier. */
  readonly upTo: number
  /** Dollars for `UnitPrice.per` units. */
  readonly usd: number
}

export interface UnitPrice {
  /** Singular name of what is counted, such as `GB-s` or `request`. */
  readonly unit: string
  /** How many units the listed dollars buy: 1, 1,000 or 1,000,000. */
  readonly per: number
  /** `per` in words, such as `million requests`. */
  readonly perText: string
  /** Ascending, never empty. */
  readonly tiers: readonly [PriceTier, ...PriceTier[]]
  readonly freePool?: FreePool
  readonly source: string
  /** Year and month in which the source was read or written. */
  readonly asOf: string
}

export interface PriceBook {
  readonly region: string
  readonly currency: 'USD'
  /** Date on which the table was put together, `YYYY-MM-DD`. */
  readonly pricedAt: string
  readonly prices: Readonly<Record<PriceId, UnitPrice>>
  /** Always-free quantities a month. AWS accounts opened since July 2025 get credits in place of the
   *  former twelve-month allowances, so those are not modelled. */
  readonly freeAllowances: Readonly<Record<FreePool, number>>
}

/** GB-second, storage and log prices come from the golden outputs of infracost (list price API). */
const INFRACOST = 'infracost golden outputs'

function flat(usd: number): readonly [PriceTier] {
  return [{ upTo: Infinity, usd }]
}

export const US_EAST_1_PRICES: PriceBook = {
  region: 'us-east-1',
  currency: 'USD',
  pricedAt: '2026-11-23',
  prices: {
    lambdaX86GbSecond: {
      unit: 'GB-s',
      per: 1,
      perText: 'GB-s',
      tiers: [
        { upTo: 6e9, usd: 0.0000166667 },
        { upTo: 15e9, usd: 0.000015 },
        { upTo: Infinity, usd: 0.0000133334 },
      ],
      freePool: 'lambdaGbSeconds',
      source: INFRACOST,
      asOf: '2024-07',
    },
    lambdaArm64GbSecond: {
      unit: 'GB-s',
      per: 1,
      perText: 'GB-s',
      tiers: [
        { upTo: 7.5e9, usd: 0.0000133334 },
        { upTo: 18.75e9, usd: 0.0000120001 },
        { upTo: Infinity, usd: 0.0000106667 },
      ],
      freePool: 'lambdaGbSeconds',
      source: INFRACOST,
      asOf: '2024-07',
    },
    lambdaRequest: {
      unit: 'request',
      per: 1e6,
      perText: 'million requests',
      tiers: flat(0.2),
      freePool: 'lambdaRequests',
      source: INFRACOST,
      asOf: '2024-07',
    },
    ephemeralGbSecond: {
      unit: 'GB-s',
      per: 1,
      perText: 'GB-s',
      tiers: flat(0.0000000309),
      source: INFRACOST,
      asOf: '2024-07',
    },
    s3StorageGbMonth: {
      unit: 'GB-month',
      per: 1,
      perText: 'GB-month',
      // Above 50 TB the list price falls; keeping the first price overstates, never understates.
      tiers: flat(0.023),
      source: INFRACOST,
      asOf: '2024-07',
    },
    s3Write: {
      unit: 'write',
      per: 1000,
      perText: '1,000 writes',
      tiers: flat(0.005),
      source: INFRACOST,
      asOf: '2024-07',
    },
    s3Read: {
      unit: 'read',
      per: 1000,
      perText: '1,000 reads',
      tiers: flat(0.0004),
      source: INFRACOST,
      asOf: '2024-07',
    },
    restApiCall: {
      unit: 'call',
      per: 1e6,
      perText: 'million calls',
      tiers: [
        { upTo: 333e6, usd: 3.5 },
        { upTo: 1e9, usd: 2.8 },
        { upTo: 20e9, usd: 2.38 },
        { upTo: Infinity, usd: 1.51 },
      ],
      source: INFRACOST,
      asOf: '2024-07',
    },
    secretMonth: {
      unit: 'secret-month',
      per: 1,
      perText: 'secret-month',
      tiers: flat(0.4),
      source: INFRACOST,
      asOf: '2024-07',
    },
    logIngestGb: {
      unit: 'GB',
      per: 1,
      perText: 'GB',
      tiers: flat(0.5),
      freePool: 'logGb',
      source: 'cloudburn.io price guide',
      asOf: '2026-02',
    },
    logStorageGbMonth: {
      unit: 'GB-month',
      per: 1,
      perText: 'GB-month',
      tiers: flat(0.03),
      freePool: 'logGb',
      source: 'cloudburn.io price guide',
      asOf: '2026-02',
    },
    alarmMonth: {
      unit: 'alarm-month',
      per: 1,
      perText: 'alarm-month',
      tiers: flat(0.1),
      freePool: 'alarms',
      source: 'signoz.io price guide',
      asOf: '2026-02',
    },
    customMetricMonth: {
      unit: 'metric-month',
      per: 1,
      perText: 'metric-month',
      tiers: flat(0.3),
      freePool: 'customMetrics',
      source: 'signoz.io price guide',
      asOf: '2026-02',
    },
    queueRequest: {
      unit: 'request',
      per: 1e6,
      perText: 'million requests',
      tiers: flat(0.4),
      freePool: 'queueRequests',
      source: INFRACOST,
      asOf: '2024-07',
    },
    scheduleInvocation: {
      unit: 'invocation',
      per: 1e6,
      perText: 'million invocations',
      tiers: flat(1),
      freePool: 'scheduleInvocations',
      source: 'cloudburn.io price guide',
      asOf: '2026-03',
    },
    dataOutGb: {
      unit: 'GB',
      per: 1,
      perText: 'GB',
      tiers: [
        { upTo: 10_000, usd: 0.09 },
        { upTo: 50_000, usd: 0.085 },
        { upTo: Infinity, usd: 0.07 },
      ],
      freePool: 'dataOutGb',
      source: INFRACOST,
      asOf: '2024-09',
    },
    firehoseGb: {
      unit: 'GB',
      per: 1,
      perText: 'GB',
      // Direct put; above 500 TB the list price falls.
      tiers: flat(0.029),
      source: INFRACOST,
      asOf: '2024-07',
    },
    keyMonth: {
      unit: 'key-month',
      per: 1,
      perText: 'key-month',
      tiers: flat(1),
      source: INFRACOST,
      asOf: '2024-07',
    },
  },
  freeAllowances: {
    lambdaGbSeconds: 400_000,
    lambdaRequests: 1e6,
    queueRequests: 1e6,
    scheduleInvocations: 14e6,
    logGb: 5,
    alarms: 10,
    customMetrics: 10,
    dataOutGb: 100,
  },
}

/** Dollars for one unit at the list price of the first tier. */
export function unitUsd(price: UnitPrice): number {
  return price.tiers[0].usd / price.per
}

/** Dollars for `quantity` units in one month, tier by tier. */
export function usdFor(price: UnitPrice, quantity: number): number {
  let usd = 0
  let from = 0
  for (const tier of price.tiers) {
    if (quantity <= from) break
    usd += ((Math.min(quantity, tier.upTo) - from) / price.per) * tier.usd
    from = tier.upTo
  }
  return usd
}
