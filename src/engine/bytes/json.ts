import { QwError } from '../errors.ts'

/**
 * Lossless JSON. Integers outside ±(2^53 - 1) are bigint; an integral number that was written as a
 * float (`1.0`, `1e3`) is a `JsonFloat`, so that it can be told from `1`; other numbers are plain.
 */
export type JsonValue =
  | null
  | boolean
  | string
  | number
  | bigint
  | JsonFloat
  | JsonValue[]
  | JsonObject

export interface JsonObject {
  [key: string]: JsonValue
}

/** An integral number written as a float: printed with a decimal point. */
export class JsonFloat {
  readonly value: number

  constructor(value: number) {
    this.value = value
  }
}

/** Nesting of arrays and objects that `parseJson` accepts. */
export const MAX_JSON_DEPTH = 128

/** Throws `invalid` with a position; of duplicate keys the last wins. */
export function parseJson(text: string, maxDepth: number = MAX_JSON_DEPTH): JsonValue {
  const first = text.charCodeAt(0)
  const isContainer = first === 123 || first === 91
  if (isContainer && !mayLose(text) && opensAtMost(text, maxDepth)) {
    try {
      return JSON.parse(text) as JsonValue // the test above leaves nothing but JsonValue
    } catch {
      // The slow parser says where and why.
    }
  }
  return new JsonParser(text, maxDepth).parseDocument()
}

/** For keys that come from outside: assignment to one named `__proto__` would set the prototype, and the
 *  value would be gone. */
export function setKey(object: JsonObject, key: string, value: JsonValue): void {
  if (key === '__proto__') {
    const own = { value, enumerable: true, configurable: true, writable: true }
    Object.defineProperty(object, key, own)
  } else {
    object[key] = value
  }
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof JsonFloat)
  )
}

/** A number that `JSON.parse` would change, wherever a value may stand. */
const LOSSY_NUMBER = /[:,[\s]-?(?:\d{16}|\d+\.0+(?!\d)|\d+(?:\.\d+)?[eE])/

/**
 * Whether the text of an array or object may hold what `JSON.parse` would lose: an integer of 16
 * digits or more, an integral float, an exponent. A match inside a string costs the slow path, never
 * a wrong value. Without a bracket every number follows a colon, which is the quicker search.
 */
function mayLose(text: string): boolean {
  if (text.includes('[')) return LOSSY_NUMBER.test(text)
  let colon = text.indexOf(':')
  while (colon >= 0) {
    if (isLossyNumberAt(text, colon + 1)) return true
    colon = text.indexOf(':', colon + 1)
  }
  return false
}

function isLossyNumberAt(text: string, from: number): boolean {
  let at = from
  let unit = text.charCodeAt(at)
  while (unit <= 32 || unit === 45) unit = text.charCodeAt(++at)
  if (!isDigit(unit)) return false
  const start = at
  while (isDigit(unit)) unit = text.charCodeAt(++at)
  if (at - start >= 16) return true
  if (unit === 46) {
    let isIntegral = true
    for (unit = text.charCodeAt(++at); isDigit(unit); unit = text.charCodeAt(++at)) {
      if (unit !== 48) isIntegral = false
    }
    if (isIntegral) return true
  }
  return unit === 101 || unit === 69
}

function isDigit(unit: number): boolean {
  return unit >= 48 && unit <= 57
}

/** Whether nesting cannot pass `limit` because there are not that many brackets. */
function opensAtMost(text: string, limit: number): boolean {
  if (text.length <= 2 * limit) return true
  let left = limit
  for (const bracket of ['{', '[']) {
    let at = text.indexOf(bracket)
    while (at >= 0) {
      if (left-- === 0) return false
      at = text.indexOf(bracket, at + 1)
    }
  }
  return true
}

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y

class JsonParser {
  private readonly text: string
  private readonly maxDepth: number
  private at = 0

  constructor(text: string, maxDepth: number) {
    this.text = text
    this.maxDepth = maxDepth
  }

  parseDocument(): JsonValue {
    const value = this.value(0)
    this.skipSpace()
    if (this.at < this.text.length) this.fail('unexpected text after the value')
    return value
  }

  private value(depth: number): JsonValue {
    this.skipSpace()
    switch (this.text.charCodeAt(this.at)) {
      case 123:
        return this.object(depth + 1)
      case 91:
        return this.array(depth + 1)
      case 34:
        return this.string()
      case 116:
        return this.word('true', true)
      case 102:
        return this.word('false', false)
      case 110:
        return this.word('null', null)
      default:
        return this.number()
    }
  }

  private object(depth: number): JsonObject {
    this.enter(depth)
    const result: JsonObject = {}
    if (this.take(125)) return result
    do {
      this.skipSpace()
      if (this.text.charCodeAt(this.at) !== 34) this.fail('expected a key in double quotes')
      const key = this.string()
      if (!this.take(58)) this.fail('expected `:` after a key')
      const value = this.value(depth)
      setKey(result, key, value)
    } while (this.take(44))
    if (!this.take(125)) this.fail('expected `,` or `}`')
    return result
  }

  private array(depth: number): JsonValue[] {
    this.enter(depth)
    const result: JsonValue[] = []
    if (this.take(93)) return result
    do result.push(this.value(depth))
    while (this.take(44))
    if (!this.take(93)) this.fail('expected `,` or `]`')
    return result
  }

  private enter(depth: number): void {
    if (depth > this.maxDepth) this.fail(`nested deeper than ${this.maxDepth} levels`)
    this.at++
  }

  private string(): string {
    const { text } = this
    const start = this.at
    let escaped = false
    for (let at = start + 1; at < text.length; at++) {
      const unit = text.charCodeAt(at)
      if (unit === 34) {
        this.at = at + 1
        return escaped ? this.unescape(start, at + 1) : text.slice(start + 1, at)
      }
      if (unit === 92) {
        escaped = true
        at++
      } else if (unit < 32) {
        this.at = at
        this.fail('a control character stands in a string')
      }
    }
    return this.fail('a string is not closed')
  }

  private unescape(start: number, end: number): string {
    try {
      return JSON.parse(this.text.slice(start, end)) as string // a JSON string literal
    } catch {
      this.at = start
      return this.fail('a string holds an unknown escape')
    }
  }

  private number(): JsonValue {
    NUMBER.lastIndex = this.at
    const match = NUMBER.exec(this.text)
    if (match === null) {
      return this.fail(this.at >= this.text.length ? 'the text ends too early' : 'expected a value')
    }
    const [literal, fraction, exponent] = match
    const value = Number(literal)
    if (fraction !== undefined || exponent !== undefined) {
      if (!Number.isFinite(value)) this.fail('a number is out of range')
      this.at += literal.length
      return Number.isInteger(value) ? new JsonFloat(value) : value
    }
    this.at += literal.length
    return Number.isSafeInteger(value) ? value : BigInt(literal)
  }

  private word<T extends JsonValue>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) this.fail('expected a value')
    this.at += word.length
    return value
  }

  /** Skips white space, then takes the character if it is the one asked for. */
  private take(unit: number): boolean {
    this.skipSpace()
    if (this.text.charCodeAt(this.at) !== unit) return false
    this.at++
    return true
  }

  private skipSpace(): void {
    for (;;) {
      const unit = this.text.charCodeAt(this.at)
      if (unit !== 32 && unit !== 10 && unit !== 13 && unit !== 9) return
      this.at++
    }
  }

  private fail(why: string): never {
    const near = this.text.slice(this.at, this.at + 20)
    const where = near === '' ? 'at the end' : `near \`${near}\``
    throw new QwError('invalid', `invalid JSON: ${why} ${where} position=${this.at}`, {
      position: this.at,
      // Without the place, for those who count equal mistakes.
      cause: new SyntaxError(`invalid JSON: ${why}`),
    })
  }
}

