import {
  exponentialAverage,
  holt,
  holtWinters,
  linearAverage,
  standardDeviation,
  sumOf,
  unweightedAverage,
} from './moving-functions.ts'

/** Characters of one script; parentheses nest no deeper than that. */
const MAX_SCRIPT_CHARS = 2_000

/** What a script sees: its parameters, and in a moving window the values of that. */
export interface Scope {
  readonly params: ReadonlyMap<string, number>
  readonly values: readonly number[]
}

type Type = 'number' | 'boolean' | 'values'
type Run<Value> = (scope: Scope) => Value
/** A part of a script, compiled. `isWhole`: a whole number written out, which divides as such. */
type Part =
  | {
      readonly type: 'number'
      readonly run: Run<number>
      readonly isWhole?: boolean
      readonly isNull?: boolean
    }
  | { readonly type: 'boolean'; readonly run: Run<boolean> }
  | { readonly type: 'values'; readonly run: Run<readonly number[]> }

interface ScriptRules {
  /** Names that `params` has. */
  readonly params: ReadonlySet<string>
  /** Whether there are `values` of a window. */
  readonly hasValues: boolean
  /** Whether a parameter's name alone is enough. */
  readonly bareNames: boolean
}

/**
 * A script of one expression: numbers, `params`, arithmetic, comparisons, `? :`, functions of `Math` and
 * `MovingFunctions`. Everything that could go wrong is found here, by `fail` with the reason; no code is
 * ever made of the text.
 */
export function compileScript(
  source: string,
  rules: ScriptRules,
  fail: (reason: string) => never,
):
  | { readonly type: 'number'; readonly run: Run<number> }
  | { readonly type: 'boolean'; readonly run: Run<boolean> } {
  if (source.length > MAX_SCRIPT_CHARS) fail(`a script has at most ${MAX_SCRIPT_CHARS} characters`)
  const text = source
    .trim()
    .replace(/^return\b/, '')
    .replace(/;\s*$/, '')
  const part = new ScriptParser(tokensOf(text, fail), rules, fail).parseAll()
  return part.type === 'values' ? fail('the script gives all `values`, not one number') : part
}

const TOKEN =
  /\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)[dDfFlL]?\b|([A-Za-z_$][\w$]*)|'([^'\\]*)'|"([^"\\]*)"|(&&|\|\||[<>=!]=|[-+*/%<>!?:(),.[\]]))/y

interface Token {
  readonly kind: 'number' | 'name' | 'text' | 'sign' | 'end'
  readonly text: string
}

function tokensOf(text: string, fail: (reason: string) => never): Token[] {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  while (/\S/.test(text.slice(TOKEN.lastIndex))) {
    const at = TOKEN.lastIndex
    const found = TOKEN.exec(text)
    if (found === null)
      return fail(
        `cannot read the script from \`${text.slice(at).trim()}\` on: it must be one expression`,
      )
    const [, number, name, single, double, sign] = found
    if (number !== undefined) tokens.push({ kind: 'number', text: number })
    else if (name !== undefined) tokens.push({ kind: 'name', text: name })
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign })
    else tokens.push({ kind: 'text', text: single ?? double ?? '' })
  }
  return tokens
}

/** How tightly each binary operator binds. */
const POWERS: Readonly<Record<string, number>> = {
  '?': 1,
  '||': 2,
  '&&': 3,
  '==': 4,
  '!=': 4,
  '<': 5,
  '<=': 5,
  '>': 5,
  '>=': 5,
  '+': 6,
  '-': 6,
  '*': 7,
  '/': 7,
  '%': 7,
}
const UNARY_POWER = 8

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
}

const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
}

const CONSTANTS: ReadonlyMap<string, number> = new Map([
  ['Math.PI', Math.PI],
  ['Math.E', Math.E],
  ['Double.NaN', NaN],
])

type Argument = number | boolean | readonly number[]

/** A function by the types of what it takes; arguments are checked before it is called. */
interface ScriptFunction {
  readonly takes: readonly Type[]
  readonly call: (args: readonly Argument[]) => number | boolean
  readonly gives: 'number' | 'boolean'
}

function ofNumbers(count: number, call: (...args: number[]) => number): ScriptFunction {
  const takes = Array.from({ length: count }, (): Type => 'number')
  return { takes, gives: 'number', call: (args) => call(...args.map(Number)) }
}

function ofValues(
  count: number,
  call: (values: readonly number[], ...rest: number[]) => number,
): ScriptFunction {
  const takes = ['values' as const, ...Array.from({ length: count }, (): Type => 'number')]
  return {
    takes,
    gives: 'number',
    call: ([values, ...rest]) => call(Array.isArray(values) ? values : [], ...rest.map(Number)),
  }
}

