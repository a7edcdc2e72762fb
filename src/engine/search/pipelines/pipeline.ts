import { isJsonObject, type JsonObject } from '../../bytes/json.ts'
import { jsonFloat, type AggregationInput } from '../aggregations/aggregation.ts'
import { parseDecimalFormat } from '../aggregations/decimal-format.ts'
import { invalidAggregation } from '../aggregations/options.ts'
import { bindPath, numberAt, type BucketsPath, type Level } from './buckets-path.ts'

/** A bucket as it is answered, and its name: the key as text. */
export interface NamedBucket {
  readonly name: string
  readonly bucket: JsonObject
}

/**
 * What is computed of an answer rather than of documents, after all splits are merged: from the buckets
 * of the aggregation it stands in, or from those of one that stands beside it.
 */
export type Pipeline = { readonly name: string; readonly reads: readonly string[] } & (
  | { readonly of: 'parent'; run(buckets: readonly NamedBucket[]): readonly NamedBucket[] }
  | { readonly of: 'sibling'; run(level: JsonObject): JsonObject }
)

/** The aggregation around a pipeline. */
export interface ParentFacts {
  readonly type: string
  readonly options: JsonObject
  readonly buckets: 'none' | 'one' | 'many'
}

export interface PipelineInput extends Pick<AggregationInput, 'options' | 'name'> {
  readonly type: string
  /** The name alone, under which the result stands. */
  readonly ownName: string
  /** What stands beside it. */
  readonly level: Level
  readonly parent: ParentFacts | undefined
}

/** A kind of pipeline. */
export interface PipelineKind {
  /** Options it knows. */
  readonly options: readonly string[]
  /** Numbers of its result that a path may name. */
  readonly values: readonly string[]
  /** 'ordered': the buckets around it are those of a histogram; 'gapless': with the empty ones. */
  readonly place: 'ordered' | 'gapless' | 'inside' | 'beside'
  /** Throws `invalid` for everything that is wrong with the options. */
  parse(input: PipelineInput): Pipeline
}

/** Paths of a pipeline, bound to what they lead to. */
export function pathOption(
  input: PipelineInput,
  until: 'number' | 'buckets' = 'number',
): ReturnType<typeof bindPath> & { readonly reads: readonly string[] } {
  const raw = input.options['buckets_path']
  const [text, second] = Array.isArray(raw) ? raw : [raw]
  if (typeof text !== 'string' || second !== undefined) {
    throw invalidAggregation(input.name, '`buckets_path` must be one path, such as "price.avg"')
  }
  const bound = boundPath(input, text, until)
  return { ...bound, reads: bound.path.slice(0, 1) }
}

export function boundPath(
  input: PipelineInput,
  text: string,
  until: 'number' | 'buckets' = 'number',
): ReturnType<typeof bindPath> {
  return bindPath(text, { level: input.level, until }, (reason) => {
    throw invalidAggregation(
      input.name,
      reason,
      `there are ${[...input.level.keys()].join(', ')} and _count`,
    )
  })
}

const GAP_POLICIES = ['skip', 'insert_zeros', 'keep_values'] as const
export type GapPolicy = (typeof GAP_POLICIES)[number]

export function gapPolicyOption(input: PipelineInput): GapPolicy {
  const raw = input.options['gap_policy'] ?? 'skip'
  const policy = GAP_POLICIES.find((known) => known === raw)
  if (policy !== undefined) return policy
  throw invalidAggregation(
    input.name,
    `Invalid gap policy: [${typeof raw === 'string' ? raw : ''}], accepted values: [${GAP_POLICIES.join(', ')}]`,
  )
}

/**
 * The number that a pipeline takes from a bucket: of an empty one, or where the number is none, what the
 * policy says, NaN for nothing. Undefined: the bucket has no such result.
 */
export function valueOf(
  bucket: JsonObject,
  path: BucketsPath,
  policy: GapPolicy,
): number | undefined {
  const value = numberAt(bucket, path)
  if (value === undefined) return undefined
  const isCount = path.length === 1 && path[0] === '_count'
  const isEmpty = bucket['doc_count'] === 0 && !isCount && policy !== 'keep_values'
  if (Number.isFinite(value) && !isEmpty) return value
  return policy === 'insert_zeros' ? 0 : NaN
}

/** Prints a result: null for what is no number, and as text when there is a `format`. */
export function resultPrinter(input: PipelineInput): (value: number) => JsonObject {
  const { format } = input.options
  if (format === undefined || format === null) return (value) => ({ value: jsonFloat(value) })
  const print = parseDecimalFormat(input.name, format)
  return (value) =>
    Number.isFinite(value)
      ? { value: jsonFloat(value), value_as_string: print(value) }
      : { value: null }
}

export function withResult(
  { name, bucket }: NamedBucket,
  own: string,
  result: JsonObject,
): NamedBucket {
  return { name, bucket: { ...bucket, [own]: result } }
}

/** `meta` stands in the pipeline's own result. */
export function withOwnMeta(pipeline: Pipeline, meta: JsonObject | undefined): Pipeline {
  const { name } = pipeline
  if (meta === undefined) return pipeline
  const marked = (level: JsonObject): JsonObject => {
    const result = level[name]
    return isJsonObject(result) ? { ...level, [name]: { meta, ...result } } : level
  }
  if (pipeline.of === 'sibling')
    return { ...pipeline, run: (level: JsonObject) => marked(pipeline.run(level)) }
  return {
    ...pipeline,
    run: (buckets: readonly NamedBucket[]) =>
      pipeline.run(buckets).map((each) => ({ name: each.name, bucket: marked(each.bucket) })),
  }
}
