import { type PriceBook, type PriceId, type UnitPrice, US_EAST_1_PRICES } from './price-book.ts'

/** List prices that differ from us-east-1's, by Region. Where a Region has no line for a price, its own
 *  is not bundled: the estimate takes us-east-1's and says so. */

interface RegionPrice {
  readonly usd: number
  readonly source: string
  readonly asOf: string
}

/** Dollars for the unit of the us-east-1 table, in the order of `COLUMNS`; `-` is not bundled. */
type Row = readonly (number | '-')[]

const COLUMNS: readonly {
  readonly id: PriceId
  readonly source: string
  readonly asOf: string
}[] = [
  {
    id: 's3StorageGbMonth',
    source: 'AWS Price List API, S3 Standard, first tier',
    asOf: '2026-07',
  },
  {
    id: 's3Write',
    source: 'commonly published, not read from a list: to be checked',
    asOf: '2025-01',
  },
  {
    id: 's3Read',
    source: 'commonly published, not read from a list: to be checked',
    asOf: '2025-01',
  },
  {
    id: 'restApiCall',
    source: 'Price List API for Frankfurt, the others commonly published: to be checked',
    asOf: '2026-08',
  },
  {
    id: 'logIngestGb',
    source: 'commonly published, not read from a list: to be checked',
    asOf: '2025-01',
  },
  {
    id: 'dataOutGb',
    source: 'some of a price list, others commonly published: to be checked',
    asOf: '2026-07',
  },
]

const ROWS: Readonly<Record<string, Row>> = {
  'us-east-2': [0.023, 0.005, 0.0004, 3.5, 0.5, 0.09],
  'us-west-2': [0.023, 0.005, 0.0004, 3.5, 0.5, 0.09],
  'us-west-1': [0.026, 0.0055, 0.00044, 3.5, '-', 0.09],
  'ca-central-1': [0.025, 0.0055, 0.00044, 3.5, 0.55, 0.09],
  'eu-west-1': [0.023, 0.005, 0.0004, 3.5, 0.57, 0.09],
  'eu-west-2': [0.024, 0.0053, 0.00042, '-', 0.5985, 0.09],
  'eu-west-3': [0.024, 0.0053, 0.00042, '-', 0.5985, 0.09],
  'eu-central-1': [0.0245, 0.0054, 0.00043, 3.7, 0.63, 0.09],
  'eu-north-1': [0.023, 0.005, 0.0004, '-', '-', 0.09],
  'ap-southeast-1': [0.025, 0.005, 0.0004, 4.25, 0.7, 0.12],
  'ap-southeast-2': [0.025, 0.0055, 0.00044, 3.5, 0.67, 0.114],
  'ap-northeast-1': [0.025, 0.0047, 0.00037, 4.25, 0.76, 0.114],
  'ap-northeast-2': [0.025, 0.0045, 0.00035, 3.5, 0.76, '-'],
  'ap-south-1': [0.025, 0.005, 0.0004, '-', 0.67, '-'],
  'sa-east-1': [0.0405, 0.007, 0.00056, '-', 0.9, 0.15],
}

/** Prices of the table that were read from AWS's own price files since, by Region. */
const READ: Readonly<
  Record<string, Readonly<Partial<Record<PriceId, Pick<RegionPrice, 'source' | 'asOf'>>>>>
> = {
  'eu-west-1': {
    s3StorageGbMonth: priceFile('AmazonS3, SKU 4AJHPB29ZPVFADXP', '2026-09'),
    s3Write: priceFile('AmazonS3, SKU 578M9UJHH6X5PZVC', '2026-09'),
    s3Read: priceFile('AmazonS3, SKU ZCQD4CM637S7D8U5', '2026-09'),
    logIngestGb: priceFile('AmazonCloudWatch, SKU KJBTQPDHW2H92B8Y', '2026-09'),
    dataOutGb: priceFile('AWSDataTransfer, SKU FSEU4E6BRE95JTX8', '2026-09'),
  },
  'eu-central-1': {
    s3StorageGbMonth: priceFile('AmazonS3, EUC1-TimedStorage-ByteHrs', '2026-08'),
    s3Write: priceFile('AmazonS3, EUC1-Requests-Tier1', '2026-08'),
    s3Read: priceFile('AmazonS3, EUC1-Requests-Tier2', '2026-08'),
    dataOutGb: priceFile('AWSDataTransfer, EUC1-DataTransfer-Out-Bytes', '2026-08'),
  },
}

function priceFile(entry: string, asOf: string): { source: string; asOf: string } {
  return { source: `AWS Price List, ${entry}`, asOf }
}

/** The same in every Region above: Lambda by the table of alexcasalboni/aws-lambda-power-tuning
 *  (2026-04), the others by their price pages. */
const UNIFORM: readonly PriceId[] = [
  'lambdaX86GbSecond',
  'lambdaArm64GbSecond',
  'lambdaRequest',
  'secretMonth',
  'alarmMonth',
  'customMetricMonth',
  'queueRequest',
  'keyMonth',
]

interface RegionBook {
  readonly book: PriceBook
  /** Prices that are us-east-1's for want of the Region's own. */
  readonly borrowed: readonly PriceId[]
}

/** Regions with prices of their own. */
export function pricedRegions(): readonly string[] {
  return [US_EAST_1_PRICES.region, ...Object.keys(ROWS)]
}

export function regionBook(region: string): RegionBook {
  if (region === US_EAST_1_PRICES.region) return { book: US_EAST_1_PRICES, borrowed: [] }
  const row = Object.hasOwn(ROWS, region) ? ROWS[region] : undefined
  const ids = Object.keys(US_EAST_1_PRICES.prices) as PriceId[]
  if (row === undefined) return { book: US_EAST_1_PRICES, borrowed: ids }
  const own = new Map<PriceId, RegionPrice>()
  for (const [column, { id, source, asOf }] of COLUMNS.entries()) {
    const usd = row[column]
    if (typeof usd === 'number') own.set(id, { usd, source, asOf, ...READ[region]?.[id] })
  }
  const prices = Object.fromEntries(
    ids.map((id) => [id, priceThere(US_EAST_1_PRICES.prices[id], own.get(id))]),
  ) as Record<PriceId, UnitPrice>
  const borrowed = ids.filter((id) => !own.has(id) && !UNIFORM.includes(id))
  return { book: { ...US_EAST_1_PRICES, region, prices }, borrowed }
}

/** The price falls with volume as it does in us-east-1: the same share of the first tier's. */
function priceThere(base: UnitPrice, own: RegionPrice | undefined): UnitPrice {
  if (own === undefined) return base
  const [first, ...others] = base.tiers
  const scaled = others.map((tier) => ({ ...tier, usd: (tier.usd / first.usd) * own.usd }))
  const tiers = [{ ...first, usd: own.usd }, ...scaled] as const
  return { ...base, tiers, source: own.source, asOf: own.asOf }
}
