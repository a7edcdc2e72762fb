import { formatNs, type TimeZone } from '../time/format.ts'
import { isRelative, rangeLabel, resolveTime, type WrittenRange } from '../time/range.ts'

/** A range on its button: moments in the zone that is shown, rather than as the address has them. */
export function shownLabel({ from, to }: WrittenRange, zone: TimeZone): string {
  return rangeLabel({ from: shownTime(from, zone), to: shownTime(to, zone) })
}

function shownTime(text: string | undefined, zone: TimeZone): string | undefined {
  if (text === undefined || isRelative(text)) return text
  const ns = resolveTime(text, 0, zone)
  return ns === undefined ? text : formatNs(ns, zone)
}
