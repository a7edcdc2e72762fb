// Indexed reads of arrays are cast: loop bounds keep them inside.
import { ByteReader } from '../bytes/cursor.ts'
import { QwError } from '../errors.ts'
import type { MergeInput } from './merge-input.ts'
import { moveToList } from './postings.ts'
import { TermBlock, type BlockCursor, type ListSpan } from './term-dictionary.ts'
import type { TermsInfo } from './term-index.ts'

/** The terms of one dictionary in order. */
export class TermWalk {
  readonly input: MergeInput
  readonly terms: TermsInfo
  /** Bytes in common with the term that comes before in a `TermOrder`. */
  common = 0
  readonly #file: ByteReader
  #nextBlock = 0
  #cursor: BlockCursor | undefined

  constructor(input: MergeInput, terms: TermsInfo) {
    this.input = input
    this.terms = terms
    this.#file = new ByteReader(input.bytes, 'posting or positions list')
  }

  /** What stands here. */
  get cursor(): BlockCursor {
    if (this.#cursor === undefined) throw new QwError('internal', 'a walk was asked outside of it')
    return this.#cursor
  }

  /** Moves to the next term; false at the end. The two have `common` bytes in common. */
  next(): boolean {
    const last = this.#cursor
    if (last?.next() === true) {
      this.common = last.shared
      return true
    }
    while (this.#nextBlock < this.terms.firstTerms.length) {
      const { blockStarts } = this.terms
      const start = blockStarts[this.#nextBlock] as number
      const end = blockStarts[this.#nextBlock + 1] as number
      const cursor = new TermBlock(this.input.bytes.subarray(start, end)).cursor()
      this.#nextBlock++
      if (!cursor.next()) continue
      this.common = last === undefined ? 0 : cursor.commonWith(last, 0)
      this.#cursor = cursor
      return true
    }
    return false
  }

  /** A reader that stands on a list of this term. Throws `corrupt`. */
  list({ isInline, start, sizeBytes }: ListSpan): ByteReader {
    const reader = isInline ? this.cursor.lists : this.#file
    if (isInline) reader.moveTo(start, start + sizeBytes)
    else moveToList(reader, start, start + sizeBytes)
    return reader
  }
}

/**
 * Dictionaries by the term that each stands on, those of the same term by input. Most terms stand in
 * one dictionary alone, so the order is mended where one has moved on, not searched anew; and most of
 * what it asks is told by how many bytes neighbours have in common.
 */
export class TermOrder {
  readonly #walks: TermWalk[] = []

  constructor(walks: readonly TermWalk[]) {
    for (const walk of walks) {
      if (!walk.next()) continue
      this.#walks.unshift(walk)
      this.#mend(0)
    }
  }

  get first(): TermWalk | undefined {
    return this.#walks[0]
  }

  at(place: number): TermWalk {
    return this.#walks[place] as TermWalk
  }

  /** How many stand on the first one's term. */
  countOfFirst(): number {
    const { termSize } = this.at(0).cursor
    let count = 1
    while (count < this.#walks.length && this.#isSameAsBefore(this.at(count), termSize)) count++
    return count
  }

  #isSameAsBefore({ common, cursor }: TermWalk, termSize: number): boolean {
    return common === termSize && cursor.termSize === termSize
  }

  /** Moves the first `count` on to their next terms. */
  advance(count: number): void {
    // From the last: what stands behind a walk that moves is in order.
    for (let place = count - 1; place >= 0; place--) {
      if (this.at(place).next()) this.#mend(place)
      else this.#walks.splice(place, 1)
    }
  }

  /**
   * Puts the walk at `place` where it belongs among those behind it. It has moved on from a term, with
   * which `common` of its and of the next one's bytes are the same. Of two that come after a term the one
   * with more bytes of it comes first; only for as many, bytes are compared.
   */
  #mend(place: number): void {
    const walks = this.#walks
    const walk = this.at(place)
    let at = place + 1
    for (; at < walks.length; at++) {
      const other = this.at(at)
      if (walk.common > other.common) break
      if (walk.common === other.common) {
        const common = walk.cursor.commonWith(other.cursor, walk.common)
        if (isBefore(walk, other, common)) {
          other.common = common
          break
        }
        walk.common = common
      }
      walks[at - 1] = other
    }
    walks[at - 1] = walk
  }
}

/** Where both terms are known to begin with the same `common` bytes, and no more. */
function isBefore(a: TermWalk, b: TermWalk, common: number): boolean {
  const { termBytes, termSize } = a.cursor
  const { termBytes: otherBytes, termSize: otherSize } = b.cursor
  if (common < termSize && common < otherSize) {
    return (termBytes[common] as number) < (otherBytes[common] as number)
  }
  if (termSize !== otherSize) return termSize < otherSize
  return a.input.docOffset < b.input.docOffset
}
