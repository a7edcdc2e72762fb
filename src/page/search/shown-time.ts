import { formatNs, type TimeZone } from '../time/format.ts'
import { readRfc3339 } from '../time/instant.ts'
import type { Hit } from './search-request.ts'

/** The time of a document to the nanosecond, as far as it has them; empty: it has no time. */
export function shownTime({ time }: Pick<Hit, 'time'>, zone: TimeZone): string {
  const ns = time === undefined ? undefined : readRfc3339(time)
  return ns === undefined ? '' : formatNs(ns, zone)
}
