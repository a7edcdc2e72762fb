import type { Arch } from './assumptions.ts'
import type { ComponentId } from './components.ts'
import { formatQuantity as n } from './format.ts'
import { FREE_EPHEMERAL_GB, GB_BYTES, lambdaGb, MONTH_DAYS } from './month.ts'
import type { PriceBook } from './price-book.ts'
import { regionBook } from './region-prices.ts'
import { type CostRow, type FreeTier, type PricedRows, priceRows } from './pricing.ts'
import type { Quantity } from './quantities.ts'

/** One figure of a deployment, or why there is none. */
export type Reading =
  | { readonly state: 'read'; readonly value: number; readonly source: string }
  /** The caller was refused; `permission` is the IAM action, such as `cloudwatch:GetMetricData`. */
  | { readonly state: 'forbidden'; readonly permission: string }
  | { readonly state: 'absent'; readonly reason: string }

export interface FunctionUsage {
  readonly memoryMb: number
  readonly ephemeralGb: number
  /** Sums over the window. */
  readonly invocations: Reading
  readonly durationMs: Reading
  /** Billed start-up time; CloudWatch's Duration leaves it out, the log's REPORT lines have it. */
  readonly initMs: Reading
}

/** What a deployment used in the last `windowDays`. Flows are sums over the window, stocks (stored
 *  bytes, secrets, alarms) are what there is on average. Only the caller knows AWS. */
export interface MeasuredUsage {
  /** Shorter than asked when the deployment is younger. */
  readonly windowDays: number
  readonly region: string
  readonly arch: Arch
  readonly indexer: FunctionUsage
  readonly searcher: FunctionUsage
  /** Left out when the deployment has no generator. */
  readonly generator?: FunctionUsage
  readonly indexBytes: Reading
  readonly stagingBytes: Reading
  readonly s3Writes: Reading
  readonly s3Reads: Reading
  readonly restApiCalls: Reading
  readonly logIngestedBytes: Reading
  readonly logStoredBytes: Reading
  readonly dataOutBytes: Reading
  readonly queueRequests: Reading
  readonly scheduleInvocations: Reading
  readonly secrets: Reading
  readonly alarms: Reading
  readonly keys: Reading
  /** Bytes as they are billed: each record in steps of 5 KB. */
  readonly firehoseBytes: Reading
}

interface ActualRow extends CostRow {
  readonly windowDays: number
  /** Where the figure was read, such as `CloudWatch Duration`; `undefined` when it was not. */
  readonly source: string | undefined
  /** The IAM action that would make the row known. */
  readonly missingPermission: string | undefined
}

export interface ActualCost extends Omit<PricedRows, 'rows'> {
  readonly rows: readonly ActualRow[]
  readonly windowDays: number
  /** Each permission that some row lacks, once. */
  readonly missingPermissions: readonly string[]
  /** Full sentences: what no figure of AWS shows to this program, whatever it may read. */
  readonly blindSpots: readonly string[]
}

interface ActualOptions {
  readonly book?: PriceBook
  readonly freeTier?: FreeTier
}

/** Measured use scaled to a month and priced. A row that could not be read has no number and says why;
 *  the others still stand. */
export function actualCost(usage: MeasuredUsage, options: ActualOptions = {}): ActualCost {
  const book = options.book ?? regionBook(usage.region).book
  const readings = monthlyReadings(usage)
  const priced = priceRows((id) => toQuantity(readings[id]), {
    book,
    arch: usage.arch,
    freeTier: options.freeTier ?? 'none',
  })
  const rows = priced.rows.map((row) => toActualRow(row, readings[row.id], usage.windowDays))
  const missing = rows.map((row) => row.missingPermission)
  return {
    ...priced,
    rows,
    windowDays: usage.windowDays,
    missingPermissions: [...new Set(missing.filter((name) => name !== undefined))],
    blindSpots: BLIND_SPOTS,
  }
}

const BLIND_SPOTS = [
  'Not to be seen: requests to S3 and bytes that leave AWS, which only the bill counts; reads of a source bucket, which are billed to it.',
  'Not to be seen: discounts, credits, tax, and what other stacks used of the free allowances of the account.',
  'Not to be seen: merges and clean-up apart from indexing, since one invocation does all three.',
] as const

/** A reading with the arithmetic that led to its value. */
type Worked = Reading & { readonly working: string }

type Readings = Readonly<Record<ComponentId, Worked>>

function toQuantity(reading: Worked): Quantity {
  const value = reading.state === 'read' ? reading.value : undefined
  return { value, working: reading.working }
}

