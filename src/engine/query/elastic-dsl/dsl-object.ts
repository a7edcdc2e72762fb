import { isJsonObject, JsonFloat, type JsonObject, type JsonValue } from '../../bytes/json.ts'
import { QwError } from '../../errors.ts'
import type { DefaultOperator } from '../query-ast.ts'
import { CLAUSE_OPTIONS, type ClauseOption } from './clause-options.ts'

/** What every clause may have: its weight, and a name, which is refused. */
const COMMON_KEYS = ['boost', '_name']

/** One object of a query body: every read checks the type and knows the place for its message. */
export class DslObject {
  readonly path: string
  readonly #json: JsonObject

  constructor(json: JsonValue | undefined, path: string) {
    if (!isJsonObject(json)) failAt(path, `expected an object, got ${describe(json)}`)
    this.#json = json
    this.path = path
  }

  get keys(): string[] {
    return Object.keys(this.#json)
  }

  /** Refuses keys outside `read`, `others` and the common ones; what becomes of `others` says their table. */
  only(read: readonly string[], others: readonly string[] = []): this {
    for (const key of this.keys) {
      if (read.includes(key) || key === 'boost') continue
      const option = key === '_name' || others.includes(key) ? CLAUSE_OPTIONS[key] : undefined
      if (option === undefined) {
        const known = [...read, ...others, 'boost']
        return this.fail(`unknown key [${key}], expected one of ${list(known)}`)
      }
      this.#refuse(key, option)
    }
    return this
  }

  #refuse(key: string, option: ClauseOption): void {
    if (option.kind === 'noEffect' || option.isHarmless(this.#json[key] ?? null)) return
    failAt(`${this.path}.${key}`, `is not supported: ${option.why}`, option.fix)
  }

  /** Absent and null alike are undefined. */
  get(key: string): JsonValue | undefined {
    return Object.hasOwn(this.#json, key) ? (this.#json[key] ?? undefined) : undefined
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#json, key)
  }

  /** The one key that is not a common one, with its value: the field of a field-keyed query. */
  singleField(): { field: string; value: JsonValue | undefined } {
    const [field, second] = this.keys.filter((key) => !COMMON_KEYS.includes(key))
    const name = CLAUSE_OPTIONS['_name']
    if (name !== undefined && this.has('_name')) this.#refuse('_name', name)
    if (field === undefined || second !== undefined) return this.fail('expected a single field')
    return { field, value: this.get(field) }
  }

  text(key: string): string {
    const value = this.get(key)
    return typeof value === 'string' ? value : this.#wrong(key, 'a string', value)
  }

  /** A string, or a number or boolean as its text. */
  literal(key: string): string {
    return literalText(this.get(key), `${this.path}.${key}`)
  }

  flag(key: string, fallback: boolean): boolean {
    const value = this.get(key)
    if (value === undefined) return fallback
    return typeof value === 'boolean' ? value : this.#wrong(key, 'true or false', value)
  }

  /** A whole number from 0 to 2^32 - 1. */
  count(key: string, fallback: number): number {
    const value = this.get(key)
    if (value === undefined) return fallback
    const isCount = typeof value === 'number' && Number.isInteger(value) && value >= 0
    return isCount && value < 2 ** 32 ? value : this.#wrong(key, 'a whole number', value)
  }

  boost(): number {
    const value = numberOf(this.get('boost') ?? 1)
    if (value !== undefined && value >= 0) return value
    return this.#wrong('boost', 'a number of zero or more', this.get('boost'))
  }

  operator(key: string): DefaultOperator {
    const value = this.get(key) ?? 'or'
    const operator = typeof value === 'string' ? value.toLowerCase() : undefined
    if (operator === 'and' || operator === 'or') return operator
    return this.#wrong(key, '`and` or `or`', value)
  }

  zeroTerms(): 'none' | 'all' {
    const value = this.get('zero_terms_query') ?? 'none'
    if (value === 'none' || value === 'all') return value
    return this.#wrong('zero_terms_query', '`none` or `all`', value)
  }

  fail(reason: string): never {
    return failAt(this.path, reason)
  }

  #wrong(key: string, wanted: string, value: JsonValue | undefined): never {
    return failAt(`${this.path}.${key}`, `expected ${wanted}, got ${describe(value)}`)
  }
}

/** A string, or a number or boolean as its text. */
export function literalText(value: JsonValue | undefined, path: string): string {
  if (typeof value === 'string') return value
  if (value instanceof JsonFloat) return value.value.toFixed(1)
  if (typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean') {
    return String(value)
  }
  return failAt(path, `expected a string, a number or a boolean, got ${describe(value)}`)
}

export function numberOf(value: JsonValue | undefined): number | undefined {
  if (value instanceof JsonFloat) return value.value
  return typeof value === 'number' ? value : undefined
}

export function failAt(path: string, reason: string, fix?: string): never {
  throw new QwError('invalid', `failed to parse query: \`${path}\`: ${reason}`, {
    code: 'QUERY-SYNTAX',
    fix,
  })
}

export function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ')
}

function describe(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return 'an array'
  if (isJsonObject(value)) return 'an object'
  if (typeof value === 'string') return `the string \`${value.slice(0, 100)}\``
  return `\`${String(value instanceof JsonFloat ? value.value.toFixed(1) : value)}\``
}
