import type { JsonObject } from '../bytes/json.ts'

/** What one line turned out to be: a document, in a few words why it is none, or undefined for a line
 *  that says nothing by itself (a header, a comment, the beginning of a longer record). */
export type LineReading = JsonObject | string | undefined

/** Reads the lines of one source, in their order, with whatever it remembers of the lines before. */
export interface LineReader {
  read(line: string): LineReading
  /** What is still to be said at the source's end. */
  finish?(): readonly (JsonObject | string)[]
}

export interface LineReaderSettings {
  /** For times without a year. */
  readonly nowMs: number
}
