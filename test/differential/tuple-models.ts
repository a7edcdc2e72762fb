import { compareTerms, termKey, withSubs } from './bucket-models.ts'
import type { FieldKind, ModelDoc, ModelField, ModelValue } from './model.ts'
import {
  resultOf,
  type Json,
  type ModelAggregation,
  type ModelAggregations,
} from './model-aggregation.ts'
import type { Choices } from './random.ts'

/** A page of the combinations of the field's values and the days of `ts`. */
export function composite(
  field: ModelField,
  subs: ModelAggregations,
  choices: Choices,
): ModelAggregation {
  const size = choices.of([2, 5, 500])
  const order = choices.of(['asc', 'desc'])
  const missingBucket = choices.chance(0.5)
  const sources = [
    { v: { terms: { field: field.path, order, missing_bucket: missingBucket } } },
    { d: { date_histogram: { field: 'ts', fixed_interval: '1d' } } },
  ]
  const sign = order === 'desc' ? -1 : 1
  return {
    request: withSubs({ composite: { size, sources } }, subs),
    result(docs) {
      const groups = new Map<string, { v: ModelValue | null; d: number; docs: ModelDoc[] }>()
      for (const doc of docs) {
        const values = doc.get(field.path) ?? []
        const keys = values.length === 0 && missingBucket ? [null] : values
        for (const v of keys) {
          const d = Math.floor(Number(doc.get('ts')?.[0]) / DAY_MS) * DAY_MS
          const tag = `${typeof v} ${String(v)} ${d}`
          const group = groups.get(tag) ?? { v, d, docs: [] }
          if (group.docs.at(-1) !== doc) group.docs.push(doc)
          groups.set(tag, group)
        }
      }
      const page = [...groups.values()]
        .sort((a, b) => sign * compareNullable(a.v, b.v, field.kind) || a.d - b.d)
        .slice(0, size)
      const last = page.at(-1)
      return {
        buckets: page.map(({ v, d, docs: list }) => ({
          key: { v, d },
          doc_count: list.length,
          ...resultOf(subs, list),
        })),
        ...(last === undefined
          ? {}
          : { after_key: { v: keyWithType(last.v, field.kind), d: `dt:${last.d}000000` } }),
      }
    },
  }
}

const DAY_MS = 86_400_000

function compareNullable(a: ModelValue | null, b: ModelValue | null, kind: FieldKind): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1
  return compareTerms(a, b, kind)
}

function keyWithType(value: ModelValue | null, kind: FieldKind): string {
  if (value === null) return 'null:'
  if (kind === 'ip') return `ip:${String(value)}`
  if (kind === 'date') return `dt:${String(value)}000000`
  if (typeof value === 'string') return `str:${value}`
  if (typeof value === 'boolean') return `bool:${value}`
  if (kind === 'f64' || !(typeof value === 'bigint' || Number.isInteger(value)))
    return `f64:${value}`
  return BigInt(value) < 2n ** 63n ? `i64:${value}` : `u64:${value}`
}

/** The most frequent combinations of the field's values and `ts`. */
export function multiTerms(
  field: ModelField,
  subs: ModelAggregations,
  choices: Choices,
): ModelAggregation {
  const size = choices.of([2, 5, 500])
  return {
    request: withSubs(
      { multi_terms: { terms: [{ field: field.path }, { field: 'ts' }], size } },
      subs,
    ),
    result(docs) {
      const groups = new Map<string, { v: ModelValue; ts: number; docs: ModelDoc[] }>()
      for (const doc of docs) {
        for (const v of doc.get(field.path) ?? []) {
          for (const value of doc.get('ts') ?? []) {
            const ts = Number(value)
            const tag = `${typeof v} ${String(v)} ${ts}`
            const group = groups.get(tag) ?? { v, ts, docs: [] }
            if (group.docs.at(-1) !== doc) group.docs.push(doc)
            groups.set(tag, group)
          }
        }
      }
      const all = [...groups.values()].sort(
        (a, b) =>
          b.docs.length - a.docs.length || compareTerms(a.v, b.v, field.kind) || a.ts - b.ts,
      )
      const count = (list: typeof all): number =>
        list.reduce((sum, each) => sum + each.docs.length, 0)
      const kept = all.slice(0, size)
      return {
        buckets: kept.map(({ v, ts, docs: list }) => {
          const parts = [termKey(v, field.kind), termKey(ts, 'date')]
          return {
            key: parts.map(({ key }) => key),
            doc_count: list.length,
            key_as_string: parts.map((part) => keyText(part, v, field.kind)).join('|'),
            ...resultOf(subs, list),
          }
        }),
        sum_other_doc_count: count(all) - count(kept),
        doc_count_error_upper_bound: 0,
      }
    },
  }
}

/** Integers beyond 2^53 are exact in texts. */
function keyText(part: Json, value: ModelValue, kind: FieldKind): string {
  const text = part['key_as_string'] ?? part['key']
  if (typeof text === 'string') return text
  return kind === 'f64' && Number.isInteger(value) ? `${String(value)}.0` : String(value)
}
