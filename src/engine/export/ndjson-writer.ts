import { stringifyJson } from '../bytes/json.ts'
import { pickPaths } from '../bytes/pick-paths.ts'
import { docLines } from '../split/doc-lines.ts'
import { parseStored, type DocWriter } from './doc-writer.ts'

/** The documents' own bytes, one on each line. */
export class NdjsonWriter implements DocWriter {
  readonly inexactCount = 0
  /** Undefined: all of them. */
  readonly #paths: readonly string[] | undefined

  constructor(paths: readonly string[] | undefined) {
    this.#paths = paths
  }

  write(docs: readonly Uint8Array[]): Uint8Array {
    const paths = this.#paths
    if (paths !== undefined) {
      const lines = docs.map((doc) => `${stringifyJson(pickPaths(parseStored(doc), paths))}\n`)
      return Buffer.from(lines.join(''))
    }
    return docLines(docs)
  }

  end(): Uint8Array {
    return new Uint8Array(0)
  }
}
