import { roomFor } from './large-memory.ts'

/** Unsigned 32-bit numbers collected one by one. */
export class GrowableUint32 {
  #values: Uint32Array
  #length: number

  /** `filled`: what was collected before. */
  constructor(filled: Uint32Array = new Uint32Array(0)) {
    this.#values = filled.length === 0 ? new Uint32Array(64) : filled
    this.#length = filled.length
  }

  get length(): number {
    return this.#length
  }

  /** What was never written to takes no memory. */
  get memoryBytes(): number {
    return this.#length * 4
  }

  push(value: number): void {
    if (this.#length === this.#values.length) this.#growTo(this.#length + 1)
    this.#values[this.#length++] = value
  }

  /** Pushes so many, which the caller then sets in `values`. */
  extend(count: number): void {
    this.#growTo(this.#length + count)
    this.#length += count
  }

  /** What was pushed is the first `length` of these, until the next one is. */
  get values(): Uint32Array {
    return this.#values
  }

  #growTo(length: number): void {
    if (length <= this.#values.length) return
    const grown = new Uint32Array(roomFor(4 * Math.max(length, this.#values.length * 2)))
    grown.set(this.#values)
    this.#values = grown
  }

  /** The number pushed at that place, which has to be one that was. */
  at(index: number): number {
    return this.#values[index] as number
  }

  /** Forgets what was pushed from `length` on. */
  truncate(length: number): void {
    this.#length = length
  }

  /** What was pushed, as a view that the next push may leave behind. */
  view(): Uint32Array {
    return this.#values.subarray(0, this.#length)
  }
}

/** Doubles collected one by one. */
export class GrowableFloat64 {
  #values: Float64Array = new Float64Array(32)
  #length = 0

  get length(): number {
    return this.#length
  }

  /** What was never written to takes no memory. */
  get memoryBytes(): number {
    return this.#length * 8
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const grown = new Float64Array(roomFor(16 * this.#length))
      grown.set(this.#values)
      this.#values = grown
    }
    this.#values[this.#length++] = value
  }

  /** What was pushed, as a view that the next push may leave behind. */
  view(): Float64Array {
    return this.#values.subarray(0, this.#length)
  }
}

/** A full page is as large as what `roomFor` gives to a large array. */
const PAGE_BITS = 23
const PAGE_LENGTH = 1 << PAGE_BITS

/** As `GrowableUint32`, of which there may be tens of millions: none is copied once a page is full, and
 *  no more than a page is empty. */
export class PagedUint32 {
  readonly #full: Uint32Array[] = []
  #page: Uint32Array = new Uint32Array(64)
  #used = 0

  get length(): number {
    return this.#full.length * PAGE_LENGTH + this.#used
  }

  get memoryBytes(): number {
    return this.length * 4
  }

  push(value: number): void {
    if (this.#used === this.#page.length) this.#turnPage()
    this.#page[this.#used++] = value
  }

  /** Pushes again what stands at [start, end). */
  repeat(start: number, end: number): void {
    for (let i = start; i < end; i++) this.push(this.at(i))
  }

  #turnPage(): void {
    if (this.#used === PAGE_LENGTH) {
      this.#full.push(this.#page)
      this.#page = new Uint32Array(roomFor(4 * PAGE_LENGTH))
      this.#used = 0
      return
    }
    const grown = new Uint32Array(roomFor(8 * this.#used))
    grown.set(this.#page)
    this.#page = grown
  }

  /** The number pushed at that place, which has to be one that was. */
  at(index: number): number {
    const page = this.#full[index >>> PAGE_BITS] ?? this.#page
    return page[index & (PAGE_LENGTH - 1)] as number
  }

  /** What was pushed, in pieces that follow each other; views that the next push may leave behind. */
  pages(): Uint32Array[] {
    return [...this.#full, this.#page.subarray(0, this.#used)]
  }
}

/** Numbers of which the first is mostly 0, the next one 1 and so on: costs nothing while they are. */
export class CountingUint32 {
  #length = 0
  #values: GrowableUint32 | undefined

  get length(): number {
    return this.#length
  }

  get memoryBytes(): number {
    return this.#values?.memoryBytes ?? 0
  }

  push(value: number): void {
    if (this.#values === undefined && value !== this.#length) {
      this.#values = new GrowableUint32(countTo(this.#length))
    }
    this.#values?.push(value)
    this.#length++
  }

  /** Undefined while each number is its place. */
  view(): Uint32Array | undefined {
    return this.#values?.view()
  }
}

/** 0, 1 and so on, `count` of them. */
export function countTo(count: number): Uint32Array {
  const numbers = new Uint32Array(count)
  for (let i = 0; i < count; i++) numbers[i] = i
  return numbers
}

/** Integers that are exact in doubles, collected one by one: four bytes each until one needs more. */
export class GrowableIntegers {
  #narrow = new Uint32Array(32)
  /** Has all of them once there is one that 32 bits do not hold. */
  #wide: Float64Array | undefined
  #length = 0

  get length(): number {
    return this.#length
  }

  push(value: number): void {
    if (this.#wide === undefined && value >>> 0 === value) {
      if (this.#length === this.#narrow.length) {
        const grown = new Uint32Array(this.#length * 2)
        grown.set(this.#narrow)
        this.#narrow = grown
      }
      this.#narrow[this.#length++] = value
    } else this.#pushWide(value)
  }

  #pushWide(value: number): void {
    const wide = this.#wide
    if (wide === undefined || this.#length === wide.length) {
      this.#wide = new Float64Array(Math.max(32, this.#length * 2))
      this.#wide.set((wide ?? this.#narrow).subarray(0, this.#length))
    }
    ;(this.#wide as Float64Array)[this.#length++] = value
  }

  /** What was pushed, as a view that the next push may leave behind. */
  view(): Uint32Array | Float64Array {
    return (this.#wide ?? this.#narrow).subarray(0, this.#length)
  }
}
