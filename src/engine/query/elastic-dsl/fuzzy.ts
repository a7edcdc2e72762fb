import type { JsonValue } from '../../bytes/json.ts'
import type { FuzzyAst, QueryAst } from '../query-ast.ts'
import { boosted } from './boosted.ts'
import { failAt, type DslObject } from './dsl-object.ts'
import { valueBody } from './term-level.ts'

const KEYS = ['value', 'fuzziness', 'prefix_length', 'max_expansions', 'transpositions', 'rewrite']

/** Every term near enough counts: `max_expansions` has nothing to cut. */
export function parseFuzzy(value: JsonValue | undefined, path: string): QueryAst {
  const { field, body } = valueBody(value, path)
  body.only(KEYS)
  if (!body.flag('transpositions', true)) {
    return failAt(`${body.path}.transpositions`, 'swapped neighbours always are one change')
  }
  const text = body.literal('value')
  const fuzzy: QueryAst = {
    kind: 'fuzzy',
    fields: [field],
    lenient: false,
    value: text,
    distance: distanceOf(body, text),
    prefixLength: body.count('prefix_length', 0),
  }
  return boosted(fuzzy, body)
}

/** `AUTO`: none up to two characters, one up to five, then two; `AUTO:low,high` sets where. */
function distanceOf(body: DslObject, text: string): FuzzyAst['distance'] {
  const raw = body.get('fuzziness') === undefined ? 'AUTO' : body.literal('fuzziness')
  const [, low = '3', high = '6'] = /^AUTO(?::(\d{1,3}),(\d{1,3}))?$/i.exec(raw) ?? []
  if (/^AUTO(?::\d{1,3},\d{1,3})?$/i.test(raw)) {
    const { length } = Array.from(text)
    return length < Number(low) ? 0 : length < Number(high) ? 1 : 2
  }
  if (raw === '0') return 0
  if (raw === '1') return 1
  if (raw === '2') return 2
  return failAt(`${body.path}.fuzziness`, 'expected 0, 1, 2, `AUTO` or `AUTO:low,high`')
}
