import type { CostAssumptions } from './assumptions.ts'
import { formatUsd } from './format.ts'
import { FOREVER_DAYS, MONTH_DAYS } from './month.ts'
import { type PriceBook, type PriceId, unitUsd } from './price-book.ts'
import { type FreeTier, type PricedRows, priceRows } from './pricing.ts'
import { firehoseBilledBytes, quantitiesOf, type Volumes, volumesOf } from './quantities.ts'
import { regionBook } from './region-prices.ts'

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
  const there = regionBook(assumptions.region)
  const book = options.book ?? there.book
  const freeTier = options.freeTier ?? 'none'
  const quantities = quantitiesOf(assumptions)
  const priced = priceRows((id) => quantities[id], { book, arch: assumptions.arch, freeTier })
  const region = regionPricing(assumptions.region, book, there.borrowed)
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

function regionPricing(
  requested: string,
  book: PriceBook,
  borrowed: readonly PriceId[],
): RegionPricing {
  if (requested === book.region && borrowed.length > 0) {
    const names = borrowed.map((id) => BORROWED_NAMES[id] ?? id).join(', ')
    return {
      requested,
      priced: book.region,
      exact: true,
      statement: `List prices of ${book.region}, put together on ${book.pricedAt}; us-east-1's for ${names}.`,
    }
  }
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

const BORROWED_NAMES: Readonly<Partial<Record<PriceId, string>>> = {
  ephemeralGbSecond: 'extra /tmp',
  restApiCall: 'API calls',
  logIngestGb: 'logs, ingested',
  logStorageGbMonth: 'logs, stored',
  scheduleInvocation: 'the schedule',
  dataOutGb: 'data out',
  firehoseGb: 'Firehose',
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
  const billed = firehoseBilledBytes(a.firehoseRecordBytes)
  const packed = Math.floor(billed / a.firehoseRecordBytes)
  if (a.firehoseRecords !== 0 && packed > 1) {
    notes.push(
      `Firehose bills a record of ${Math.round(a.firehoseRecordBytes)} bytes as ${billed}: put up to ${packed} documents, a line each, into one record and pay for one.`,
    )
  }
  return notes
}

function foreverNote(a: CostAssumptions, book: PriceBook): string {
  const gbPerMonth = volumesOf(a).sourceGbPerDay * a.indexRatio * MONTH_DAYS
  const growthUsd = gbPerMonth * unitUsd(book.prices.s3StorageGbMonth)
  return `The index is kept forever: its storage is shown as it stands after ${FOREVER_DAYS} days and grows by ${formatUsd(growthUsd)} a month, every month.`
}
