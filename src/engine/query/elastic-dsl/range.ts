import { JsonFloat, type JsonValue } from '../../bytes/json.ts'
import type { QueryAst, RangeBoundAst } from '../query-ast.ts'
import { boosted } from './boosted.ts'
import { DslObject, failAt } from './dsl-object.ts'
import { isDateMath, resolveDateMath, type Rounding } from '../../dates/date-math.ts'
import { parseDateLiteral, parseRfc3339 } from '../../dates/datetime.ts'
import { javaDateToRfc3339 } from '../../dates/java-date-format.ts'

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
  const body = new DslObject(single.value, `${path}.${single.field}`).only(KEYS)
  refuseZone(body)
  const range: QueryAst = {
    kind: 'range',
    fields: [single.field],
    lenient: false,
    lower: parseSide(body, LOWER, nowMs),
    upper: parseSide(body, UPPER, nowMs),
  }
  return boosted(range, body)
}

/** The keys of one side; the last two are the older form, read when the others are absent. */
interface SideKeys {
  readonly exclusive: string
  readonly inclusive: string
  readonly edge: string
  readonly includeEdge: string
}

const LOWER: SideKeys = {
  exclusive: 'gt',
  inclusive: 'gte',
  edge: 'from',
  includeEdge: 'include_lower',
}
const UPPER: SideKeys = {
  exclusive: 'lt',
  inclusive: 'lte',
  edge: 'to',
  includeEdge: 'include_upper',
}

function parseSide(
  body: DslObject,
  keys: SideKeys,
  nowMs: number | undefined,
): RangeBoundAst | undefined {
  const includeEdge = body.flag(keys.includeEdge, true)
  const bound = (key: string, inclusive: boolean): RangeBoundAst | undefined => {
    // From the first moment of an included unit, and past the last of an excluded one.
    const rounding = (keys === LOWER) === inclusive ? 'down' : 'up'
    const read = parseBound(body, key, { nowMs, rounding })
    return read === undefined ? undefined : { ...read, inclusive }
  }
  const exclusive = bound(keys.exclusive, false)
  const inclusive = bound(keys.inclusive, true)
  if (exclusive !== undefined && inclusive !== undefined) {
    return body.fail(`\`${keys.exclusive}\` and \`${keys.inclusive}\` exclude each other`)
  }
  return exclusive ?? inclusive ?? bound(keys.edge, includeEdge)
}

type BoundValue = Omit<RangeBoundAst, 'inclusive'>

function parseBound(
  body: DslObject,
  key: string,
  dates: { readonly nowMs: number | undefined; readonly rounding: Rounding },
): BoundValue | undefined {
  const value = body.get(key)
  const path = `${body.path}.${key}`
  if (value === undefined || value === null) return undefined
  if (value instanceof JsonFloat) return { value: value.value }
  if (typeof value === 'object') return failAt(path, 'expected a string, a number or a boolean')
  if (typeof value !== 'string') return { value }
  const format = body.get('format') === undefined ? undefined : body.text('format')
  if (isDateMath(value)) return { value, date: dateMath(value, { path, format, ...dates }) }
  return { value: format === undefined ? value : formatted(value, format, path) }
}

function formatted(text: string, format: string, path: string): string {
  return javaDateToRfc3339(text, format, (reason) => failAt(path, reason))
}

function dateMath(
  text: string,
  place: {
    readonly path: string
    readonly format: string | undefined
    readonly nowMs: number | undefined
    readonly rounding: Rounding
  },
): string {
  const { path, format, nowMs, rounding } = place
  if (nowMs === undefined && text.startsWith('now')) {
    return failAt(
      path,
      '`now` is not supported here',
      'write the date itself, or put the range into `query`',
    )
  }
  const readAnchor = (anchor: string): ReturnType<typeof parseRfc3339> =>
    format === undefined ? parseDateLiteral(anchor) : parseRfc3339(formatted(anchor, format, path))
  return (
    resolveDateMath(text, { nowMs: nowMs ?? 0, readAnchor, rounding }) ??
    failAt(
      path,
      `\`${text.slice(0, 100)}\` is no date maths`,
      'write `now` or a date and `||`, then steps such as -1d, +2h or /d (y, M, w, d, h, m, s)',
    )
  )
}

const UTC_NAMES = ['UTC', 'Z', 'GMT', '+00:00', '-00:00', 'Etc/UTC']

/** Bounds are in UTC unless they say otherwise themselves. */
function refuseZone(body: DslObject): void {
  const zone = body.get('time_zone') === undefined ? 'UTC' : body.text('time_zone')
  if (UTC_NAMES.includes(zone)) return
  failAt(
    `${body.path}.time_zone`,
    `\`${zone.slice(0, 100)}\` is not supported, bounds are in UTC`,
    'write the offset into the bound: 2024-01-31T00:00:00+02:00',
  )
}
