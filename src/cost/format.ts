import type { UnitPrice } from './price-book.ts'

/** Money for a table: `$6.57`, `<$0.01` for anything above zero and below a cent, and `$0.00` only for
 *  a known zero. An unknown amount has no number to pass in: print `formatUnknown` instead. */
export function formatUsd(usd: number): string {
  if (usd < 0) return `-${formatUsd(-usd)}`
  if (usd === 0) return '$0.00'
  if (usd < 0.01) return '<$0.01'
  return `$${usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`
}

/** Money where one query is the subject: two significant digits below a cent, never an exponent. */
export function formatSmallUsd(usd: number): string {
  if (usd <= 0 || usd >= 0.01) return formatUsd(usd)
  const decimals = Math.min(20, 1 - Math.floor(Math.log10(usd)))
  const text = usd.toFixed(decimals)
  return Number(text) === 0 ? '<$0.01' : `$${text}`
}

/** `$0.20 per million requests`; a list price is never rounded. */
export function formatUnitPrice(price: UnitPrice): string {
  return `$${plainDecimal(price.tiers[0].usd)} per ${price.perText}`
}

/** What stands in a money column when the quantity is not known. */
export function formatUnknown(price: UnitPrice): string {
  return `${formatUnitPrice(price)}, needs --actual`
}

/** `8,760`, `2.9375`, `0.00048`: grouped, at most four significant decimals below 100. */
export function formatQuantity(quantity: number): string {
  const size = Math.abs(quantity)
  if (size >= 100) return quantity.toLocaleString('en-US', { maximumFractionDigits: 0 })
  if (size >= 1) return quantity.toLocaleString('en-US', { maximumFractionDigits: 4 })
  return quantity.toLocaleString('en-US', { maximumSignificantDigits: 4 })
}

function plainDecimal(value: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 12 })
}
