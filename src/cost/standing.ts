import { DEFAULT_ASSUMPTIONS } from './assumptions.ts'
import { formatUsd } from './format.ts'
import { GB_BYTES, lambdaGb, MONTH_SECONDS, QUEUE_POLL_SECONDS } from './month.ts'
import { type PriceBook, type PriceId, US_EAST_1_PRICES, usdFor } from './price-book.ts'

/** Pollers that a queue mapping keeps when nothing arrives. A `MaximumConcurrency` on the mapping rules
 *  out the smaller floor of two. */
export const IDLE_POLLERS_PER_QUEUE = 5

/** What a stack holds while nobody uses it: no files arriving, no queries. */
interface StackShape {
  readonly secrets: number
  /** Customer keys: only alarms by mail need one. */
  readonly keys: number
  /** Standard resolution. */
  readonly alarms: number
  readonly customMetrics: number
  /** Queues with an event source mapping. A dead-letter queue without one costs nothing. */
  readonly polledQueues: number
  /** Scheduled runs a month that find nothing to do. */
  readonly upkeepRuns: number
  readonly indexBytes: number
  readonly stagedBytes: number
  readonly logStoredBytes: number
}

/** The stack as the templates make it, before the first document. What keeps it at one secret a month:
 *  one secret; at most ten standard alarms and ten custom metrics; exactly one mapped queue, since the
 *  pollers of a second would pass the free million requests; no provisioned pollers, no customer key,
 *  no warm concurrency; a retention on every log group. */
export const IDLE_STACK: StackShape = Object.freeze({
  secrets: 1,
  keys: 0,
  alarms: 3,
  customMetrics: 0,
  polledQueues: 1,
  upkeepRuns: DEFAULT_ASSUMPTIONS.upkeepRunsPerMonth,
  indexBytes: 0,
  stagedBytes: 0,
  logStoredBytes: 0,
})

const { upkeepSeconds, upkeepReads, indexerMemoryMb } = DEFAULT_ASSUMPTIONS
const UPKEEP_GB_SECONDS = upkeepSeconds * lambdaGb(indexerMemoryMb)

interface StandingRow {
  readonly label: string
  readonly quantity: number
  readonly unit: string
  /** After the always-free allowance. */
  readonly usd: number
  /** As if other stacks had used the allowance up. */
  readonly listUsd: number
}

interface StandingCost {
  readonly usd: number
  readonly usdText: string
  /** Without any free allowance: the most that an idle stack can cost. */
  readonly listUsd: number
  readonly rows: readonly StandingRow[]
}

/** Monthly cost of a stack that nobody uses, within the account's always-free allowances. */
export function standingCostPerMonth(
  shape: StackShape,
  book: PriceBook = US_EAST_1_PRICES,
): StandingCost {
  const pollsPerQueue = (IDLE_POLLERS_PER_QUEUE * MONTH_SECONDS) / QUEUE_POLL_SECONDS
  const rows = [
    standingRow(book, 'secrets', 'secretMonth', shape.secrets),
    standingRow(book, 'keys', 'keyMonth', shape.keys),
    standingRow(book, 'alarms', 'alarmMonth', shape.alarms),
    standingRow(book, 'custom metrics', 'customMetricMonth', shape.customMetrics),
    standingRow(book, 'queue polls', 'queueRequest', shape.polledQueues * pollsPerQueue),
    standingRow(book, 'upkeep', 'lambdaArm64GbSecond', shape.upkeepRuns * UPKEEP_GB_SECONDS),
    standingRow(book, 'upkeep runs', 'lambdaRequest', shape.upkeepRuns),
    standingRow(book, 'upkeep schedule', 'scheduleInvocation', shape.upkeepRuns),
    standingRow(book, 'upkeep reads', 's3Read', shape.upkeepRuns * upkeepReads),
    standingRow(book, 'index storage', 's3StorageGbMonth', shape.indexBytes / GB_BYTES),
    standingRow(book, 'staging storage', 's3StorageGbMonth', shape.stagedBytes / GB_BYTES),
    standingRow(book, 'logs, stored', 'logStorageGbMonth', shape.logStoredBytes / GB_BYTES),
  ]
  const usd = rows.reduce((sum, row) => sum + row.usd, 0)
  const listUsd = rows.reduce((sum, row) => sum + row.listUsd, 0)
  return { usd, usdText: formatUsd(usd), listUsd, rows }
}

function standingRow(
  book: PriceBook,
  label: string,
  priceId: PriceId,
  quantity: number,
): StandingRow {
  const price = book.prices[priceId]
  // No two rows here share an allowance, so each may use all of its own.
  const free = price.freePool === undefined ? 0 : book.freeAllowances[price.freePool]
  return {
    label,
    quantity,
    unit: price.unit,
    usd: usdFor(price, Math.max(0, quantity - free)),
    listUsd: usdFor(price, quantity),
  }
}
