import { JsonFloat, type JsonValue } from '../../bytes/json.ts'
import type { QueryAst, RangeBoundAst } from '../query-ast.ts'
import { boosted } from './boosted.ts'
import { DslObject, failAt } from './dsl-object.ts'
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
  'boost',
]

export function parseRange(value: JsonValue | undefined, path: string): QueryAst {
  const single = new DslObject(value, path).singleField()
  const body = new DslObject(single.value, `${path}.${single.field}`).only(KEYS)
  const range: QueryAst = {
    kind: 'range',
    fields: [single.field],
    lenient: false,
    lower: parseSide(body, LOWER),
    upper: parseSide(body, UPPER),
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

function parseSide(body: DslObject, keys: SideKeys): RangeBoundAst | undefined {
  const includeEdge = body.flag(keys.includeEdge, true)
  const exclusive = parseBound(body, keys.exclusive)
  const inclusive = parseBound(body, keys.inclusive)
  const edge = parseBound(body, keys.edge)
  if (exclusive !== undefined && inclusive !== undefined) {
    return body.fail(`\`${keys.exclusive}\` and \`${keys.inclusive}\` exclude each other`)
  }
  if (exclusive !== undefined) return { value: exclusive, inclusive: false }
  if (inclusive !== undefined) return { value: inclusive, inclusive: true }
  return edge === undefined ? undefined : { value: edge, inclusive: includeEdge }
}

function parseBound(body: DslObject, key: string): RangeBoundAst['value'] | undefined {
  const value = body.get(key)
  const path = `${body.path}.${key}`
  if (value instanceof JsonFloat) return value.value
  if (Array.isArray(value) || (typeof value === 'object' && value !== null)) {
    return failAt(path, 'expected a string, a number or a boolean')
  }
  const hasFormat = typeof value === 'string' && body.get('format') !== undefined
  if (hasFormat) {
    return javaDateToRfc3339(value, body.text('format'), (reason) => failAt(path, reason))
  }
  return value ?? undefined
}