const FUNCTIONS: ReadonlyMap<string, ScriptFunction> = new Map<string, ScriptFunction>([
  ...(['abs', 'ceil', 'floor', 'sqrt', 'cbrt', 'exp', 'log', 'log10'] as const).map(
    (name): [string, ScriptFunction] => [`Math.${name}`, ofNumbers(1, Math[name])],
  ),
  ['Math.signum', ofNumbers(1, Math.sign)],
  ['Math.round', ofNumbers(1, Math.round)],
  ['Math.max', ofNumbers(2, Math.max)],
  ['Math.min', ofNumbers(2, Math.min)],
  ['Math.pow', ofNumbers(2, Math.pow)],
  ['Double.isNaN', { takes: ['number'], gives: 'boolean', call: ([value]) => Number.isNaN(value) }],
  [
    'MovingFunctions.max',
    ofValues(0, (values) => (values.length === 0 ? NaN : Math.max(...values))),
  ],
  [
    'MovingFunctions.min',
    ofValues(0, (values) => (values.length === 0 ? NaN : Math.min(...values))),
  ],
  ['MovingFunctions.sum', ofValues(0, sumOf)],
  ['MovingFunctions.unweightedAvg', ofValues(0, unweightedAverage)],
  ['MovingFunctions.linearWeightedAvg', ofValues(0, linearAverage)],
  ['MovingFunctions.stdDev', ofValues(1, standardDeviation)],
  ['MovingFunctions.ewma', ofValues(1, exponentialAverage)],
  ['MovingFunctions.holt', ofValues(2, holt)],
  [
    'MovingFunctions.holtWinters',
    {
      takes: ['values', 'number', 'number', 'number', 'number', 'boolean'],
      gives: 'number',
      call: ([values, alpha, beta, gamma, period, multiplicative]) =>
        holtWinters(Array.isArray(values) ? values : [], {
          alpha: Number(alpha),
          beta: Number(beta),
          gamma: Number(gamma),
          period: Number(period),
          multiplicative: multiplicative === true,
        }),
    },
  ],
])

/** Pratt's way: a part, then every operator that binds more tightly than what stands before it. */
class ScriptParser {
  readonly #tokens: readonly Token[]
  readonly #rules: ScriptRules
  readonly #fail: (reason: string) => never
  #at = 0

  constructor(tokens: readonly Token[], rules: ScriptRules, fail: (reason: string) => never) {
    this.#tokens = tokens
    this.#rules = rules
    this.#fail = fail
  }

