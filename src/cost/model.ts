import type { CostAssumptions } from './assumptions.ts'
import { formatUsd } from './format.ts'
import { FOREVER_DAYS, MONTH_DAYS } from './month.ts'
import { type PriceBook, US_EAST_1_PRICES, unitUsd } from './price-book.ts'
import { type FreeTier, type PricedRows, priceRows } from './pricing.ts'
import { quantitiesOf, type Volumes, volumesOf } from './quantities.ts'

/** Whose prices these are. When `exact` is false, `statement` must be shown beside the total. */
interface RegionPricing {
  readonly requested: string
  readonly priced: string
  readonly exact: boolean
  readonly statement: string
}

export interface CostEstimate extends PricedRows {
  readonly assumptions: CostAssumptions
  readonly freeTier: FreeTier
  readonly region: RegionPricing
  readonly pricedAt: string
  readonly volumes: Volumes
  /** Full sentences that qualify the total, in order of weight. */
  readonly notes: readonly string[]
}

export interface EstimateOptions {
  readonly book?: PriceBook
  readonly freeTier?: FreeTier
}

/** The monthly cost of one stack under these assumptions. */
export function estimateCost(
  assumptions: CostAssumptions,
  options: EstimateOptions = {},
): CostEstimate {
  const book = options.book ?? US_EAST_1_PRICES
  const freeTier = options.freeTier ?? 'none'
  const quantities = quantitiesOf(assumptions)
  const priced = priceRows((id) => quantities[id], { book, arch: assumptions.arch, freeTier })
  const region = regionPricing(assumptions.region, book)
  return {
    ...priced,
    assumptions,
    freeTier,
    region,
    pricedAt: book.pricedAt,
    volumes: volumesOf(assumptions),
    notes: notesOf(assumptions, { book, freeTier, region }),
  }
}

function regionPricing(requested: string, book: PriceBook): RegionPricing {
  const exact = requested === book.region
  return {
    requested,
    priced: book.region,
    exact,
    statement: exact
      ? `List prices of ${book.region}, read up to ${book.pricedAt}.`
      : `Prices are ${book.region}'s, read up to ${book.pricedAt}; ${requested} has its own, mostly higher.`,
  }
}

interface NoteFacts {
  readonly book: PriceBook
  readonly freeTier: FreeTier
  readonly region: RegionPricing
}

function notesOf(a: CostAssumptions, { book, freeTier, region }: NoteFacts): string[] {
  const notes = [region.statement]
  notes.push(
    freeTier === 'none'
      ? 'No free tier taken off: --free-tier shows what the always-free allowances of the account cover.'
      : 'Always-free allowances taken off as if nothing else in the account used them; credits and first-year allowances of new accounts are not counted.',
  )
  if (a.retentionDays === 'forever') notes.push(foreverNote(a, book))
  return notes
}

function foreverNote(a: CostAssumptions, book: PriceBook): string {
  const gbPerMonth = volumesOf(a).sourceGbPerDay * a.indexRatio * MONTH_DAYS
  const growthUsd = gbPerMonth * unitUsd(book.prices.s3StorageGbMonth)
  return `The index is kept forever: its storage is shown as it stands after ${FOREVER_DAYS} days and grows by ${formatUsd(growthUsd)} a month, every month.`
}
