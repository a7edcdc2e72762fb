import { isJsonObject } from '../../bytes/json.ts'
import { asNumber, invalidAggregation, numberOption } from '../aggregations/options.ts'
import type { BucketsPath } from './buckets-path.ts'
import {
  exponentialAverage,
  holt,
  holtWinters,
  linearAverage,
  unweightedAverage,
} from './moving-functions.ts'
import {
  gapPolicyOption,
  pathOption,
  resultPrinter,
  valueOf,
  withResult,
  type GapPolicy,
  type NamedBucket,
  type Pipeline,
  type PipelineInput,
  type PipelineKind,
} from './pipeline.ts'
import { numberScript } from './script-option.ts'

const OPTIONS = ['buckets_path', 'window', 'gap_policy', 'format']

/** What a script makes of the numbers of the `window` buckets before each bucket, moved by `shift`. */
export const MOVING_FN: PipelineKind = {
  options: [...OPTIONS, 'script', 'shift'],
  values: ['value'],
  place: 'gapless',
  parse(input) {
    const window = windowOption(input) ?? missingWindow(input)
    const shift = numberOption(input, 'shift') ?? 0
    const script = numberScript(input, { names: [], hasValues: true })
    return moving(input, { window, shift }, (values) =>
      script.run({ params: script.params, values }),
    )
  },
}

/** The older form of it: a model in place of the script. */
export const MOVING_AVG: PipelineKind = {
  options: [...OPTIONS, 'model', 'settings', 'minimize', 'predict'],
  values: ['value'],
  place: 'gapless',
  parse(input) {
    for (const option of ['predict', 'minimize']) {
      const raw = input.options[option] ?? false
      if (raw !== false && raw !== 0) {
        throw invalidAggregation(
          input.name,
          `\`${option}\` is not supported: averages are of what was there`,
          'use `moving_fn` with a function of MovingFunctions',
        )
      }
    }
    const model = modelOf(input)
    const average = (values: readonly number[]): number =>
      values.length === 0 ? NaN : model(values)
    return moving(input, { window: windowOption(input) ?? 5, shift: 0 }, average, 'quiet')
  },
}

/** 'quiet': a bucket for which nothing can be said says nothing. */
function moving(
  input: PipelineInput,
  place: { readonly window: number; readonly shift: number },
  average: (values: readonly number[]) => number,
  about: 'quiet' | 'told' = 'told',
): Pipeline {
  const { path, reads } = pathOption(input)
  const policy = gapPolicyOption(input)
  const print = resultPrinter(input)
  const run = (buckets: readonly NamedBucket[]): NamedBucket[] => {
    const values = valuesOf(buckets, path, policy)
    const present = values.filter((value) => !Number.isNaN(value))
    let before = 0
    return buckets.map((each, at) => {
      if (Number.isNaN(values[at])) return each
      const from = Math.max(0, before - place.window + place.shift)
      const result = average(present.slice(from, Math.max(0, before + place.shift)))
      before++
      return about === 'quiet' && Number.isNaN(result)
        ? each
        : withResult(each, input.ownName, print(result))
    })
  }
  return { name: input.ownName, of: 'parent', reads, run }
}

function valuesOf(buckets: readonly NamedBucket[], path: BucketsPath, policy: GapPolicy): number[] {
  return buckets.map(({ bucket }) => valueOf(bucket, path, policy) ?? NaN)
}

function windowOption(input: PipelineInput): number | undefined {
  const raw = input.options['window']
  if (raw === undefined || raw === null) return undefined
  const window = asNumber(raw)
  if (window !== undefined && Number.isInteger(window) && window > 0) return window
  throw invalidAggregation(input.name, '[window] must be a positive, non-zero integer.')
}

function missingWindow(input: PipelineInput): never {
  throw invalidAggregation(input.name, 'missing field `window`')
}

function numberIn(
  input: PipelineInput,
  raw: NonNullable<PipelineInput['options'][string]>,
  name: string,
): number {
  const value = asNumber(raw)
  if (value !== undefined) return value
  throw invalidAggregation(input.name, `\`${name}\` must be a number`)
}

function modelOf(input: PipelineInput): (values: readonly number[]) => number {
  const settings = isJsonObject(input.options['settings']) ? input.options['settings'] : {}
  const setting = (name: string, otherwise: number): number =>
    numberIn(input, settings[name] ?? otherwise, `settings.${name}`)
  const [alpha, beta, gamma] = [setting('alpha', 0.3), setting('beta', 0.1), setting('gamma', 0.3)]
  switch (input.options['model'] ?? 'simple') {
    case 'simple':
      return unweightedAverage
    case 'linear':
      return linearAverage
    case 'ewma':
      return (values) => exponentialAverage(values, alpha)
    case 'holt':
      return (values) => holt(values, alpha, beta)
    case 'holt_winters': {
      const period = setting('period', 1)
      const multiplicative = settings['type'] === 'mult'
      return (values) => holtWinters(values, { alpha, beta, gamma, period, multiplicative })
    }
    default:
      throw invalidAggregation(
        input.name,
        '`model` must be simple, linear, ewma, holt or holt_winters',
      )
  }
}
