import type { Arch } from './assumptions.ts'
import { COMPONENT_IDS, COMPONENT_LABELS, type ComponentId, priceIdOf } from './components.ts'
import { formatQuantity, formatUnitPrice, formatUnknown, formatUsd } from './format.ts'
import { type FreePool, type PriceBook, type UnitPrice, unitUsd, usdFor } from './price-book.ts'
import type { Quantity } from './quantities.ts'

/** `always` takes the account's always-free monthly allowances off, `none` shows list prices. */
export type FreeTier = 'none' | 'always'

export interface CostRow {
  readonly id: ComponentId
  readonly label: string
  /** Singular unit of `quantity`, such as `GB-s`. */
  readonly unit: string
  /** Dollars for one unit at the first tier's list price. */
  readonly unitUsd: number
  /** The list price as text, such as `$0.20 per million requests`. */
  readonly priceText: string
  /** Units a month before any free allowance; `undefined` when not known, never 0 in its place. */
  readonly quantity: number | undefined
  /** Dollars a month; `undefined` exactly when `quantity` is. */
  readonly usd: number | undefined
  /** The money column: an amount, or the unit price and what would make the quantity known. */
  readonly usdText: string
  /** One line for `--explain`. */
  readonly arithmetic: string
}

export interface PricedRows {
  readonly rows: readonly CostRow[]
  /** Sum of the rows whose quantity is known. */
  readonly totalUsd: number
  /** Rows that the total leaves out. */
  readonly unknown: readonly ComponentId[]
}

interface PricingOptions {
  readonly book: PriceBook
  readonly arch: Arch
  readonly freeTier: FreeTier
}

/** Prices every component. A free allowance that several rows share goes to the first of them first. */
export function priceRows(
  quantityOf: (id: ComponentId) => Quantity,
  options: PricingOptions,
): PricedRows {
  const allowances = new Map<FreePool, number>()
  const rows = COMPONENT_IDS.map((id) => {
    const price = options.book.prices[priceIdOf(id, options.arch)]
    const quantity = quantityOf(id)
    const freeUnits =
      options.freeTier === 'none' ? 0 : takeFree(options.book, allowances, price, quantity.value)
    return priceRow(id, price, quantity, freeUnits)
  })
  return {
    rows,
    totalUsd: rows.reduce((sum, row) => sum + (row.usd ?? 0), 0),
    unknown: rows.filter((row) => row.usd === undefined).map((row) => row.id),
  }
}

/** Free units for this row; what is left stays in `allowances` for the rows below it. */
function takeFree(
  book: PriceBook,
  allowances: Map<FreePool, number>,
  price: UnitPrice,
  quantity: number | undefined,
): number {
  if (price.freePool === undefined || quantity === undefined) return 0
  const left = allowances.get(price.freePool) ?? book.freeAllowances[price.freePool]
  const taken = Math.min(left, quantity)
  allowances.set(price.freePool, left - taken)
  return taken
}

function priceRow(
  id: ComponentId,
  price: UnitPrice,
  quantity: Quantity,
  freeUnits: number,
): CostRow {
  const identity = {
    id,
    label: COMPONENT_LABELS[id],
    unit: price.unit,
    unitUsd: unitUsd(price),
    priceText: formatUnitPrice(price),
    quantity: quantity.value,
  }
  if (quantity.value === undefined) {
    const usdText = formatUnknown(price)
    return { ...identity, usd: undefined, usdText, arithmetic: `${quantity.working}: ${usdText}` }
  }
  const usd = usdFor(price, quantity.value - freeUnits)
  const usdText = formatUsd(usd)
  const units = `${price.unit}${plural(price.unit, quantity.value)}`
  const amount =
    freeUnits > 0
      ? `(${formatQuantity(quantity.value)} − ${formatQuantity(freeUnits)} free) ${units}`
      : `${formatQuantity(quantity.value)} ${units}`
  const arithmetic = `${quantity.working} = ${amount} × ${priceText(price, quantity.value)} = ${usdText}`
  return { ...identity, usd, usdText, arithmetic }
}

function priceText(price: UnitPrice, quantity: number): string {
  const beyondFirstTier = quantity > price.tiers[0].upTo
  return beyondFirstTier ? `${formatUnitPrice(price)}, falling with volume` : formatUnitPrice(price)
}

function plural(unit: string, quantity: number): string {
  return unit.startsWith('GB') || quantity === 1 ? '' : 's'
}
