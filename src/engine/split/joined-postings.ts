// Indexed reads of typed arrays are cast to number: loop bounds keep them inside.
import { GrowableUint32 } from '../bytes/growable.ts'
import { unpackBlocks } from '../bytes/packed-blocks.ts'
import type { RecordOption } from '../schema/field-spec.ts'
import { GONE } from './kept-docs.ts'
import { decodeDocGaps, type PackablePostings } from './postings.ts'
import type { TermWalk } from './term-walks.ts'

/**
 * One term's postings of several inputs, one after the other. They are joined in the form in which they
 * are packed: of the gaps between an input's documents the first one changes alone, and how often and
 * where a document has the term does not depend on its number.
 */
export class JoinedPostings implements PackablePostings {
  readonly #hasFreqs: boolean
  readonly #hasPositions: boolean
  readonly #gaps = new GrowableUint32()
  readonly #repeats = new GrowableUint32()
  readonly #steps = new GrowableUint32()
  #lastDoc = -1

  constructor(record: RecordOption) {
    this.#hasFreqs = record !== 'basic'
    this.#hasPositions = record === 'position'
  }

  clear(): void {
    this.#gaps.truncate(0)
    this.#repeats.truncate(0)
    this.#steps.truncate(0)
    this.#lastDoc = -1
  }

  get docCount(): number {
    return this.#gaps.length
  }

  get positionCount(): number {
    return this.#steps.length
  }

  get docGaps(): Uint32Array {
    return this.#gaps.values
  }

  get repeats(): Uint32Array | undefined {
    return this.#hasFreqs ? this.#repeats.values : undefined
  }

  get positionSteps(): Uint32Array | undefined {
    return this.#hasPositions ? this.#steps.values : undefined
  }

  /** Adds the postings of the term that the walk stands on. Throws `corrupt`. */
  append(walk: TermWalk): void {
    const first = this.#gaps.length
    const firstStep = this.#steps.length
    this.#read(walk, first)
    if (this.#hasPositions) this.#readPositions(walk, first)
    const { docOffset, kept } = walk.input
    if (kept === undefined) this.#renumber(first, docOffset)
    else this.#dropErased({ first, firstStep }, kept.places, docOffset)
  }

  #read(walk: TermWalk, first: number): void {
    const { docCount, singleDoc, singleFreq, postings } = walk.cursor
    if (docCount === 1) {
      this.#gaps.push(singleDoc)
      if (this.#hasFreqs) this.#repeats.push(singleFreq - 1)
      return
    }
    const list = walk.list(postings)
    this.#gaps.extend(docCount)
    decodeDocGaps(list, docCount, this.#gaps.values, first)
    if (!this.#hasFreqs) return
    this.#repeats.extend(docCount)
    unpackBlocks(list, docCount, this.#repeats.values, first)
  }

  #readPositions(walk: TermWalk, first: number): void {
    const repeats = this.#repeats.values
    const docCount = this.#repeats.length - first
    let count = docCount
    for (let i = first; i < first + docCount; i++) count += repeats[i] as number
    const firstStep = this.#steps.length
    this.#steps.extend(count)
    unpackBlocks(walk.list(walk.cursor.positions), count, this.#steps.values, firstStep)
  }

  /** The documents from `first` on have the numbers of their input. */
  #renumber(first: number, docOffset: number): void {
    const gaps = this.#gaps.values
    let doc = docOffset - 1
    for (let i = first; i < this.#gaps.length; i++) doc += (gaps[i] as number) + 1
    gaps[first] = (gaps[first] as number) + docOffset - this.#lastDoc - 1
    this.#lastDoc = doc
  }

  /** As `#renumber`, without the documents that are gone. */
  #dropErased(
    { first, firstStep }: { readonly first: number; readonly firstStep: number },
    places: Uint32Array,
    docOffset: number,
  ): void {
    const [gaps, repeats, steps] = [this.#gaps.values, this.#repeats.values, this.#steps.values]
    let doc = -1
    let step = firstStep
    let keptDocs = first
    let keptSteps = firstStep
    for (let i = first; i < this.#gaps.length; i++) {
      doc += (gaps[i] as number) + 1
      const stepsEnd = this.#hasPositions ? step + (repeats[i] as number) + 1 : step
      const place = places[doc] as number
      if (place !== GONE) {
        gaps[keptDocs] = place + docOffset - this.#lastDoc - 1
        this.#lastDoc = place + docOffset
        if (this.#hasFreqs) repeats[keptDocs] = repeats[i] as number
        steps.copyWithin(keptSteps, step, stepsEnd)
        keptSteps += stepsEnd - step
        keptDocs++
      }
      step = stepsEnd
    }
    this.#gaps.truncate(keptDocs)
    if (this.#hasFreqs) this.#repeats.truncate(keptDocs)
    this.#steps.truncate(keptSteps)
  }
}
