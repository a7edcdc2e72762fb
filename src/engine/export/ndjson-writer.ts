import { stringifyJson } from '../bytes/json.ts'
import { pickPaths } from '../bytes/pick-paths.ts'
import { parseStored, type DocWriter } from './doc-writer.ts'

const NEWLINE = 0x0a
const RETURN = 0x0d
const SPACE = 0x20

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
    const out = new Uint8Array(docs.reduce((sum, doc) => sum + doc.length + 1, 0))
    let at = 0
    for (const doc of docs) {
      out.set(oneLine(doc), at)
      at += doc.length
      out[at++] = NEWLINE
    }
    return out
  }

  end(): Uint8Array {
    return new Uint8Array(0)
  }
}

/** Line ends stand between the tokens of JSON and never inside one. */
function oneLine(doc: Uint8Array): Uint8Array {
  if (!doc.includes(NEWLINE) && !doc.includes(RETURN)) return doc
  return doc.map((byte) => (byte === NEWLINE || byte === RETURN ? SPACE : byte))
}
