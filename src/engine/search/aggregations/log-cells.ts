// Typed-array reads below are cast with `as number`: places come from a double's own bits.

/** Cells of magnitudes by their logarithm are so wide that the middle of one is within this share of each of
 *  its values. */
export const RELATIVE_ERROR = 0.01
export const GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
const LOG_GAMMA = Math.log(GAMMA)

/** The highest word of a double: a sign, 11 bits of exponent, then 20 bits of fraction. Of the fraction
 *  SLOT_BITS make the slot; a slot is narrower than a cell, so that it is in one cell or in two. */
const SLOT_BITS = 8
const SLOTS = 1 << SLOT_BITS
const SLOT_SHIFT = 20 - SLOT_BITS

/** For each slot of one exponent the cell in which it begins, and where that cell ends. */
interface Octave {
  readonly cells: Int32Array
  readonly ends: Float64Array
}

/** All places are there from the start: an array with gaps is a hash table. */
const octaves = Array.from<Octave | undefined>({ length: 2048 })
/** Below it a slot may be wider than a cell. */
const SMALLEST_NORMAL = 2 ** -1022
const HIGH_WORD = 1

/**
 * The cells of numbers above 0: cell i holds those in (GAMMA^(i-1), GAMMA^i]. A look-up in place of a
 * logarithm, which would be most of the time.
 */
export function logCells(magnitudes: Float64Array): Int32Array {
  const words = new Uint32Array(magnitudes.buffer, magnitudes.byteOffset, magnitudes.length * 2)
  const out = new Int32Array(magnitudes.length)
  for (let i = 0; i < magnitudes.length; i++) {
    const high = words[2 * i + HIGH_WORD] as number
    const exponent = high >>> 20
    const octave = octaves[exponent] ?? octaveOf(exponent)
    const slot = (high >>> SLOT_SHIFT) & (SLOTS - 1)
    const cell = octave.cells[slot] as number
    out[i] = (magnitudes[i] as number) > (octave.ends[slot] as number) ? cell + 1 : cell
  }
  return out
}

function octaveOf(exponent: number): Octave {
  const cells = new Int32Array(SLOTS)
  const ends = new Float64Array(SLOTS)
  for (let slot = 0; slot < SLOTS; slot++) {
    const start = 2 ** (exponent - 1023) * (1 + slot / SLOTS)
    const cell = Math.ceil(Math.log(Math.max(start, SMALLEST_NORMAL)) / LOG_GAMMA)
    cells[slot] = cell
    ends[slot] = GAMMA ** cell
  }
  const octave = { cells, ends }
  octaves[exponent] = octave
  return octave
}
