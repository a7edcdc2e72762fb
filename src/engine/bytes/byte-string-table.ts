// Indexed reads of typed arrays are cast to number: loop bounds keep them inside.
import { ByteStrings } from './byte-strings.ts'
import { roomFor } from './large-memory.ts'

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
  /** Two entries a place, so that both are read at once: hash, and number + 1 of the string, 0 when free. */
  #table: Uint32Array

  /** A power of two, above one and a half times the strings that are expected. */
  constructor(places = 64) {
    this.#table = new Uint32Array(2 * places)
  }

  get count(): number {
    return this.strings.count
  }

  get memoryBytes(): number {
    return this.strings.memoryBytes + this.#table.byteLength
  }

  /** The number of source[start, end), whose hash is given; a new one when it was not there. */
  // oxlint-disable-next-line max-params -- the inner loop of indexing: an object per value would cost
  numberOf(source: Uint8Array, start: number, end: number, hash: number): number {
    const mixed = (hash ^ (hash >>> 15)) >>> 0
    const table = this.#table
    const mask = table.length - 1
    let at = (mixed << 1) & mask
    for (;;) {
      const number = (table[at + 1] as number) - 1
      if (number < 0) break
      if (table[at] === mixed && this.strings.isSlice(number, source, start, end)) return number
      at = (at + 2) & mask
    }
    const number = this.strings.addSlice(source, start, end)
    table[at] = mixed
    table[at + 1] = number + 1
    if (this.count * 3 > table.length) this.#grow()
    return number
  }

  #grow(): void {
    const old = this.#table
    const table = new Uint32Array(roomFor(old.byteLength * 2), 0, old.length * 2)
    const mask = table.length - 1
    for (let from = 0; from < old.length; from += 2) {
      if (old[from + 1] === 0) continue
      let at = ((old[from] as number) << 1) & mask
      while (table[at + 1] !== 0) at = (at + 2) & mask
      table[at] = old[from] as number
      table[at + 1] = old[from + 1] as number
    }
    this.#table = table
  }
}
