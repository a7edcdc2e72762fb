// Typed-array reads below are cast with `as number`: words are as many as documents need.

/** A set of documents as bits, which says of a document whether it is in the set and how many are before it. */
export interface RankedDocs {
  /** As in `DocSet`. */
  readonly words: Uint32Array
  /** Documents of the set before each word. */
  readonly ranks: Uint32Array
}

export function rankedDocs(words: Uint32Array): RankedDocs {
  const ranks = new Uint32Array(words.length)
  let before = 0
  for (let i = 0; i < words.length; i++) {
    ranks[i] = before
    before += ones(words[i] as number)
  }
  return { words, ranks }
}

/** The bits of a word that are set. */
export function ones(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555)
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
