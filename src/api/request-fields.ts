import { JsonFloat, stringifyJson, type JsonObject, type JsonValue } from '../engine/bytes/json.ts'
import { QwError } from '../engine/errors.ts'

const INTEGER = /^[+-]?\d+$/

/** Reads named fields of one request, whether they came as JSON or in the URL; unknown ones are refused. */
export class RequestFields {
  readonly #values: ReadonlyMap<string, JsonValue>
  /** Where numbers and booleans are text. */
  readonly #urlNames: ReadonlySet<string>

  private constructor(values: ReadonlyMap<string, JsonValue>, urlNames: ReadonlySet<string>) {
    this.#values = values
    this.#urlNames = urlNames
  }

  static fromJson(body: JsonObject, known: readonly string[]): RequestFields {
    return RequestFields.fromUrl(new URLSearchParams(), known, body)
  }

  /** With a body beside the URL, the URL wins where both say something. */
  static fromUrl(
    query: URLSearchParams,
    known: readonly string[],
    body: JsonObject = {},
  ): RequestFields {
    const values = new Map<string, JsonValue>([...Object.entries(body), ...query])
    for (const name of values.keys()) {
      if (!known.includes(name)) {
        const names = known.map((k) => `\`${k}\``).join(', ')
        const isParam = query.has(name)
        throw unreadable(`unknown field \`${name}\`, expected one of ${names}`, isParam)
      }
    }
    return new RequestFields(values, new Set(query.keys()))
  }

  has(name: string): boolean {
    return this.raw(name) !== undefined
  }

  /** `null` counts as absent. */
  raw(name: string): JsonValue | undefined {
    return this.#values.get(name) ?? undefined
  }

  text(name: string): string | undefined {
    const value = this.raw(name)
    if (value === undefined || typeof value === 'string') return value
    throw this.wrong(name, 'a string')
  }

  /** `a,b,c`; empty parts are dropped. */
  list(name: string): string[] {
    const parts = (this.text(name) ?? '').split(',').map((part) => part.trim())
    return parts.filter((part) => part !== '')
  }

  integer(name: string): number | undefined {
    const value = this.raw(name)
    if (value === undefined) return undefined
    const number =
      this.#urlNames.has(name) && typeof value === 'string' && INTEGER.test(value)
        ? Number(value)
        : value
    if (typeof number === 'number' && Number.isSafeInteger(number)) return number
    throw this.wrong(name, 'an integer')
  }

  /** An integer of at least 0. */
  count(name: string): number | undefined {
    const value = this.integer(name)
    if (value !== undefined && value < 0) throw this.wrong(name, 'an integer of at least 0')
    return value
  }

  boolean(name: string): boolean | undefined {
    const value = this.raw(name)
    if (value === undefined || typeof value === 'boolean') return value
    const isUrlWord = this.#urlNames.has(name) && (value === 'true' || value === 'false')
    if (isUrlWord) return value === 'true'
    throw this.wrong(name, 'true or false')
  }

  oneOf<const C extends string>(name: string, choices: readonly C[]): C | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    const found = choices.find((choice) => choice === value)
    if (found === undefined) throw this.wrong(name, `one of ${choices.join(', ')}`)
    return found
  }

  wrong(name: string, expected: string): QwError {
    const value = this.#values.get(name) ?? null
    const shown = value instanceof JsonFloat ? String(value.value) : stringifyJson(value)
    const message = `\`${name}\` has to be ${expected}, not ${shown.slice(0, 200)}`
    return unreadable(message, this.#urlNames.has(name))
  }
}

/** A parameter or key that cannot be understood, told apart from a request that cannot be answered. */
function unreadable(message: string, isUrlParameter: boolean): QwError {
  return new QwError('invalid', message, {
    code: isUrlParameter ? 'REQUEST-PARAM' : 'REQUEST-DECODE',
  })
}
