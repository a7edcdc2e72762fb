import { stringifyExact, type JsonObject } from '../api/exact-json.ts'

/** One document a line, with the numbers that were written. */
export function ndjsonText(documents: readonly JsonObject[]): string {
  return documents.map((document) => `${stringifyExact(document)}\n`).join('')
}
