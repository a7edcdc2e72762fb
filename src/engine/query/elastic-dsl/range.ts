import { JsonFloat, type JsonValue } from '../../bytes/json.ts'
import type { QueryAst, RangeBoundAst } from '../query-ast.ts'
import { boosted } from './boosted.ts'
import { DslObject, failAt } from './dsl-object.ts'
import { parseTimeZone, UTC, type TimeZone } from '../../dates/time-zone.ts'
import { boundDate, boundRounding, type BoundDates } from '../bound-date.ts'

const KEYS = [
  'gt',
  'gte',
  'lt',
  'lte',
  'from',
  'to',
  'include_lower',
  'include_upper',
  'format',
  'time_zone',
]

/** `nowMs`: what `now` is; undefined where bounds have to mean the same whenever they are read. */
export function parseRange(
  value: JsonValue | undefined,
  path: string,
  nowMs: number | undefined,
): QueryAst {
  const single = new DslObject(value, path).singleField()
  const body = new DslObject(single.value, `${path}.${single.field}`).only(KEYS, ['relation'])
  const format = body.get('format') === undefined ? undefined : body.text('format')
  const dates: BoundDates = { nowMs, zone: zoneOf(body), format }
  const range: QueryAst = {
    kind: 'range',
    fields: [single.field],
    lenient: false,
    lower: parseSide(body, LOWER, dates),
    upper: parseSide(body, UPPER, dates),
  }
  return boosted(range, body)
}

/** The keys of one side; the last two are the older form, read when the others are absent. */
interface SideKeys {
  readonly side: 'lower' | 'upper'
  readonly exclusive: string
  readonly inclusive: string
  readonly edge: string
  readonly includeEdge: string
}

const LOWER: SideKeys = {
  side: 'lower',
  exclusive: 'gt',
  inclusive: 'gte',
  edge: 'from',
  includeEdge: 'include_lower',
}
const UPPER: SideKeys = {
  side: 'upper',
  exclusive: 'lt',
  inclusive: 'lte',
  edge: 'to',
  includeEdge: 'include_upper',
}

function parseSide(body: DslObject, keys: SideKeys, dates: BoundDates): RangeBoundAst | undefined {
  const includeEdge = body.flag(keys.includeEdge, true)
  const bound = (key: string, inclusive: boolean): RangeBoundAst | undefined => {
    const read = parseBound(body, key, (text, fail) =>
      boundDate(text, dates, boundRounding(keys.side, inclusive), fail),
    )
    return read === undefined ? undefined : { ...read, inclusive }
  }
  const exclusive = bound(keys.exclusive, false)
  const inclusive = bound(keys.inclusive, true)
  if (exclusive !== undefined && inclusive !== undefined) {
    return body.fail(`\`${keys.exclusive}\` and \`${keys.inclusive}\` exclude each other`)
  }
  return exclusive ?? inclusive ?? bound(keys.edge, includeEdge)
}

function parseBound(
  body: DslObject,
  key: string,
  dateOf: (text: string, fail: (reason: string, fix?: string) => never) => string | undefined,
): Omit<RangeBoundAst, 'inclusive'> | undefined {
  const value = body.get(key)
  const path = `${body.path}.${key}`
  if (value === undefined || value === null) return undefined
  if (value instanceof JsonFloat) return { value: value.value }
  if (typeof value === 'object') return failAt(path, 'expected a string, a number or a boolean')
  if (typeof value !== 'string') return { value }
  const date = dateOf(value, (reason, fix) => failAt(path, reason, fix))
  return date === undefined ? { value } : { value, date }
}

/** What bounds that name no zone are meant in. */
export function zoneOf(body: DslObject): TimeZone {
  if (body.get('time_zone') === undefined) return UTC
  const name = body.text('time_zone')
  return (
    parseTimeZone(name) ??
    failAt(
      `${body.path}.time_zone`,
      `\`${name.slice(0, 100)}\` is no time zone`,
      'write an offset or a name of the IANA database: +02:00, Europe/Paris',
    )
  )
}
