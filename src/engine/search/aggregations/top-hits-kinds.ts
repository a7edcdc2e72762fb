import { isJsonObject, type JsonObject, type JsonValue } from '../../bytes/json.ts'
import type { SortKey } from '../request.ts'
import type { SourceFilter } from '../source-filter.ts'
import type { AggregationInput, AggregationKind } from './aggregation.ts'
import { asNumber, countOption, invalidAggregation, refuseUnknown } from './options.ts'
import { TopDocuments, topValueJson, type TopHit } from './top-documents.ts'

/** Documents of one bucket. */
const TOP_DOCUMENTS_LIMIT = 100

type FieldKey = Extract<SortKey, { by: 'field' }>

/** The documents of a bucket that come first, whole or in part. */
export const TOP_HITS: AggregationKind = {
  buckets: 'none',
  // What is told of a document otherwise is the same for all of them, and so left out.
  options: 'sort size from _source track_scores version explain seq_no_primary_term'.split(' '),
  parse(input) {
    const sort = sortOption(input)
    const from = countOption(input, 'from') ?? 0
    const limit = from + limitOption(input, 3)
    const source = sourceOption(input)
    return new TopDocuments({
      sort,
      limit,
      metrics: [],
      render: ({ total, hits }, budget) => ({
        hits: {
          total: { value: total, relation: 'eq' },
          max_score: null,
          hits: hits.slice(from).map((hit) => {
            const keys = sort.length === 0 ? {} : { sort: sortJson(hit, 'millis') }
            return budget.document(hit, source, { _score: null, ...keys })
          }),
        },
      }),
      metric: () => undefined,
    })
  },
}

/** Numbers of the documents of a bucket that come first. */
export const TOP_METRICS: AggregationKind = {
  buckets: 'none',
  options: ['metrics', 'sort', 'size'],
  parse(input) {
    const raw = input.options['metrics']
    const items = Array.isArray(raw) ? raw : raw === undefined ? [] : [raw]
    const metrics = items.map((item) =>
      sortableField(input, isJsonObject(item) ? item['field'] : item),
    )
    const sort = sortOption(input)
    if (metrics.length === 0 || sort.length !== 1) {
      throw invalidAggregation(
        input.name,
        'needs `metrics`, such as {"field": "x"}, and one `sort`',
      )
    }
    const valueOf = (hit: TopHit | undefined, at: number): JsonValue => {
      const value = hit?.metrics[at]
      return value === undefined ? null : topValueJson(value, 'text')
    }
    return new TopDocuments({
      sort,
      limit: limitOption(input, 1),
      metrics,
      render: ({ hits }) => ({
        top: hits.map((hit) => ({
          sort: sortJson(hit, 'text'),
          metrics: Object.fromEntries(metrics.map((path, at) => [path, valueOf(hit, at)])),
        })),
      }),
      metric({ hits }, property) {
        const at = metrics.indexOf(property ?? '')
        return at < 0 ? undefined : (asNumber(valueOf(hits[0], at)) ?? null)
      },
    })
  },
}

function sortJson({ sort }: TopHit, dates: 'millis' | 'text'): JsonValue[] {
  return sort.map((value) => (value === undefined ? null : topValueJson(value, dates)))
}

function limitOption(input: AggregationInput, otherwise: number): number {
  const size = countOption(input, 'size') ?? otherwise
  if (size > 0 && size + (countOption(input, 'from') ?? 0) <= TOP_DOCUMENTS_LIMIT) return size
  throw invalidAggregation(
    input.name,
    `\`size\` must be at least 1, and with \`from\` at most TOP_DOCUMENTS_LIMIT=${TOP_DOCUMENTS_LIMIT}`,
  )
}

/** A field, `{field: "desc"}`, `{field: {order: "desc"}}`, or a list of those. */
function sortOption(input: AggregationInput): FieldKey[] {
  const raw = input.options['sort'] ?? []
  const items = Array.isArray(raw) ? raw : [raw]
  return items.flatMap((item): FieldKey[] => {
    if (typeof item === 'string') return [sortKey(input, item, 'asc')]
    if (!isJsonObject(item)) throw invalidAggregation(input.name, '`sort` holds names and objects')
    return Object.entries(item).map(([path, how]) => {
      if (!isJsonObject(how)) return sortKey(input, path, how)
      refuseUnknown({ ...input, options: how }, 'sort', ['order', 'unmapped_type'])
      return sortKey(input, path, how['order'] ?? 'asc')
    })
  })
}

function sortKey(input: AggregationInput, path: string, order: JsonValue): FieldKey {
  if (path === '_score' || path === '_doc') {
    throw invalidAggregation(
      input.name,
      `\`sort\` by ${path} is not supported: buckets know no scores`,
      'sort by a field, or leave `sort` out',
    )
  }
  if (order !== 'asc' && order !== 'desc') {
    throw invalidAggregation(input.name, `the order of \`${path}\` must be "asc" or "desc"`)
  }
  return { by: 'field', field: sortableField(input, path), order, dateUnit: 'ms' }
}

function sortableField(input: AggregationInput, path: JsonValue | undefined): string {
  if (typeof path !== 'string') throw invalidAggregation(input.name, 'missing field `field`')
  const field = input.field(path)
  if (field.type !== 'str' && field.type !== 'ip' && field.type !== 'bytes') return field.path
  throw invalidAggregation(input.name, `\`${path}\` is no number, date or bool`)
}

/** `false`, a path, a list of paths, or `{includes, excludes}`; undefined: no document. */
function sourceOption(input: AggregationInput): SourceFilter | undefined {
  const raw = input.options['_source'] ?? true
  if (raw === false) return undefined
  if (raw === true) return { includes: [], excludes: [] }
  if (!isJsonObject(raw)) return { includes: pathsOf(input, raw), excludes: [] }
  refuseUnknown({ ...input, options: raw }, '_source', ['includes', 'excludes'])
  return {
    includes: pathsOf(input, raw['includes'] ?? []),
    excludes: pathsOf(input, raw['excludes'] ?? []),
  }
}

function pathsOf(input: AggregationInput, raw: JsonObject[string]): string[] {
  return (Array.isArray(raw) ? raw : [raw]).map((item) => {
    const path = typeof item === 'string' ? item.replace(/\.\*$/, '') : '*'
    if (!path.includes('*')) return path
    throw invalidAggregation(input.name, '`_source` holds paths, of which only the end may be `.*`')
  })
}
