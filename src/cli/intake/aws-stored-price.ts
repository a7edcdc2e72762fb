import type { CostAssumptions } from '../../cost/assumptions.ts'
import { formatUsd } from '../../cost/format.ts'
import { regionBook } from '../../cost/region-prices.ts'
import { storedObjectsCost, type StoredCost } from '../../cost/stored-objects.ts'
import { formatDuration } from '../../engine/dates/duration.ts'
import type { CliContext } from '../command/context.ts'
import { noteRows } from '../command/note-rows.ts'
import { formatBytes, plural } from '../format/number.ts'
import type { StoredCount } from './aws-stored-listing.ts'
import type { StoredPlace } from './stored-place.ts'

/** Counted once and handed over once. */
const LISTINGS = 2

/** What indexing the counted objects costs once, and how long it takes. */
export function priceOf(count: StoredCount, assumptions: CostAssumptions): StoredCost {
  const volume = { ...count, listRequests: count.listRequests * LISTINGS }
  return storedObjectsCost(volume, assumptions, regionBook(assumptions.region).book)
}

/** Before anything is done: how much it is, what it costs by each row, how long it takes. */
export function showPrice(
  context: CliContext,
  place: StoredPlace,
  count: StoredCount,
  assumptions: CostAssumptions,
): StoredCost {
  const { report } = context
  const cost = priceOf(count, assumptions)
  const { objectCount, storedBytes } = count
  report.note(
    `Indexing ${place.uri} in place: ${plural(objectCount, 'object')}, ${formatBytes(storedBytes)}`,
  )
  noteRows(
    context,
    [{ name: 'once' }, { name: 'for' }, { name: 'USD', align: 'right' }],
    cost.rows.map(({ label, working, usd }) => [label, working, formatUsd(usd)]),
  )
  const { exact, priced } = regionOf(assumptions)
  const of = exact ? '' : ` at prices of ${priced}`
  report.note(
    `About ${formatUsd(cost.totalUsd)} once${of}, then ${formatUsd(cost.storageUsdMonth)} a month to keep the index; about ${formatDuration(cost.seconds * 1_000)}. Nothing is written to ${place.bucket}.`,
  )
  return cost
}

function regionOf({ region }: CostAssumptions): { exact: boolean; priced: string } {
  const priced = regionBook(region).book.region
  return { exact: priced === region, priced }
}
