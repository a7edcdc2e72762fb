import { isJsonObject, type JsonValue } from '../../bytes/json.ts'
import type { Column } from '../../split/column.ts'
import { compileRegex } from '../../query/term-pattern.ts'
import type { AggregationInput } from './aggregation.ts'
import { asNumber, countOption, invalidAggregation } from './options.ts'
import type { Ordinals } from './ordinals.ts'
import { keyTag, renderKey, type TermKey } from './term-key.ts'

/** `include` and `exclude` of a terms aggregation: a regex over whole terms, exact values, or one of
 *  several parts into which all values fall. */
export interface TermFilter {
  /** Whether values of a column of this type may have buckets at all: a regex is about texts alone. */
  reads(type: Column['type']): boolean
  /** One byte per ordinal of a column: 1 when its term may have a bucket. */
  allowed(ordinals: Ordinals): Uint8Array
}

interface Matcher {
  readonly textsOnly: boolean
  readonly matches: (key: TermKey) => boolean
}

export function parseTermFilter(input: AggregationInput): TermFilter | undefined {
  const include = parseMatcher(input, 'include')
  const exclude = parseMatcher(input, 'exclude')
  if (include === undefined && exclude === undefined) return undefined
  const textsOnly = include?.textsOnly === true || exclude?.textsOnly === true
  return {
    reads: (type) => type === 'str' || !textsOnly,
    allowed(ordinals) {
      const allowed = new Uint8Array(ordinals.limit)
      for (let ordinal = 0; ordinal < allowed.length; ordinal++) {
        const key = ordinals.keyOf(ordinal)
        const isIn = include?.matches(key) ?? true
        allowed[ordinal] = isIn && !(exclude?.matches(key) ?? false) ? 1 : 0
      }
      return allowed
    },
  }
}

function parseMatcher(input: AggregationInput, option: 'include' | 'exclude'): Matcher | undefined {
  const raw = input.options[option]
  if (raw === undefined || raw === null) return undefined
  if (typeof raw === 'string') {
    const pattern = compileRegex(raw, 'exact')
    const encoder = new TextEncoder()
    const matches = (key: TermKey): boolean =>
      key.type === 'str' && pattern.matches(encoder.encode(key.value))
    return { textsOnly: true, matches }
  }
  if (option === 'include' && isJsonObject(raw)) return partMatcher({ ...input, options: raw })
  if (!Array.isArray(raw)) {
    throw invalidAggregation(input.name, `\`${option}\` must be a regex or an array of values`)
  }
  const texts = new Set(raw.map((value) => exactText(input, option, value)))
  return { textsOnly: false, matches: (key) => textsOfKey(key).some((text) => texts.has(text)) }
}

function exactText(input: AggregationInput, option: string, value: JsonValue): string {
  if (typeof value === 'string') return value
  const number = typeof value === 'boolean' ? value : asNumber(value)
  if (number !== undefined) return String(typeof value === 'bigint' ? value : number)
  throw invalidAggregation(input.name, `\`${option}\` must hold texts, numbers or booleans`)
}

/** As it may be written in a request: a bool is `true` and `1`. */
function textsOfKey(key: TermKey): string[] {
  if (key.type === 'str') return [key.value]
  if (key.type === 'int' || key.type === 'float') return [String(key.value)]
  const { key: value = null, key_as_string: text = null } = renderKey(key)
  return [value, text].flatMap((part) =>
    typeof part === 'string' || typeof part === 'number' ? [String(part)] : [],
  )
}

/** `{partition, num_partitions}`: every value is in one of the parts, the same in every process. */
function partMatcher(input: AggregationInput): Matcher {
  const part = countOption(input, 'partition')
  const parts = countOption(input, 'num_partitions')
  if (part === undefined || parts === undefined || part >= parts) {
    throw invalidAggregation(
      input.name,
      '`include` must be {"partition": n, "num_partitions": m} with n below m',
    )
  }
  return { textsOnly: false, matches: (key) => hashOfText(keyTag(key)) % parts === part }
}

/** FNV-1a over UTF-16 units. */
function hashOfText(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash ^ (hash >>> 15)) >>> 0
}
