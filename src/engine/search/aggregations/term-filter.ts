import type { JsonValue } from '../../bytes/json.ts'
import { compileRegex } from '../../query/term-pattern.ts'
import type { AggregationInput } from './aggregation.ts'
import { invalidAggregation } from './options.ts'
import type { Ordinals } from './ordinals.ts'

/** `include` and `exclude` of a terms aggregation: a regex over whole terms, or exact values. */
export interface TermFilter {
  /** One byte per ordinal of a text column: 1 when its term may have a bucket. */
  allowed(ordinals: Ordinals): Uint8Array
}

export function parseTermFilter(input: AggregationInput): TermFilter | undefined {
  const include = parseMatcher(input, 'include')
  const exclude = parseMatcher(input, 'exclude')
  if (include === undefined && exclude === undefined) return undefined
  return {
    allowed(ordinals) {
      const allowed = new Uint8Array(ordinals.limit)
      for (let ordinal = 0; ordinal < allowed.length; ordinal++) {
        const key = ordinals.keyOf(ordinal)
        if (key.type !== 'str') continue
        const isIn = include === undefined || include(key.value)
        allowed[ordinal] = isIn && !(exclude?.(key.value) ?? false) ? 1 : 0
      }
      return allowed
    },
  }
}

function parseMatcher(
  input: AggregationInput,
  option: 'include' | 'exclude',
): ((term: string) => boolean) | undefined {
  const raw = input.options[option]
  if (raw === undefined || raw === null) return undefined
  if (typeof raw === 'string') {
    const pattern = compileRegex(raw, 'exact')
    const encoder = new TextEncoder()
    return (term) => pattern.matches(encoder.encode(term))
  }
  if (!Array.isArray(raw)) {
    throw invalidAggregation(input.name, `\`${option}\` must be a regex or an array of strings`)
  }
  const values = new Set(raw.map((value) => exactValue(input, option, value)))
  return (term) => values.has(term)
}

function exactValue(input: AggregationInput, option: string, value: JsonValue): string {
  if (typeof value === 'string') return value
  throw invalidAggregation(input.name, `\`${option}\` must hold strings`)
}
