import { isJsonObject, type JsonValue } from '../../bytes/json.ts'
import { formatRfc3339 } from '../../dates/datetime.ts'

/** Where dates stand in requests: bounds of ranges and of histograms. */
const BOUNDS: ReadonlySet<string> = new Set(['gt', 'gte', 'lt', 'lte', 'from', 'to', 'min', 'max'])

/**
 * The `aggs` with the moment itself where a bound says `now`: they are read again by every process that
 * searches splits, and all of them have to mean the same. `now-1d/d` becomes `<moment>||-1d/d`.
 */
export function anchorNow(aggs: JsonValue, nowMs: number): JsonValue {
  if (Array.isArray(aggs)) return aggs.map((item) => anchorNow(item, nowMs))
  if (!isJsonObject(aggs)) return aggs
  return Object.fromEntries(
    Object.entries(aggs).map(([key, value]) => {
      const isBound = BOUNDS.has(key) && typeof value === 'string'
      const moment = `${formatRfc3339(nowMs)}||`
      return [key, isBound ? value.replace(/^now(?=$|[+\-/])/, moment) : anchorNow(value, nowMs)]
    }),
  )
}