function toActualRow(row: CostRow, reading: Worked, windowDays: number): ActualRow {
  switch (reading.state) {
    case 'read':
      return { ...row, windowDays, source: reading.source, missingPermission: undefined }
    case 'forbidden':
      return {
        ...row,
        windowDays,
        source: undefined,
        missingPermission: reading.permission,
        usdText: `needs ${reading.permission}`,
      }
    case 'absent':
      return {
        ...row,
        windowDays,
        source: undefined,
        missingPermission: undefined,
        usdText: `unknown: ${reading.reason}`,
      }
  }
}

/** No generator in the stack is a known zero. */
const NO_GENERATOR: FunctionUsage = {
  memoryMb: 0,
  ephemeralGb: 0,
  invocations: { state: 'read', value: 0, source: 'no generator' },
  durationMs: { state: 'read', value: 0, source: 'no generator' },
  initMs: { state: 'read', value: 0, source: 'no generator' },
}

function monthlyReadings(usage: MeasuredUsage): Readings {
  const scale = MONTH_DAYS / usage.windowDays
  const generator = usage.generator ?? NO_GENERATOR
  const { indexer, searcher } = usage
  const flow = (reading: Reading, divisor = 1): Worked => scaled(reading, scale, divisor)
  const stock = (reading: Reading, divisor = 1): Worked => scaled(reading, 1, divisor)
  const functions = [indexer, searcher, generator]
  return {
    indexer_compute: compute(sum([indexer.durationMs, indexer.initMs]), indexer.memoryMb, scale),
    searcher_compute: compute(searcher.durationMs, searcher.memoryMb, scale),
    searcher_cold_starts: compute(searcher.initMs, searcher.memoryMb, scale),
    generator_compute: compute(
      sum([generator.durationMs, generator.initMs]),
      generator.memoryMb,
      scale,
    ),
    function_requests: flow(sum(functions.map((each) => each.invocations))),
    ephemeral_storage: flow(sum(functions.map(ephemeralGbSeconds))),
    index_storage: stock(usage.indexBytes, GB_BYTES),
    staging_storage: stock(usage.stagingBytes, GB_BYTES),
    s3_writes: flow(usage.s3Writes),
    s3_reads: flow(usage.s3Reads),
    api_gateway: flow(usage.restApiCalls),
    secret: stock(usage.secrets),
    logs_ingested: flow(usage.logIngestedBytes, GB_BYTES),
    logs_stored: stock(usage.logStoredBytes, GB_BYTES),
    data_out: flow(usage.dataOutBytes, GB_BYTES),
    schedule: flow(usage.scheduleInvocations),
    notifications: flow(usage.queueRequests),
    alarms: stock(usage.alarms),
    notify_key: stock(usage.keys),
    firehose: flow(usage.firehoseBytes, GB_BYTES),
  }
}

function scaled(reading: Reading, scale: number, divisor: number): Worked {
  if (reading.state !== 'read') return { ...reading, working: whyNot(reading) }
  const measured = reading.value / divisor
  return {
    ...reading,
    value: measured * scale,
    working: scale === 1 ? n(measured) : `${n(measured)} measured × ${n(scale)}`,
  }
}

function compute(durationMs: Reading, memoryMb: number, scale: number): Worked {
  if (durationMs.state !== 'read') return { ...durationMs, working: whyNot(durationMs) }
  const seconds = durationMs.value / 1000
  const gb = lambdaGb(memoryMb)
  return {
    ...durationMs,
    value: seconds * gb * scale,
    working: `${n(seconds)} s measured × ${n(scale)} × ${n(gb)} GB`,
  }
}

function ephemeralGbSeconds(usage: FunctionUsage): Reading {
  const extraGb = Math.max(0, usage.ephemeralGb - FREE_EPHEMERAL_GB)
  // Nothing beyond the free half: zero whatever the duration is.
  if (extraGb === 0) return { state: 'read', value: 0, source: 'function configuration' }
  const duration = sum([usage.durationMs, usage.initMs])
  if (duration.state !== 'read') return duration
  return { ...duration, value: (duration.value / 1000) * extraGb }
}

/** Known only when every part is; else the first part's reason. */
function sum(readings: readonly Reading[]): Reading {
  let value = 0
  const sources = new Set<string>()
  for (const reading of readings) {
    if (reading.state !== 'read') return reading
    value += reading.value
    sources.add(reading.source)
  }
  return { state: 'read', value, source: [...sources].join(', ') }
}

function whyNot(reading: Exclude<Reading, { state: 'read' }>): string {
  return reading.state === 'forbidden'
    ? `not allowed: ${reading.permission}`
    : `not known: ${reading.reason}`
}
