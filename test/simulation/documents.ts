import { FIRST_TS } from '../../src/engine/indexing/testing/indexing-fixture.ts'
import type { ObjectInfo } from '../../src/engine/ports.ts'
import type { Dice } from './dice.ts'

/** Documents are told apart by `n`, which no two of a world share. */
export interface Doc {
  readonly n: number
  readonly tsSeconds: number
}

/** A file in the staging bucket, in one of the contents that it had under its name. */
export interface StagedFile {
  readonly indexId: string
  readonly uri: string
  readonly info: ObjectInfo
  readonly lines: readonly { readonly n: number; readonly startByte: number }[]
}

/** The world begins here; its documents are up to `OLDEST_SECONDS` older. */
export const START_MS = FIRST_TS * 1000
const OLDEST_SECONDS = 30 * 3600
/** Words of which each document has one: what erasures and searches ask for. */
export const GROUPS = 5

/** Not in the mapping until somebody adds it: until then documents that have it are rejected. */
export const ODD_FIELD = 'odd'

export const groupOf = (n: number): number => n % GROUPS
export const groupWord = (group: number): string => `word${group}`

/** Makes the documents of a world and remembers them by number. */
export class Documents {
  readonly #dice: Dice
  readonly #byNumber: Doc[] = []

  constructor(dice: Dice) {
    this.#dice = dice
  }

  get(n: number): Doc {
    const doc = this.#byNumber[n]
    if (doc === undefined) throw new Error(`there is no document ${n}`)
    return doc
  }

  /** NDJSON of new documents; now and then a line in between that is none, and of `oddShare` of them
   *  those that fit once the mapping has their other field. */
  newLines(count: number, oddShare = 0): { text: string; lines: StagedFile['lines'] } {
    const lines: { n: number; startByte: number }[] = []
    let text = ''
    for (let i = 0; i < count; i++) {
      const doc = {
        n: this.#byNumber.length,
        tsSeconds: FIRST_TS - this.#dice.below(OLDEST_SECONDS),
      }
      this.#byNumber.push(doc)
      if (this.#dice.chance(0.02)) text += 'no document\n'
      lines.push({ n: doc.n, startByte: text.length })
      const odd = this.#dice.chance(oddShare) ? { [ODD_FIELD]: 'x' } : {}
      const word = groupWord(groupOf(doc.n))
      text += `${JSON.stringify({ ts: doc.tsSeconds, n: doc.n, text: word, ...odd })}\n`
    }
    return { text, lines }
  }
}
