/** JSON in which every number is the one that was written: those that a double would change are kept
 *  as text. */
export type Json = null | boolean | number | string | ExactNumber | Json[] | JsonObject

export interface JsonObject {
  [key: string]: Json
}

/** A number that `String(Number(text))` writes otherwise: beyond 2^53, `1.0`, `1e3`, many decimals. */
export class ExactNumber {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  /** What is printed wherever a text is wanted. */
  toString(): string {
    return this.text
  }
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof ExactNumber)
  )
}

/** The value under a key; undefined where there is no object or no such key of its own. */
export function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let here = value
  for (const key of path) {
    if (!isJsonObject(here) || !Object.hasOwn(here, key)) return undefined
    here = here[key]
  }
  return here
}

export function listOf(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : []
}

/** The nearest double, for drawing and arithmetic; NaN for what is no number. */
export function numberOf(value: Json | undefined): number {
  return value instanceof ExactNumber
    ? Number(value.text)
    : typeof value === 'number'
      ? value
      : Number.NaN
}

/** A text as it is, nothing for null and for what is absent, everything else as JSON. */
export function plainText(value: Json | undefined): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : stringifyExact(value)
}

/** Whether `JSON.parse` may change a number somewhere. A match inside a string costs time alone. */
const LOSSY = /[\d.]{16}|\d\.\d*0(?!\d)|\d[eE]|-0|0\.0{6}/

/** Throws SyntaxError, as `JSON.parse` does. */
export function parseExact(text: string): Json {
  if (!LOSSY.test(text)) return JSON.parse(text) as Json // whatever JSON has is a Json
  return new Parser(text).document()
}

/** The tokens of JSON. Strings may hold what JSON forbids: `JSON.parse` looks at each of them again. */
const TOKEN = /[ \t\r\n]*(?:("(?:[^"\\]|\\.)*")|(-?\d[\d.eE+-]*)|(true|false|null)|([[\]{}:,]))/y

class Parser {
  readonly #text: string
  #at = 0
  /** The token at the cursor, and where it ends; empty at the end of the text. */
  #token = ''

  constructor(text: string) {
    this.#text = text
  }

  document(): Json {
    this.#next()
    const value = this.#value()
    if (this.#token !== '' || this.#text.slice(this.#at).trim() !== '') this.#fail()
    return value
  }

  #next(): void {
    TOKEN.lastIndex = this.#at
    const match = TOKEN.exec(this.#text)
    this.#token = match === null ? '' : (match[1] ?? match[2] ?? match[3] ?? match[4] ?? '')
    if (match !== null) this.#at = TOKEN.lastIndex
  }

  #value(): Json {
    const token = this.#token
    if (token === '{') return this.#object()
    if (token === '[') return this.#array()
    if (token === '' || ']}:,'.includes(token)) this.#fail()
    const value = JSON.parse(token) as Json // a literal, so no container
    this.#next()
    return typeof value === 'number' && String(value) !== token ? new ExactNumber(token) : value
  }

  #object(): JsonObject {
    const object: JsonObject = {}
    this.#next()
    if (this.#take('}')) return object
    do {
      const token = this.#token
      if (!token.startsWith('"')) this.#fail()
      const key = JSON.parse(token) as string // it begins with a quote
      this.#next()
      if (!this.#take(':')) this.#fail()
      const value = this.#value()
      // Unlike assignment this keeps a key named `__proto__` a key.
      const own = { value, enumerable: true, configurable: true, writable: true }
      Object.defineProperty(object, key, own)
    } while (this.#take(','))
    if (!this.#take('}')) this.#fail()
    return object
  }

  #array(): Json[] {
    const list: Json[] = []
    this.#next()
    if (this.#take(']')) return list
    do list.push(this.#value())
    while (this.#take(','))
    if (!this.#take(']')) this.#fail()
    return list
  }

  #take(token: string): boolean {
    if (this.#token !== token) return false
    this.#next()
    return true
  }

  #fail(): never {
    throw new SyntaxError(`this is no JSON, near position ${this.#at}`)
  }
}

/** The other direction: numbers as they were written. `indent` as of `JSON.stringify`, in spaces. */
export function stringifyExact(value: Json, indent = 0): string {
  return written(value, indent, indent === 0 ? '' : '\n')
}

/** `line` begins a line at the depth of the value: empty where everything stands on one. */
function written(value: Json, indent: number, line: string): string {
  if (value instanceof ExactNumber) return value.text
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const inner = line === '' ? '' : line + ' '.repeat(indent)
  const items = Array.isArray(value)
    ? value.map((item) => written(item, indent, inner))
    : Object.entries(value).map(
        ([key, item]) =>
          `${JSON.stringify(key)}:${line === '' ? '' : ' '}${written(item, indent, inner)}`,
      )
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return items.length === 0
    ? `${open}${close}`
    : `${open}${inner}${items.join(`,${inner}`)}${line}${close}`
}
