import type { JsonValue } from '../../bytes/json.ts'
import {
  dateFromNanos,
  dateToNanos,
  formatRfc3339,
  parseDateLiteral,
  parseRfc3339,
  type DateValue,
} from '../../dates/datetime.ts'
import { makeDatePrinter } from '../../dates/java-date-print.ts'
import { parseTimeZone, UTC, type TimeZone } from '../../dates/time-zone.ts'
import { boundDate } from '../../query/bound-date.ts'
import type { AggregationInput } from './aggregation.ts'
import { asNumber, invalidAggregation } from './options.ts'

/** How an aggregation over dates reads and prints them. */
export interface DateOptions {
  readonly zone: TimeZone
  /** Nanoseconds as text. */
  readonly print: (nanos: bigint) => string
  /** A date of the request in milliseconds. Throws `invalid` naming `option`. */
  readonly read: (raw: JsonValue, option: string) => number
}

const PRINTED_IN_ZONE = "yyyy-MM-dd'T'HH:mm:ss.SSSXXX"

/** `time_zone` and `format`. */
export function dateOptions(input: Pick<AggregationInput, 'options' | 'name'>): DateOptions {
  const zone = zoneOption(input)
  const raw = input.options['format'] ?? undefined
  if (raw !== undefined && typeof raw !== 'string') {
    throw invalidAggregation(input.name, '`format` must be a date pattern, such as "yyyy-MM-dd"')
  }
  const fail = (reason: string, fix?: string): never => {
    throw invalidAggregation(input.name, `\`format\`: ${reason}`, fix)
  }
  const isPlain = raw === undefined && zone === UTC
  const printer = isPlain ? formatRfc3339 : makeDatePrinter(raw ?? PRINTED_IN_ZONE, fail)
  return {
    zone,
    print: (nanos) => printer(dateFromNanos(nanos), zone),
    read(value, option) {
      const refuse = (reason: string, fix?: string): never => {
        throw invalidAggregation(input.name, `\`${option}\`: ${reason}`, fix)
      }
      const number = typeof value === 'string' && raw !== undefined ? undefined : asNumber(value)
      if (number !== undefined) return number
      if (typeof value !== 'string') return refuse('expected a date')
      const text = boundDate(value, { nowMs: undefined, zone, format: raw }, 'down', refuse)
      const date = text === undefined ? parseDateLiteral(value, zone) : parseRfc3339(text)
      return date === undefined ? refuse(`\`${value.slice(0, 100)}\` is no date`) : millisOf(date)
    },
  }
}

function millisOf(date: DateValue): number {
  return Number(dateToNanos(date)) / 1e6
}

/** Grafana's word for the zone of whoever looks, which nobody here knows: UTC. */
const ZONE_OF_THE_BROWSER = 'browser'

function zoneOption({ options, name }: Pick<AggregationInput, 'options' | 'name'>): TimeZone {
  const raw = options['time_zone'] ?? ZONE_OF_THE_BROWSER
  const zone = typeof raw === 'string' ? parseTimeZone(raw) : undefined
  if (zone !== undefined) return zone
  if (raw === ZONE_OF_THE_BROWSER) return UTC
  throw invalidAggregation(
    name,
    '`time_zone` must be an offset such as "+02:00" or a name such as "Europe/Paris"',
  )
}
