import type { JsonValue } from '../../../src/engine/bytes/json.ts'
import { seededFractions } from '../../../src/stores/testing/seeded-fractions.ts'

/** Marks that mean something to some parser, and numbers at the edge of something. */
const MARKS: readonly string[] = [
  '\0',
  '\n',
  '\r\n',
  '\t',
  ' ',
  '\u2028',
  '\ud800',
  ...`" \\ { } [ ] ( ) : , / * ? ~ ^ < > = # % & + - | ; ' \` $ é`.split(' '),
  ...'0 -1 1e308 1e999 9007199254740993 18446744073709551616 -0 NaN 0x1f'.split(' '),
  ...'null true __proto__ constructor AND OR NOT TO IN .. ../ %00 %2e'.split(' '),
]

const EXTREMES: readonly JsonValue[] = [
  ...MARKS,
  ...'2024-02-30T25:00:00Z now/d a.b /(a+)+b/'.split(' '),
  'x'.repeat(5_000),
  0,
  -1,
  0.5,
  -1e308,
  2 ** 31,
  2 ** 53,
  null,
  true,
  false,
  [],
  {},
  [[]],
  [null],
  [{}],
  { a: { a: {} } },
]

/** Everything that is random about one input: the same seed, kind and number draw the same. */
export class Draw {
  readonly #fraction: () => number

  constructor(seed: number, kind: string, number: number) {
    let mixed = seed
    for (const letter of kind) mixed = Math.imul(mixed, 31) + letter.charCodeAt(0)
    this.#fraction = seededFractions(Math.imul(mixed, 0x9e3779b1) + number)
    this.#fraction()
  }

  below(limit: number): number {
    return Math.floor(this.#fraction() * limit)
  }

  chance(share: number): boolean {
    return this.#fraction() < share
  }

  of<T>(list: readonly T[]): T {
    const one = list[this.below(list.length)]
    if (one === undefined) throw new Error('nothing to draw from')
    return one
  }

  /** One to four edits: bits, random bytes, a mark, a cut, a repeat, a piece of another. */
  bytes(whole: Uint8Array, others: readonly Uint8Array[]): Uint8Array {
    let bytes = Buffer.from(whole)
    for (let edits = 1 + this.below(4); edits > 0; edits--) {
      const at = this.below(bytes.length + 1)
      const end = Math.min(bytes.length, at + this.below(this.chance(0.5) ? 5 : 200))
      const piece = bytes.subarray(at, end)
      bytes = Buffer.concat([
        bytes.subarray(0, at),
        this.#instead(piece, others),
        bytes.subarray(end),
      ])
    }
    return bytes
  }

  #instead(piece: Uint8Array, others: readonly Uint8Array[]): Uint8Array {
    switch (this.below(6)) {
      case 0:
        return piece.map((byte, i) => (i === 0 ? byte ^ (1 << this.below(8)) : byte))
      case 1:
        return piece.map(() => this.below(256))
      case 2:
        return Buffer.concat([piece, Buffer.from(this.of(MARKS))])
      case 3:
        return Buffer.alloc(0)
      case 4:
        return Buffer.concat(Array.from({ length: 1 + this.below(4) }, () => piece))
      default: {
        const other = this.of(others)
        const from = this.below(other.length)
        return Buffer.concat([piece, other.subarray(from, from + this.below(64))])
      }
    }
  }

  text(whole: string, others: readonly string[]): string {
    let text = whole
    for (let edits = 1 + this.below(3); edits > 0; edits--) {
      const at = this.below(text.length + 1)
      const other = this.of(others)
      const from = this.below(other.length)
      const piece = other.slice(from, from + this.below(20))
      const put = this.of([this.of(MARKS), piece, '', text.slice(at, at + 8)])
      text = text.slice(0, at) + put + text.slice(at + this.below(4))
    }
    return text
  }

  /** One value, key or element or two become others, of the same type as often as not. */
  json(whole: JsonValue, others: readonly JsonValue[]): JsonValue {
    const once = this.#edited(whole, others)
    return this.chance(0.25) ? this.#edited(once, others) : once
  }

  #edited(value: JsonValue, others: readonly JsonValue[]): JsonValue {
    const isLeaf = typeof value !== 'object' || value === null
    if (isLeaf || this.chance(0.05)) return this.#other(value, others)
    if (Array.isArray(value)) {
      const at = this.below(value.length)
      if (this.chance(0.1)) return [...value, this.#other(value[at] ?? null, others)]
      if (this.chance(0.1)) return value.filter((_, i) => i !== at)
      return value.map((inner, i) => (i === at ? this.#edited(inner, others) : inner))
    }
    const entries = Object.entries(value)
    const at = this.below(entries.length)
    if (this.chance(0.1)) return Object.fromEntries(entries.filter((_, i) => i !== at))
    if (this.chance(0.05)) {
      return Object.fromEntries([...entries, [this.of(MARKS), this.#other(null, others)]])
    }
    return Object.fromEntries(
      entries.map(([key, inner], i) => {
        if (i !== at) return [key, inner]
        return this.chance(0.05)
          ? [this.text(key, MARKS), inner]
          : [key, this.#edited(inner, others)]
      }),
    )
  }

  #other(value: JsonValue, others: readonly JsonValue[]): JsonValue {
    if (this.chance(0.5)) {
      if (typeof value === 'string')
        return this.chance(0.5) ? this.text(value, MARKS) : value.slice(1)
      if (typeof value === 'number') return value * this.of([-1, 0, 0.5, 2, 10, 1e9, 1e300])
      if (typeof value === 'boolean') return !value
    }
    if (this.chance(0.1)) return this.#deep(1 + this.below(300))
    return this.chance(0.5) ? this.of(EXTREMES) : this.#part(this.of(others))
  }

  /** Some value within a value. */
  #part(value: JsonValue): JsonValue {
    if (typeof value !== 'object' || value === null || this.chance(0.3)) return value
    const inner: JsonValue[] = Array.isArray(value) ? value : Object.values(value)
    return inner.length === 0 ? value : this.#part(this.of(inner))
  }

  #deep(depth: number): JsonValue {
    const key = this.of(['a', 'bool', 'must', 'aggs', 'query', 'field_mappings', 'Records'])
    let value: JsonValue = 1
    for (let i = 0; i < depth; i++) value = this.chance(0.5) ? [value] : { [key]: value }
    return value
  }
}
