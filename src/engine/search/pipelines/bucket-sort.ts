import { isJsonObject, type JsonValue } from '../../bytes/json.ts'
import { asNumber, countOption, invalidAggregation } from '../aggregations/options.ts'
import type { BucketsPath } from './buckets-path.ts'
import {
  boundPath,
  gapPolicyOption,
  valueOf,
  type NamedBucket,
  type PipelineInput,
  type PipelineKind,
} from './pipeline.ts'

/** Other order of the buckets, and fewer of them: `size` from `from` on. */
export const BUCKET_SORT: PipelineKind = {
  options: ['sort', 'from', 'size', 'gap_policy'],
  values: [],
  place: 'inside',
  parse(input) {
    const raw = input.options['sort'] ?? []
    const sorts = (Array.isArray(raw) ? raw : [raw]).map((item) => sortOf(input, item))
    const from = countOption(input, 'from') ?? 0
    const size = countOption(input, 'size') ?? Infinity
    if (size === 0) throw invalidAggregation(input.name, '[size] must be a positive integer: [0]')
    if (sorts.length === 0 && from === 0 && size === Infinity) {
      throw invalidAggregation(
        input.name,
        'is configured to perform nothing. Please set either of [sort, size, from]',
      )
    }
    const policy = gapPolicyOption(input)
    const run = (buckets: readonly NamedBucket[]): readonly NamedBucket[] => {
      if (sorts.length === 0) return buckets.slice(from, from + size)
      const ranked = buckets.map((each) => ({
        each,
        ranks: sorts.map(({ path }) =>
          path[0] === '_key' ? keyOf(each) : valueOf(each.bucket, path, policy),
        ),
      }))
      return ranked
        .filter(({ ranks }) => ranks.some(isRank))
        .sort((a, b) => compareRanks(a.ranks, b.ranks, sorts))
        .map(({ each }) => each)
        .slice(from, from + size)
    }
    const reads = sorts.flatMap(({ path }) => path.slice(0, 1))
    return { name: input.ownName, of: 'parent', reads, run }
  },
}

interface Sort {
  readonly path: BucketsPath
  readonly descending: boolean
}

/** `"path"`, `{path: "desc"}` or `{path: {order: "desc"}}`. */
function sortOf(input: PipelineInput, raw: JsonValue): Sort {
  const [entry, second] = isJsonObject(raw) ? Object.entries(raw) : [[raw, 'asc'] as const]
  const [text, how] = entry ?? []
  const order = isJsonObject(how) ? (how['order'] ?? 'asc') : how
  if (typeof text !== 'string' || second !== undefined || (order !== 'asc' && order !== 'desc')) {
    throw invalidAggregation(
      input.name,
      '`sort` must be paths such as {"price.avg": {"order": "desc"}}',
    )
  }
  return { path: boundPath(input, text).path, descending: order === 'desc' }
}

type Rank = number | string | undefined

function keyOf({ name, bucket }: NamedBucket): Rank {
  const { key } = bucket
  return key === undefined || key === null
    ? name
    : ((typeof key === 'string' ? key : asNumber(key)) ?? name)
}

function isRank(rank: Rank): rank is number | string {
  return rank !== undefined && !Number.isNaN(rank)
}

/** What has no number comes last, whichever the order. */
function compareRanks(a: readonly Rank[], b: readonly Rank[], sorts: readonly Sort[]): number {
  for (const [at, { descending }] of sorts.entries()) {
    const x = a[at]
    const y = b[at]
    if (!isRank(x) || !isRank(y)) {
      if (isRank(x) === isRank(y)) continue
      return isRank(x) ? -1 : 1
    }
    if (x === y) continue
    return x < y === descending ? 1 : -1
  }
  return 0
}
