import type { JsonValue } from '../../bytes/json.ts'
import { invalidAggregation } from './options.ts'

/** Prefix, digits and suffix: `#,##0.00`, `$0`, `0.0%`. */
const PATTERN = /^([^#0,.;E]*)([#,]*(?:0[0,]*)?)(?:\.(0*)(#*))?([^#0,.;E]*)$/
/** Longer ones are no pattern that anybody wants, and would be slow to read. */
const MAX_PATTERN_CHARS = 200

/** `format` of numbers, as Java's DecimalFormat writes it. Throws `invalid` naming the aggregation. */
export function parseDecimalFormat(name: string, raw: JsonValue): (value: number) => string {
  const isPattern = typeof raw === 'string' && raw.length <= MAX_PATTERN_CHARS
  const found = isPattern ? PATTERN.exec(raw) : null
  const [, prefix = '', whole = '', required = '', optional = '', suffix = ''] = found ?? []
  if (found === null || whole + required + optional === '') {
    throw invalidAggregation(
      name,
      '`format` must be a pattern of a number',
      'such as "0.00", "#,##0" or "0.0%"',
    )
  }
  const grouped = whole.includes(',')
  const minWhole = whole.replaceAll(/[^0]/g, '').length
  const minFraction = required.length
  const maxFraction = minFraction + optional.length
  const factor = (prefix + suffix).includes('%') ? 100 : 1
  // Halves go to the even neighbour, as Java rounds.
  const digits = new Intl.NumberFormat('en-US', {
    useGrouping: grouped,
    minimumIntegerDigits: Math.max(1, minWhole),
    minimumFractionDigits: minFraction,
    maximumFractionDigits: maxFraction,
    roundingMode: 'halfEven',
  } as Intl.NumberFormatOptions) // the mode is newer than the library's types
  return (value) =>
    `${value < 0 ? '-' : ''}${prefix}${digits.format(Math.abs(value * factor))}${suffix}`
}
