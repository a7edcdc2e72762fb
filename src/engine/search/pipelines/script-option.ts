import { isJsonObject } from '../../bytes/json.ts'
import { asNumber, invalidAggregation } from '../aggregations/options.ts'
import { compileScript, type Scope } from './expression.ts'
import type { PipelineInput } from './pipeline.ts'

const LANGUAGES: readonly unknown[] = ['painless', 'expression']

interface ScriptNames {
  /** Names besides those of the script's own `params`. */
  readonly names: readonly string[]
  /** Whether there are `values` of a window. */
  readonly hasValues: boolean
}

interface Script<Value> {
  /** The script's own parameters. */
  readonly params: ReadonlyMap<string, number>
  readonly run: (scope: Scope) => Value
}

/** A script that gives a number. Throws `invalid` for what is no expression. */
export function numberScript(input: PipelineInput, names: ScriptNames): Script<number> {
  const { params, part } = scriptOption(input, names)
  if (part.type === 'number') return { params, run: part.run }
  throw invalidAggregation(input.name, 'the script must give a number, not true or false')
}

/** A script that is true or false. */
export function conditionScript(input: PipelineInput, names: ScriptNames): Script<boolean> {
  const { params, part } = scriptOption(input, names)
  if (part.type === 'boolean') return { params, run: part.run }
  throw invalidAggregation(input.name, 'the script must give true or false, not a number')
}

/** `script`: its source, or `{source, params, lang}`. */
function scriptOption(
  input: PipelineInput,
  { names, hasValues }: ScriptNames,
): {
  params: ReadonlyMap<string, number>
  part: ReturnType<typeof compileScript>
} {
  const raw = input.options['script']
  const whole = isJsonObject(raw) ? raw : { source: raw ?? null }
  if ('id' in whole || 'stored' in whole) {
    throw invalidAggregation(
      input.name,
      'scripts are not stored',
      'send the `source` of the script',
    )
  }
  const source = whole['source'] ?? whole['inline']
  if (typeof source !== 'string' || source.trim() === '') {
    throw invalidAggregation(input.name, '`script` must be an expression or {source, params}')
  }
  const lang = whole['lang'] ?? 'painless'
  if (!LANGUAGES.includes(lang)) {
    throw invalidAggregation(input.name, '`lang` of a script must be "painless" or "expression"')
  }
  const params = paramsOf(input, isJsonObject(whole['params']) ? whole['params'] : {})
  const known = new Set([...params.keys(), ...names])
  const rules = { params: known, hasValues, bareNames: lang === 'expression' }
  const part = compileScript(source, rules, (reason) => {
    throw invalidAggregation(input.name, reason, SCRIPTS_HAVE)
  })
  return { params, part }
}

const SCRIPTS_HAVE =
  'scripts have numbers, `params`, arithmetic, comparisons, `a ? b : c` and functions of Math and MovingFunctions'

function paramsOf(
  input: PipelineInput,
  raw: PipelineInput['options'],
): ReadonlyMap<string, number> {
  return new Map(
    Object.entries(raw).map(([name, value]) => {
      const number = typeof value === 'string' ? undefined : asNumber(value)
      if (number !== undefined) return [name, number]
      throw invalidAggregation(input.name, `\`params.${name}\` of the script must be a number`)
    }),
  )
}
