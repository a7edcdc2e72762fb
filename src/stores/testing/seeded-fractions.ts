/** An endless, repeatable sequence of numbers in [0, 1): the same seed gives the same faults and
 *  latencies again. A 32-bit counter mixed by multiply and shift; not for anything secret. */
export function seededFractions(seed: number): () => number {
  let counter = seed | 0
  return () => {
    counter = (counter + 0x9e3779b9) | 0
    let mixed = counter ^ (counter >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
}
