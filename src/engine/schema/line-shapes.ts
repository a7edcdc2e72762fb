// Indexed reads of bytes are cast: loop bounds keep them inside.
import { parseJson, type JsonValue } from '../bytes/json.ts'
import type { Target } from './line-targets.ts'

/*
 * JSON documents that are written as documents before them were, read without parsing them. A document
 * is a path of steps; each is literal bytes, and the value that follows them:
 *
 *   {"ts":‹number›,"name":"‹text›","paid":true}   steps  `{"ts":` number, `,"name":"` text, `","paid":true}` end
 *
 * The paths of the documents that were learned are a tree. A document that follows one from the root to an
 * end is valid JSON with the same keys, since it differs in valid numbers and texts alone.
 */

/** Paths that hold more steps than this, all together, are not learned. */
const MAX_STEPS = 2_000
/** Tried one after the other. */
const MAX_BRANCHES = 16
/** After so many documents it is judged whether shapes pay. */
const JUDGED_DOCS = 1_024
const WORTHWHILE_SHARE = 0.5

const QUOTE = 0x22
const BACKSLASH = 0x5c
const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30
const SPACE = 0x20
/** Digits that a double holds whatever they are; their quotient by a power of ten is rounded as the
 *  written number is. */
const MAX_DIGITS = 15
const POWERS_OF_TEN = Array.from({ length: MAX_DIGITS + 1 }, (_, i) => 10 ** i)
/** Objects list such keys before all others. */
const ARRAY_INDEX = /^\d+$/

interface Step {
  readonly kind: 'number' | 'text' | 'end'
  readonly literal: Uint8Array
  /** Values that the literal itself holds. */
  readonly constants: readonly { readonly target: Target; readonly value: boolean }[]
  /** Of the value after it; an end has none. */
  readonly target: Target
  /** What followed it, what followed last first. */
  readonly next: Step[]
}

/** Where the value of a key goes, which is not null; undefined: such documents are not read by steps. */
type MemberOf = (parent: Target, key: string) => Target | undefined

/** Told the values of a document in their order. */
export interface ValueTaker {
  takeValue(target: Target, value: JsonValue): void
  /** A text of ASCII that stands at [start, end) of the document. */
  takeAscii(target: Target, line: Buffer, start: number, end: number): void
}

export class LineShapes {
  readonly #root: Step[] = []
  #stepCount = 0
  #triedDocs = 0
  #readDocs = 0
  /** Of the value last matched: where it ends, and what it is unless it is a text of ASCII. */
  #valueEnd = 0
  #value: JsonValue | undefined

  /** False once most documents have turned out to be of other shapes. */
  get isWorthwhile(): boolean {
    return this.#triedDocs < JUDGED_DOCS || this.#readDocs > this.#triedDocs * WORTHWHILE_SHARE
  }

  /** False when the document, which is valid UTF-8, follows no path; some of its values may have been
   *  told by then. */
  read(line: Buffer, taker: ValueTaker): boolean {
    this.#triedDocs++
    let branches = this.#root
    for (let at = 0; ; at = this.#valueEnd) {
      const step = this.#follow(branches, line, at)
      if (step === undefined) return false
      for (const { target, value } of step.constants) taker.takeValue(target, value)
      if (step.kind === 'end') break
      if (this.#value !== undefined) taker.takeValue(step.target, this.#value)
      else taker.takeAscii(step.target, line, at + step.literal.length, this.#valueEnd)
      branches = step.next
    }
    this.#readDocs++
    return true
  }

  #follow(branches: Step[], line: Buffer, at: number): Step | undefined {
    for (let i = 0; i < branches.length; i++) {
      const step = branches[i] as Step
      if (!this.#matches(step, line, at)) continue
      if (i > 0) {
        branches[i] = branches[0] as Step
        branches[0] = step
      }
      return step
    }
    return undefined
  }

  #matches({ kind, literal }: Step, line: Buffer, at: number): boolean {
    const valueStart = at + literal.length
    if (valueStart > line.length) return false
    for (let i = 0; i < literal.length; i++) if (line[at + i] !== literal[i]) return false
    if (kind === 'end') return valueStart === line.length
    return kind === 'text' ? this.#isText(line, valueStart) : this.#isNumber(line, valueStart)
  }

  #isText(line: Buffer, start: number): boolean {
    let isPlain = true
    let at = start
    for (; at < line.length; at++) {
      const byte = line[at] as number
      if (byte === QUOTE) break
      if (byte < SPACE) return false
      if (byte < 128 && byte !== BACKSLASH) continue
      isPlain = false
      if (byte === BACKSLASH) at++
    }
    if (at >= line.length) return false
    this.#valueEnd = at
    this.#value = isPlain ? undefined : parsedOr(line.toString('utf8', start - 1, at + 1))
    return isPlain || this.#value !== undefined
  }

