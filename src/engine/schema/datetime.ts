/** A date as in `TypedValue`: milliseconds when exact, otherwise bigint nanoseconds. */
export type DateValue = number | bigint

/** A literal of a query (query-language, date literals); undefined when it is none. */
export function parseDateLiteral(text: string): DateValue | undefined {
  throw new Error(`not written yet ${text}`)
}

/** RFC 3339 alone, as json and dynamic fields recognise it; undefined when it is not. */
export function parseRfc3339(text: string): DateValue | undefined {
  throw new Error(`not written yet ${text}`)
}

/** `2024-01-31T12:00:00.5Z`: UTC, as many fraction digits as needed. */
export function formatRfc3339(value: DateValue): string {
  throw new Error(`not written yet ${value}`)
}

export function dateToNanos(value: DateValue): bigint {
  return typeof value === 'bigint' ? value : BigInt(value) * 1_000_000n
}

/** The shortest form: a number when the instant is a whole, safe number of milliseconds. */
export function dateFromNanos(nanos: bigint): DateValue {
  return nanos % 1_000_000n === 0n ? Number(nanos / 1_000_000n) : nanos
}

/** Rounds down to a multiple of `precisionNs`. */
export function truncateDate(value: DateValue, precisionNs: number): DateValue {
  throw new Error(`not written yet ${value} ${precisionNs}`)
}
