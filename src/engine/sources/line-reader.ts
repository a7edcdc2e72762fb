import type { JsonObject } from '../bytes/json.ts'

/** Characters of a value that is shown. */
const MAX_EXAMPLE_CHARS = 80

/** Why a line is no document. Equal mistakes have one summary, whatever value they were made with. */
export class LineProblem {
  readonly summary: string
  /** The value that it was found on. */
  readonly example: string | undefined
  readonly reason: string

  constructor(summary: string, value?: string) {
    this.summary = summary
    this.example = value?.slice(0, MAX_EXAMPLE_CHARS)
    this.reason = value === undefined ? summary : `${summary}, got \`${this.example}\``
  }
}

/** What one line turned out to be: a document, no document, or undefined for a line that says nothing by
 *  itself (a header, a comment, the beginning of a longer record). */
export type LineReading = JsonObject | LineProblem | undefined

/** Reads the lines of one source, in their order, with whatever it remembers of the lines before. */
export interface LineReader {
  read(line: string): LineReading
  /** What is still to be said at the source's end. */
  finish?(): readonly (JsonObject | LineProblem)[]
}

export interface LineReaderSettings {
  /** For times without a year. */
  readonly nowMs: number
  /** How the source begins, for a reader that has to look ahead. */
  readonly head?: Uint8Array | undefined
}