// oxlint-disable-next-line no-control-regex -- the characters that a JSON string must escape
const NEEDS_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/

/** Compact JSON; a `JsonFloat` keeps its decimal point. Numbers that JSON cannot hold become null. */
export function stringifyJson(value: JsonValue): string {
  switch (typeof value) {
    case 'string':
      return NEEDS_ESCAPE.test(value) ? JSON.stringify(value) : `"${value}"`
    case 'number':
      return Number.isFinite(value) ? (value === 0 ? '0' : String(value)) : 'null'
    case 'bigint':
      return value.toString()
    case 'boolean':
      return value ? 'true' : 'false'
    default:
      return value === null ? 'null' : stringifyStructure(value)
  }
}

function stringifyStructure(value: JsonFloat | JsonValue[] | JsonObject): string {
  if (value instanceof JsonFloat) return stringifyFloat(value.value)
  let out = ''
  if (Array.isArray(value)) {
    for (const item of value) out += out === '' ? stringifyJson(item) : `,${stringifyJson(item)}`
    return `[${out}]`
  }
  if (isFlat(value)) return JSON.stringify(value)
  for (const key of Object.keys(value)) {
    const item = value[key]
    if (item === undefined) continue
    out += `${out === '' ? '' : ','}${stringifyJson(key)}:${stringifyJson(item)}`
  }
  return `{${out}}`
}

/** Whether an object holds nothing that `JSON.stringify`, which is several times quicker, writes otherwise. */
function isFlat(value: JsonObject): boolean {
  for (const key in value) {
    const item = value[key]
    if (typeof item === 'bigint' || (typeof item === 'object' && item !== null)) return false
  }
  return true
}

function stringifyFloat(value: number): string {
  if (!Number.isFinite(value)) return 'null'
  const digits = Object.is(value, -0) ? '-0' : String(value)
  return /[.e]/.test(digits) ? digits : `${digits}.0`
}
