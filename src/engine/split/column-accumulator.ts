// Indexed reads of arrays are cast: loop bounds keep them inside.
import { asciiBytes, AsciiSlice } from '../bytes/ascii-slice.ts'
import { ByteStringTable, hashBytes } from '../bytes/byte-string-table.ts'
import { ByteStrings, type PackedStrings } from '../bytes/byte-strings.ts'
import { CountingUint32, countTo, GrowableFloat64, GrowableUint32 } from '../bytes/growable.ts'
import { QwError } from '../errors.ts'
import { normalizeText, type Normalizer } from '../text/normalizer.ts'
import { MAX_TOKEN_BYTES } from '../text/token-length.ts'
import type { FieldValue } from '../schema/field-spec.ts'
import type { ValueType } from '../schema/value-type.ts'
import type { ColumnInput, OrdinalType } from './column.ts'
import type { IntType, IntValues } from './int-column.ts'

const NS_PER_MS = 1_000_000n
const encoder = new TextEncoder()

export const NO_NUMBER = -1

/** The values of one field while a split is built. */
export interface ColumnAccumulator {
  /** Documents come in ascending order; a document may have several values. Returns a number that only
   *  equal values share, small for the first ones; `NO_NUMBER` where values are not told apart. */
  add(doc: number, value: FieldValue): number
  readonly memoryBytes: number
  /** All values added, given the number of documents of the split. No `add` after this. */
  collected(docCount: number): CollectedColumn
}

/** The values of one field as a value. */
export type CollectedColumn =
  | Exclude<ColumnInput, { readonly kind: 'ordinal' }>
  | {
      readonly kind: 'strings'
      readonly docs: Uint32Array | undefined
      /** Of the string that each value is. */
      readonly numbers: Uint32Array
      /** Distinct, as they came. */
      readonly strings: PackedStrings
    }

/** As `encodeColumn` takes it. Numbers of strings are overwritten. */
export function columnInput(collected: CollectedColumn): ColumnInput {
  if (collected.kind !== 'strings') return collected
  const { docs, numbers } = collected
  const strings = new ByteStrings(collected.strings)
  const order = strings.sorted()
  const ordinalOf = new Uint32Array(order.length)
  for (let i = 0; i < order.length; i++) ordinalOf[order[i] as number] = i
  // In place: there is one for each document.
  for (let i = 0; i < numbers.length; i++) numbers[i] = ordinalOf[numbers[i] as number] as number
  return {
    kind: 'ordinal',
    docs,
    ordinals: numbers,
    termCount: order.length,
    termAt: (ordinal) => strings.at(order[ordinal] as number),
  }
}

interface ColumnOptions {
  readonly normalizer: Normalizer
  readonly precisionNs: number
}

export function newColumnAccumulator(type: ValueType, options: ColumnOptions): ColumnAccumulator {
  switch (type) {
    case 'i64':
    case 'u64':
    case 'bool':
      return new IntAccumulator(type, 1)
    case 'date':
      return new IntAccumulator(type, options.precisionNs)
    case 'f64':
      return new FloatAccumulator()
    case 'str':
    case 'ip':
    case 'bytes':
      return new OrdinalAccumulator(type, options.normalizer)
  }
}

/** Which document each value belongs to; undefined where every document has exactly one. */
function docsOfValues(docs: CountingUint32, docCount: number): Uint32Array | undefined {
  const isOneEach = docs.length === docCount
  return docs.view() ?? (isOneEach ? undefined : countTo(docs.length))
}

/** Doubles as long as they are exact, 64-bit integers (nanoseconds for dates) from the first value
 *  on that is none. */
class IntAccumulator implements ColumnAccumulator {
  readonly #type: IntType
  readonly #precisionNs: number
  readonly #docs = new CountingUint32()
  readonly #numbers = new GrowableFloat64()
  #bigints: bigint[] | undefined

  constructor(type: IntType, precisionNs: number) {
    this.#type = type
    this.#precisionNs = precisionNs
  }

  add(doc: number, value: FieldValue): number {
    this.#docs.push(doc)
    if (typeof value === 'number' && this.#bigints === undefined) {
      this.#numbers.push(this.#type === 'date' ? this.#truncateMs(value) : value)
    } else if (typeof value === 'boolean') this.#numbers.push(value ? 1 : 0)
    else this.#addBigint(value)
    return NO_NUMBER
  }

