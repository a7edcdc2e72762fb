// Indexed reads of typed arrays are cast to number: loop bounds keep them inside.
import { ByteStrings } from './byte-strings.ts'
import { GrowableUint32 } from './growable.ts'

/** Of bytes [start, end). */
export function hashBytes(source: Uint8Array, start: number, end: number): number {
  let hash = 0
  for (let i = start; i < end; i++) hash = hashWith(hash, source[i] as number)
  return hash
}

/** The hash of a byte string, given that of all but its last byte; 0 for none. */
export function hashWith(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, 0x01000193)
}

/** Distinct byte strings, numbered from 0 as they come, in an open-addressing table: a Map would need
 *  a string for each of them. */
export class ByteStringTable {
  readonly strings = new ByteStrings()
  readonly #hashes = new GrowableUint32()
  /** Number + 1 of the string, 0 when free. */
  #table: Uint32Array

  /** A power of two, above twice the strings that are expected. */
  constructor(places = 64) {
    this.#table = new Uint32Array(places)
  }

  get count(): number {
    return this.#hashes.length
  }

  get memoryBytes(): number {
    return this.strings.memoryBytes + this.#hashes.memoryBytes + this.#table.byteLength
  }

  /** The number of source[start, end), whose hash is given; a new one when it was not there. */
  // oxlint-disable-next-line max-params -- the inner loop of indexing: an object per value would cost
  numberOf(source: Uint8Array, start: number, end: number, hash: number): number {
    const mixed = (hash ^ (hash >>> 15)) >>> 0
    const table = this.#table
    const mask = table.length - 1
    let slot = mixed & mask
    for (;;) {
      const number = (table[slot] as number) - 1
      if (number < 0) break
      if (this.#hashes.at(number) === mixed && this.strings.isSlice(number, source, start, end)) {
        return number
      }
      slot = (slot + 1) & mask
    }
    return this.#note(this.strings.addSlice(source, start, end), slot, mixed)
  }

  /** Puts a string that is new into its place. */
  #note(number: number, slot: number, mixed: number): number {
    this.#hashes.push(mixed)
    this.#table[slot] = number + 1
    if (this.count * 2 > this.#table.length) this.#grow()
    return number
  }

  #grow(): void {
    const table = new Uint32Array(this.#table.length * 2)
    const mask = table.length - 1
    for (let number = 0; number < this.count; number++) {
      let slot = this.#hashes.at(number) & mask
      while (table[slot] !== 0) slot = (slot + 1) & mask
      table[slot] = number + 1
    }
    this.#table = table
  }
}