  #isNumber(line: Buffer, start: number): boolean {
    const isNegative = line[start] === MINUS
    let at = isNegative ? start + 1 : start
    const firstDigit = at
    let value = 0
    let digit = digitAt(line, at)
    for (; digit >= 0; digit = digitAt(line, ++at)) value = value * 10 + digit
    const wholeDigits = at - firstDigit
    let decimals = 0
    if (wholeDigits > 0 && line[at] === POINT) {
      const point = at++
      digit = digitAt(line, at)
      for (; digit >= 0; digit = digitAt(line, ++at)) value = value * 10 + digit
      decimals = at - point - 1
    }
    const isSimple =
      wholeDigits > 0 &&
      wholeDigits + decimals <= MAX_DIGITS &&
      (wholeDigits === 1 || line[firstDigit] !== ZERO) &&
      !(isNegative && value === 0) &&
      line[at - 1] !== POINT &&
      !isNumberByte(line[at])
    if (!isSimple) return this.#isOtherNumber(line, start)
    const size = decimals === 0 ? value : value / (POWERS_OF_TEN[decimals] as number)
    // A whole number with a point is kept apart from one without.
    if (decimals > 0 && Number.isInteger(size)) return this.#isOtherNumber(line, start)
    this.#valueEnd = at
    this.#value = isNegative ? -size : size
    return true
  }

  /** One that takes more than digits and a point to be told, or none. */
  #isOtherNumber(line: Buffer, start: number): boolean {
    let end = start
    while (isNumberByte(line[end])) end++
    this.#valueEnd = end
    this.#value = parsedOr(line.toString('latin1', start, end))
    return this.#value !== undefined
  }

  /** Remembers how a document is written that has been parsed and mapped. */
  learn(line: Buffer, root: Target, memberOf: MemberOf): void {
    const steps = new StepScanner(line, memberOf).steps(root)
    if (steps === undefined || this.#stepCount + steps.length > MAX_STEPS) return
    let branches = this.#root
    for (const step of steps) {
      let same = branches.find(
        ({ kind, literal }) => kind === step.kind && Buffer.compare(literal, step.literal) === 0,
      )
      if (same === undefined) {
        if (branches.length >= MAX_BRANCHES) return
        this.#stepCount++
        branches.push(step)
        same = step
      }
      branches = same.next
    }
  }
}

function parsedOr(text: string): JsonValue | undefined {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

function digitAt(line: Buffer, at: number): number {
  const digit = at < line.length ? (line[at] as number) - ZERO : -1
  return digit <= 9 ? digit : -1
}

function isNumberByte(byte: number | undefined): boolean {
  if (byte === undefined) return false
  const isDigit = byte >= ZERO && byte <= ZERO + 9
  return isDigit || byte === POINT || byte === MINUS || byte === 0x2b || (byte | 0x20) === 0x65
}

/** Takes a document that is valid JSON apart. */
class StepScanner {
  readonly #line: Buffer
  readonly #memberOf: MemberOf
  readonly #steps: Step[] = []
  #at = 0
  #literalStart = 0
  #constants: { target: Target; value: boolean }[] = []

  constructor(line: Buffer, memberOf: MemberOf) {
    this.#line = line
    this.#memberOf = memberOf
  }

  /** Undefined for what is not read by steps: arrays, keys that do not come in their order. */
  steps(root: Target): Step[] | undefined {
    this.#skipSpace()
    if (!this.#object(root)) return undefined
    this.#at = this.#line.length
    this.#push('end', root, this.#at)
    return this.#steps
  }

  #object(target: Target): boolean {
    const keys = new Set<string>()
    for (this.#at++; ; this.#at++) {
      this.#skipSpace()
      if (this.#byte() === 0x7d) break
      const key = this.#key()
      if (keys.has(key) || ARRAY_INDEX.test(key)) return false
      keys.add(key)
      if (!this.#member(target, key)) return false
      this.#skipSpace()
      if (this.#byte() === 0x7d) break
    }
    this.#at++
    return true
  }

  /** With the colon and the space around it. */
  #key(): string {
    const start = this.#at
    this.#at = endOfString(this.#line, start + 1) + 1
    const key = JSON.parse(this.#line.toString('utf8', start, this.#at)) as string
    this.#skipSpace()
    this.#at++
    this.#skipSpace()
    return key
  }

  #member(parent: Target, key: string): boolean {
    const byte = this.#byte()
    if (byte === 0x6e) {
      this.#at += 'null'.length
      return true
    }
    const target = this.#memberOf(parent, key)
    if (target === undefined || byte === 0x5b) return false
    if (byte === 0x7b) return this.#object(target)
    if (byte === 0x74 || byte === 0x66) {
      this.#constants.push({ target, value: byte === 0x74 })
      this.#at += byte === 0x74 ? 'true'.length : 'false'.length
    } else if (byte === QUOTE) {
      this.#push('text', target, this.#at + 1)
      this.#literalStart = endOfString(this.#line, this.#at + 1)
      this.#at = this.#literalStart + 1
    } else {
      this.#push('number', target, this.#at)
      while (isNumberByte(this.#line[this.#at])) this.#at++
      this.#literalStart = this.#at
    }
    return true
  }

  #push(kind: Step['kind'], target: Target, literalEnd: number): void {
    const literal = Buffer.from(this.#line.subarray(this.#literalStart, literalEnd))
    this.#steps.push({ kind, literal, constants: this.#constants, target, next: [] })
    this.#constants = []
  }

  #byte(): number {
    return this.#line[this.#at] as number
  }

  #skipSpace(): void {
    while (this.#at < this.#line.length && this.#byte() <= SPACE) this.#at++
  }
}

function endOfString(line: Buffer, start: number): number {
  let at = start
  while (at < line.length && line[at] !== QUOTE) at += line[at] === BACKSLASH ? 2 : 1
  return at
}