  parseAll(): Part {
    const part = this.#expression(0)
    const { kind, text } = this.#peek()
    return kind === 'end'
      ? part
      : this.#fail(`unexpected \`${text}\` in the script: it must be one expression`)
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: 'end' }
  }

  #next(): Token {
    const token = this.#peek()
    this.#at++
    return token
  }

  #takes(text: string): boolean {
    const { kind, text: found } = this.#peek()
    if (kind !== 'sign' || found !== text) return false
    this.#at++
    return true
  }

  #expect(text: string): void {
    if (!this.#takes(text))
      this.#fail(`expected \`${text}\` before \`${this.#peek().text}\` in the script`)
  }

  #expression(power: number): Part {
    let left = this.#start()
    for (;;) {
      const { kind, text } = this.#peek()
      const next = (kind === 'sign' ? POWERS[text] : undefined) ?? 0
      if (next <= power) return left
      this.#at++
      left = text === '?' ? this.#choice(left) : this.#binary(text, left, this.#expression(next))
    }
  }

  #choice(test: Part): Part {
    const isTrue = this.#boolean(test)
    const a = this.#expression(0)
    this.#expect(':')
    const b = this.#expression(0)
    if (a.type === 'number' && b.type === 'number') {
      return { type: 'number', run: (scope) => (isTrue(scope) ? a.run(scope) : b.run(scope)) }
    }
    const [then, otherwise] = [this.#boolean(a), this.#boolean(b)]
    return { type: 'boolean', run: (scope) => (isTrue(scope) ? then(scope) : otherwise(scope)) }
  }

  #binary(sign: string, left: Part, right: Part): Part {
    if (sign === '&&' || sign === '||') {
      const [a, b] = [this.#boolean(left), this.#boolean(right)]
      return sign === '&&'
        ? { type: 'boolean', run: (scope) => a(scope) && b(scope) }
        : { type: 'boolean', run: (scope) => a(scope) || b(scope) }
    }
    const [a, b] = [this.#number(left), this.#number(right)]
    const isNull = [left, right].some((part) => part.type === 'number' && part.isNull === true)
    if (isNull && (sign === '==' || sign === '!=')) {
      const isSame = (scope: Scope): boolean => Number.isNaN(a(scope)) === Number.isNaN(b(scope))
      return { type: 'boolean', run: (scope) => isSame(scope) === (sign === '==') }
    }
    const compare = COMPARISONS[sign]
    if (compare !== undefined)
      return { type: 'boolean', run: (scope) => compare(a(scope), b(scope)) }
    const isWhole = isWholePart(left) && isWholePart(right)
    // Integers divide to integers there: 1 / 2 is 0, which hardly anybody means.
    if (isWhole && sign === '/')
      this.#fail('two whole numbers divide to a whole number: write 1.0 for 1')
    const calculate = ARITHMETIC[sign] ?? this.#fail(`\`${sign}\` is not supported`)
    return { type: 'number', run: (scope) => calculate(a(scope), b(scope)), isWhole }
  }

  #start(): Part {
    const { kind, text } = this.#next()
    if (kind === 'number') {
      const value = Number(text)
      return { type: 'number', run: () => value, isWhole: /^\d+$/.test(text) }
    }
    if (kind === 'name') return this.#named(text)
    if (text === '(' && kind === 'sign') {
      const part = this.#expression(0)
      this.#expect(')')
      return part
    }
    if (text === '-' || text === '+') {
      const operand = this.#expression(UNARY_POWER)
      const run = this.#number(operand)
      return {
        type: 'number',
        run: text === '-' ? (scope) => -run(scope) : run,
        isWhole: isWholePart(operand),
      }
    }
    if (text === '!') {
      const run = this.#boolean(this.#expression(UNARY_POWER))
      return { type: 'boolean', run: (scope) => !run(scope) }
    }
    return this.#fail(`unexpected \`${text}\` in the script`)
  }

  #named(first: string): Part {
    if (first === 'true' || first === 'false')
      return { type: 'boolean', run: () => first === 'true' }
    if (first === 'null') return { type: 'number', run: () => NaN, isNull: true }
    if (first === 'params') return this.#param()
    if (first === 'values' && this.#rules.hasValues) return this.#values()
    if (this.#rules.bareNames && this.#rules.params.has(first)) return paramPart(first)
    const name = this.#takes('.') ? `${first}.${this.#next().text}` : first
    const constant = CONSTANTS.get(name)
    if (constant !== undefined) return { type: 'number', run: () => constant }
    const known = FUNCTIONS.get(name)
    if (known === undefined) return this.#fail(`unknown \`${name}\` in the script`)
    return this.#call(name, known)
  }

  #param(): Part {
    const isIndexed = this.#takes('[')
    if (!isIndexed) this.#expect('.')
    const { text } = this.#next()
    if (isIndexed) this.#expect(']')
    if (this.#rules.params.has(text)) return paramPart(text)
    return this.#fail(
      `unknown \`params.${text}\` in the script: there are ${[...this.#rules.params].join(', ') || 'none'}`,
    )
  }

  #values(): Part {
    if (this.#takes('.')) {
      const { text } = this.#next()
      if (text !== 'length') this.#fail(`unknown \`values.${text}\` in the script`)
      return { type: 'number', run: ({ values }) => values.length, isWhole: true }
    }
    if (!this.#takes('[')) return { type: 'values', run: ({ values }) => values }
    const index = this.#number(this.#expression(0))
    this.#expect(']')
    return { type: 'number', run: (scope) => scope.values[index(scope)] ?? NaN }
  }

  #call(name: string, { takes, gives, call }: ScriptFunction): Part {
    this.#expect('(')
    const parts: Part[] = []
    while (!this.#takes(')')) {
      if (parts.length > 0) this.#expect(',')
      parts.push(this.#expression(0))
    }
    const types = parts.map(({ type }) => type)
    if (types.join() !== takes.join())
      this.#fail(`\`${name}\` takes (${takes.join(', ')}), not (${types.join(', ')})`)
    const run = (scope: Scope): number | boolean => call(parts.map((part) => part.run(scope)))
    return gives === 'number'
      ? { type: 'number', run: (scope) => Number(run(scope)) }
      : { type: 'boolean', run: (scope) => run(scope) === true }
  }

  #number(part: Part): Run<number> {
    return part.type === 'number'
      ? part.run
      : this.#fail(`the script has a ${part.type} where a number must be`)
  }

  #boolean(part: Part): Run<boolean> {
    return part.type === 'boolean'
      ? part.run
      : this.#fail(`the script has a ${part.type} where a condition must be`)
  }
}

function paramPart(name: string): Part {
  return { type: 'number', run: ({ params }) => params.get(name) ?? NaN }
}

function isWholePart(part: Part): boolean {
  return part.type === 'number' && part.isWhole === true
}
