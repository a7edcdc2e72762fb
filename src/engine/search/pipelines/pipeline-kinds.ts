import type { JsonObject } from '../../bytes/json.ts'
import { countOption, invalidAggregation } from '../aggregations/options.ts'
import { BUCKET_METRICS } from './bucket-metrics.ts'
import { BUCKET_SORT } from './bucket-sort.ts'
import { MOVING_AVG, MOVING_FN } from './moving.ts'
import type { NamedBucket, Pipeline, PipelineInput, PipelineKind } from './pipeline.ts'
import { BUCKET_SCRIPT, BUCKET_SELECTOR } from './scripted.ts'
import { CUMULATIVE_SUM, DERIVATIVE, SERIAL_DIFF } from './series.ts'
import { bucketsOf, withBuckets } from './buckets-path.ts'

/** By their names in requests. */
export const PIPELINE_KINDS = {
  derivative: DERIVATIVE,
  cumulative_sum: CUMULATIVE_SUM,
  serial_diff: SERIAL_DIFF,
  moving_fn: MOVING_FN,
  moving_avg: MOVING_AVG,
  bucket_script: BUCKET_SCRIPT,
  bucket_selector: BUCKET_SELECTOR,
  bucket_sort: BUCKET_SORT,
  ...BUCKET_METRICS,
} satisfies Readonly<Record<string, PipelineKind>>

export type PipelineType = keyof typeof PIPELINE_KINDS

/** Aggregations whose buckets have an order, which a pipeline of neighbours needs. */
const ORDERED: ReadonlySet<string> = new Set(['histogram', 'date_histogram', 'auto_date_histogram'])

/** Throws `invalid` unless the pipeline may stand where it does. */
export function checkPlace(input: PipelineInput, { place }: PipelineKind): void {
  const { type, ownName, parent, name } = input
  const what = `${type} aggregation [${ownName}]`
  if (place === 'beside') return
  if (place === 'inside') {
    if (parent === undefined) {
      throw invalidAggregation(name, `${what} must be declared inside of another aggregation`)
    }
    if (parent.buckets === 'many') return
    throw invalidAggregation(
      name,
      `${what} must be declared inside of an aggregation of several buckets`,
    )
  }
  const must = `${what} must have a histogram, date_histogram or auto_date_histogram as parent`
  if (parent === undefined) throw invalidAggregation(name, `${must} but doesn't have a parent`)
  if (parent.type === 'composite' && place === 'ordered') return
  if (!ORDERED.has(parent.type)) throw invalidAggregation(name, must)
  const minDocCount = countOption({ ...input, options: parent.options }, 'min_doc_count') ?? 0
  if (place === 'gapless' && minDocCount > 0) {
    throw invalidAggregation(
      name,
      `parent histogram of ${what} must have min_doc_count of 0`,
      'leave `min_doc_count` of the histogram out',
    )
  }
}

/** Each after those that it reads. Throws `invalid` for those that read each other. */
export function inOrder(pipelines: readonly Pipeline[], above: string): Pipeline[] {
  const left = new Map(pipelines.map((pipeline) => [pipeline.name, pipeline]))
  const ordered: Pipeline[] = []
  while (left.size > 0) {
    const ready = [...left.values()].filter(({ reads }) => !reads.some((name) => left.has(name)))
    if (ready.length === 0) {
      throw invalidAggregation(
        above,
        `Cyclical dependency found with pipeline aggregations ${[...left.keys()].join(', ')}`,
      )
    }
    for (const pipeline of ready) {
      ordered.push(pipeline)
      left.delete(pipeline.name)
    }
  }
  return ordered
}

/** What stands at one level of an answer, with what its pipelines make of it. */
export function completeLevel(level: JsonObject, pipelines: readonly Pipeline[]): JsonObject {
  return pipelines.reduce((done, each) => (each.of === 'sibling' ? each.run(done) : done), level)
}

/** The same in every bucket of an aggregation, and of all of them together. */
export function completeBuckets(result: JsonObject, pipelines: readonly Pipeline[]): JsonObject {
  const buckets = pipelines.reduce<readonly NamedBucket[]>(
    (done, each) =>
      each.of === 'parent'
        ? each.run(done)
        : done.map(({ name, bucket }) => ({ name, bucket: each.run(bucket) })),
    bucketsOf(result),
  )
  return withBuckets(result, buckets)
}
