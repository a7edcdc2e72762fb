import { dateText } from './bucket-models.ts'
import type { ModelDoc, ModelField, ModelValue } from './model.ts'
import type { ModelAggregation, ModelAggregations } from './model-aggregation.ts'
import type { Choices } from './random.ts'
import { compare } from './random-query.ts'

const first = (doc: ModelDoc, path: string): ModelValue | undefined => doc.get(path)?.[0]

/** By the first value of the field, those without last; ids are all different. */
export function topHits(
  field: ModelField,
  _: ModelAggregations,
  choices: Choices,
): ModelAggregation | undefined {
  if (!['i64', 'u64', 'f64', 'date', 'bool'].includes(field.kind)) return undefined
  const [order, sign] = choices.of([
    ['asc', 1],
    ['desc', -1],
  ] as const)
  const [from, size] = choices.of([
    [0, 2],
    [1, 5],
  ] as const)
  const sort = [{ [field.path]: { order } }, { id: 'asc' }]
  const byField = (a: ModelDoc, b: ModelDoc): number => {
    const [x, y] = [first(a, field.path), first(b, field.path)]
    if (x === undefined || y === undefined) return x === y ? 0 : x === undefined ? 1 : -1
    return sign * compare(x, y, field.kind)
  }
  return {
    request: { top_hits: { sort, from, size, _source: ['id'] } },
    result(docs) {
      const sorted = docs.toSorted(
        (a, b) => byField(a, b) || Number(first(a, 'id')) - Number(first(b, 'id')),
      )
      const hits = sorted.slice(from, from + size).map((doc) => {
        const id = Number(first(doc, 'id'))
        const value = first(doc, field.path) ?? null
        const sort = [value === null || typeof value === 'boolean' ? value : Number(value), id]
        return { _score: null, sort, _index: 'events', _source: { id } }
      })
      return { hits: { total: { value: docs.length, relation: 'eq' }, max_score: null, hits } }
    },
  }
}

/** What the documents with the largest ids have. */
export function topMetrics(
  field: ModelField,
  _: ModelAggregations,
  choices: Choices,
): ModelAggregation | undefined {
  if (!['i64', 'u64', 'f64', 'date', 'bool'].includes(field.kind)) return undefined
  const size = choices.of([1, 3])
  const body = { metrics: [{ field: field.path }], sort: [{ id: 'desc' }], size }
  return {
    request: { top_metrics: body },
    result(docs) {
      const sorted = docs.toSorted((a, b) => Number(first(b, 'id')) - Number(first(a, 'id')))
      const top = sorted.slice(0, size).map((doc) => {
        const value = first(doc, field.path) ?? null
        const shown = field.kind === 'date' && value !== null ? dateText(Number(value)) : value
        return { sort: [Number(first(doc, 'id'))], metrics: { [field.path]: shown } }
      })
      return { top }
    },
  }
}