  #truncateMs(ms: number): number {
    const precisionMs = this.#precisionNs / 1e6
    return precisionMs > 1 ? Math.floor(ms / precisionMs) * precisionMs : ms
  }

  #addBigint(value: FieldValue): void {
    const isDate = this.#type === 'date'
    this.#bigints ??= Array.from(
      this.#numbers.view(),
      (number) => BigInt(number) * (isDate ? NS_PER_MS : 1n),
    )
    if (typeof value === 'number') {
      const exact = isDate ? this.#truncateMs(value) : value
      this.#bigints.push(BigInt(exact) * (isDate ? NS_PER_MS : 1n))
    } else if (typeof value === 'bigint') {
      this.#bigints.push(isDate ? floorTo(value, BigInt(this.#precisionNs)) : value)
    } else throw new QwError('internal', `${this.#type} column got a ${typeof value}`)
  }

  get memoryBytes(): number {
    const bigintBytes = (this.#bigints?.length ?? 0) * 32
    return this.#docs.memoryBytes + this.#numbers.memoryBytes + bigintBytes
  }

  collected(docCount: number): CollectedColumn {
    const docs = docsOfValues(this.#docs, docCount)
    return { kind: 'int', type: this.#type, docs, values: this.#values() }
  }

  #values(): IntValues {
    const isDate = this.#type === 'date'
    if (this.#bigints === undefined) {
      const unit = isDate ? NS_PER_MS : 1n
      return { kind: 'numbers', values: this.#numbers.view(), unit }
    }
    const isSigned = isDate || this.#type === 'i64'
    const values = isSigned ? BigInt64Array.from(this.#bigints) : BigUint64Array.from(this.#bigints)
    return { kind: 'bigints', values }
  }
}

function floorTo(value: bigint, step: bigint): bigint {
  const rest = value % step
  return rest < 0n ? value - rest - step : value - rest
}

class FloatAccumulator implements ColumnAccumulator {
  readonly #docs = new CountingUint32()
  readonly #values = new GrowableFloat64()

  add(doc: number, value: FieldValue): number {
    if (typeof value !== 'number') {
      throw new QwError('internal', `f64 column got a ${typeof value}`)
    }
    this.#docs.push(doc)
    this.#values.push(value)
    return NO_NUMBER
  }

  get memoryBytes(): number {
    return this.#docs.memoryBytes + this.#values.memoryBytes
  }

  collected(docCount: number): CollectedColumn {
    return { kind: 'float', docs: docsOfValues(this.#docs, docCount), values: this.#values.view() }
  }
}

class OrdinalAccumulator implements ColumnAccumulator {
  readonly #type: OrdinalType
  readonly #normalizer: Normalizer
  readonly #docs = new CountingUint32()
  readonly #values = new GrowableUint32()
  readonly #table = new ByteStringTable()

  constructor(type: OrdinalType, normalizer: Normalizer) {
    this.#type = type
    this.#normalizer = normalizer
  }

  add(doc: number, value: FieldValue): number {
    const id = this.#idOf(value)
    // Too long to be kept: the document has no value here.
    if (id === undefined) return NO_NUMBER
    this.#docs.push(doc)
    this.#values.push(id)
    return this.#normalizer === 'raw' ? id : NO_NUMBER
  }

  #idOf(value: FieldValue): number | undefined {
    if (value instanceof AsciiSlice) {
      if (this.#normalizer !== 'raw') return this.#textId(value.toString())
      const { source, start, end } = value
      return end - start < MAX_TOKEN_BYTES ? this.#bytesId(source, start, end) : undefined
    }
    if (typeof value === 'string') return this.#textId(value)
    if (value instanceof Uint8Array) return this.#bytesId(value, 0, value.length)
    throw new QwError('internal', `${this.#type} column got a ${typeof value}`)
  }

  #textId(value: string): number | undefined {
    const text = normalizeText(value, this.#normalizer)
    if (text === undefined) return undefined
    const ascii = asciiBytes(text)
    if (ascii !== undefined) return this.#bytesId(ascii, 0, text.length)
    const bytes = encoder.encode(text)
    return this.#bytesId(bytes, 0, bytes.length)
  }

  #bytesId(bytes: Uint8Array, start: number, end: number): number {
    return this.#table.numberOf(bytes, start, end, hashBytes(bytes, start, end))
  }

  get memoryBytes(): number {
    return this.#docs.memoryBytes + this.#values.memoryBytes + this.#table.memoryBytes
  }

  collected(docCount: number): CollectedColumn {
    return {
      kind: 'strings',
      docs: docsOfValues(this.#docs, docCount),
      numbers: this.#values.view(),
      strings: this.#table.strings.packed(),
    }
  }
}
