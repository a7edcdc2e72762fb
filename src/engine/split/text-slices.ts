// Indexed reads of arrays are cast: loop bounds keep them inside.
import type { ByteWriter } from '../bytes/cursor.ts'
import type { SequenceValues } from '../bytes/int-sequence.ts'

/** Texts inside a buffer: text i is [starts[i], ends[i]). */
export interface TextSlices {
  readonly source: Uint8Array
  readonly starts: Uint32Array
  readonly ends: Uint32Array
}

export interface DecodedTexts {
  /** Appends text `index`. */
  append(index: number, out: ByteWriter): void
}

/** Where each of several pieces starts, given their sizes, and where the last one ends. */
export function runningSums(values: SequenceValues): Uint32Array {
  const sums = new Uint32Array(values.length + 1)
  for (let i = 0; i < values.length; i++) sums[i + 1] = (sums[i] as number) + (values[i] as number)
  return sums
}
