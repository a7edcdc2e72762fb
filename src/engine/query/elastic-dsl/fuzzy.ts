import type { JsonValue } from '../../bytes/json.ts'
import { distanceOf } from '../bind-text.ts'
import type { FuzzyWords, QueryAst } from '../query-ast.ts'
import { boosted } from './boosted.ts'
import { failAt, type DslObject } from './dsl-object.ts'
import { valueBody } from './term-level.ts'

/** Every term near enough counts. */
export function parseFuzzy(value: JsonValue | undefined, path: string): QueryAst {
  const { field, body } = valueBody(value, path)
  body.only(
    ['value', 'fuzziness', 'prefix_length'],
    ['max_expansions', 'transpositions', 'rewrite'],
  )
  const text = body.literal('value')
  const words = fuzzyWords(body)
  const fuzzy: QueryAst = {
    kind: 'fuzzy',
    fields: [field],
    lenient: false,
    value: text,
    distance: distanceOf(words, text),
    prefixLength: words.prefixLength,
  }
  return boosted(fuzzy, body)
}

/** `fuzziness` and `prefix_length`. `AUTO`: no change up to two characters, one up to five, then two;
 *  `AUTO:low,high` sets where. */
export function fuzzyWords(body: DslObject): FuzzyWords {
  const raw = body.get('fuzziness') === undefined ? 'AUTO' : body.literal('fuzziness')
  const prefixLength = body.count('prefix_length', 0)
  if (/^AUTO(?::\d{1,3},\d{1,3})?$/i.test(raw)) {
    const [low = 3, high = 6] = raw.slice(5).split(',').filter(Boolean).map(Number)
    return { distance: { one: low, two: high }, prefixLength }
  }
  if (raw === '0' || raw === '0.0') return { distance: 0, prefixLength }
  if (raw === '1' || raw === '1.0') return { distance: 1, prefixLength }
  if (raw === '2' || raw === '2.0') return { distance: 2, prefixLength }
  return failAt(`${body.path}.fuzziness`, 'expected 0, 1, 2, `AUTO` or `AUTO:low,high`')
}
