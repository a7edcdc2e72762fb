import { isJsonObject } from '../../bytes/json.ts'
import { invalidAggregation } from '../aggregations/options.ts'
import type { BucketsPath } from './buckets-path.ts'
import {
  boundPath,
  gapPolicyOption,
  resultPrinter,
  valueOf,
  withResult,
  type GapPolicy,
  type NamedBucket,
  type PipelineInput,
  type PipelineKind,
} from './pipeline.ts'
import { conditionScript, numberScript } from './script-option.ts'

const OPTIONS = ['buckets_path', 'script', 'gap_policy']

/** A number that a script makes of numbers of each bucket. */
export const BUCKET_SCRIPT: PipelineKind = {
  options: [...OPTIONS, 'format'],
  values: ['value'],
  place: 'inside',
  parse(input) {
    const variables = pathsOption(input)
    const policy = gapPolicyOption(input)
    const print = resultPrinter(input)
    const names = [...variables.keys()]
    const script = numberScript(input, { names, hasValues: false })
    const run = (buckets: readonly NamedBucket[]): NamedBucket[] =>
      buckets.map((each) => {
        const params = paramsIn(each, variables, policy)
        if (params === undefined) return each
        const value = script.run({ params: new Map([...script.params, ...params]), values: [] })
        return withResult(each, input.ownName, print(value))
      })
    return { name: input.ownName, of: 'parent', reads: readsOf(variables), run }
  },
}

/** Keeps the buckets for which a script is true. */
export const BUCKET_SELECTOR: PipelineKind = {
  options: OPTIONS,
  values: [],
  place: 'inside',
  parse(input) {
    const variables = pathsOption(input)
    const policy = gapPolicyOption(input)
    const names = [...variables.keys()]
    const script = conditionScript(input, { names, hasValues: false })
    const run = (buckets: readonly NamedBucket[]): NamedBucket[] =>
      buckets.filter(({ bucket }) => {
        const params = new Map(script.params)
        // Here a gap is no reason to skip: the script sees it as no number.
        for (const [name, path] of variables) params.set(name, valueOf(bucket, path, policy) ?? NaN)
        return script.run({ params, values: [] })
      })
    return { name: input.ownName, of: 'parent', reads: readsOf(variables), run }
  },
}

function readsOf(variables: ReadonlyMap<string, BucketsPath>): string[] {
  return [...variables.values()].flatMap((path) => path.slice(0, 1))
}

/** Undefined: one of them has no number here. */
function paramsIn(
  { bucket }: NamedBucket,
  variables: ReadonlyMap<string, BucketsPath>,
  policy: GapPolicy,
): Map<string, number> | undefined {
  const params = new Map<string, number>()
  for (const [name, path] of variables) {
    const value = valueOf(bucket, path, policy)
    if (value === undefined || Number.isNaN(value)) return undefined
    params.set(name, value)
  }
  return params
}

/** `buckets_path` by the names of variables; of a path alone it is `_value`, of a list `_value0` on. */
function pathsOption(input: PipelineInput): Map<string, BucketsPath> {
  const raw = input.options['buckets_path']
  const entries = isJsonObject(raw)
    ? Object.entries(raw)
    : Array.isArray(raw)
      ? raw.map((path, at) => [`_value${at}`, path] as const)
      : [['_value', raw ?? null] as const]
  return new Map(
    entries.map(([name, text]) => {
      if (typeof text === 'string') return [name, boundPath(input, text).path]
      throw invalidAggregation(
        input.name,
        '`buckets_path` must be an object of paths by the names that the script calls them by',
      )
    }),
  )
}
