/**
 * Unix timestamps whose unit is told by their magnitude. The window of seconds is chosen so that the
 * windows of the four units (each a thousand times the last) do not touch; small integers such as 0
 * are therefore no timestamps.
 */
const MIN_SECONDS = 72_057_595
const MAX_SECONDS = 8_589_934_591
const MIN_MILLIS = MIN_SECONDS * 1e3
const MAX_MILLIS = MAX_SECONDS * 1e3
const MIN_MICROS = MIN_SECONDS * 1e6
const MAX_MICROS = MAX_SECONDS * 1e6
const MIN_NANOS = BigInt(MIN_SECONDS) * 1_000_000_000n
const MAX_NANOS = BigInt(MAX_SECONDS) * 1_000_000_000n

/** As `DateValue`; undefined outside every window. */
export function fromUnixInteger(value: number | bigint): number | bigint | undefined {
  if (typeof value === 'bigint') {
    if (value >= MIN_NANOS && value <= MAX_NANOS) return shortest(value)
    return value >= -MAX_NANOS && value <= MAX_NANOS && Number.isSafeInteger(Number(value))
      ? fromUnixInteger(Number(value))
      : undefined
  }
  if (value >= MIN_MILLIS && value <= MAX_MILLIS) return value
  if (value >= MIN_SECONDS && value <= MAX_SECONDS) return value * 1000
  if (value >= MIN_MICROS && value <= MAX_MICROS) return shortest(BigInt(value) * 1000n)
  return undefined
}

/** Seconds with a fraction, taken as the decimal number that the double prints as. */
export function fromUnixFloat(value: number): number | bigint | undefined {
  return fromUnixText(String(value))
}

/** An integer, or seconds with up to nine digits of fraction (finer ones are cut off). */
export function fromUnixText(text: string): number | bigint | undefined {
  const match = /^(-?\d{1,19})(?:\.(\d+))?$/.exec(text)
  if (match === null) return undefined
  const [, whole, fraction] = match
  if (fraction === undefined) return fromUnixInteger(BigInt(whole ?? ''))
  const seconds = Number(whole)
  if (seconds < MIN_SECONDS || seconds > MAX_SECONDS) return undefined
  const nanos = BigInt(fraction.slice(0, 9).padEnd(9, '0'))
  return shortest(BigInt(seconds) * 1_000_000_000n + nanos)
}

function shortest(nanos: bigint): number | bigint {
  return nanos % 1_000_000n === 0n ? Number(nanos / 1_000_000n) : nanos
}
