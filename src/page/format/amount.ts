const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB']

/** Powers of 1000, as the terminal writes them: `3.3 MB`. */
export function formatBytes(bytes: number): string {
  let amount = bytes
  let unit = 0
  while (amount >= 999.5 && unit < UNITS.length - 1) {
    amount /= 1_000
    unit++
  }
  const digits = unit > 0 && amount < 9.95 ? 1 : 0
  return `${amount.toFixed(digits)} ${UNITS[unit]}`
}

export function formatCount(count: number): string {
  return count.toLocaleString('en')
}

/** `1 split`, `2 splits`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}

/** What would be no cent is not nothing. */
export function formatUsd(usd: number): string {
  if (usd > 0 && usd < 0.005) return '<$0.01'
  const text = Math.abs(usd).toLocaleString('en', {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  })
  return `${usd < 0 ? '-' : ''}$${text}`
}

/** Four digits that count, and no fraction beyond a thousand. */
export function formatQuantity(quantity: number): string {
  return quantity < 1_000
    ? quantity.toLocaleString('en', { maximumSignificantDigits: 4 })
    : formatCount(Math.round(quantity))
}

/** `15 minutes`, `36 hours`, `14 days`: whole ones, of the unit in which there are two at least. */
export function formatDays(days: number): string {
  if (days >= 2) return plural(Math.round(days), 'day')
  const hours = days * 24
  return hours >= 2 ? plural(Math.round(hours), 'hour') : plural(Math.round(hours * 60), 'minute')
}
