import { isJsonObject, parseJson, type JsonObject } from '../bytes/json.ts'
import { QwError } from '../errors.ts'

/** Documents in one format, from a file's first byte to its last. */
export interface DocWriter {
  /** Values that their column could not hold exactly, so far. */
  readonly inexactCount: number
  /** What can be written now; perhaps nothing yet. */
  write(docs: readonly Uint8Array[]): Uint8Array
  /** The rest of the file. */
  end(): Uint8Array
}

/** Throws `corrupt`. */
export function parseStored(doc: Uint8Array): JsonObject {
  const value = parseJson(utf8.decode(doc))
  if (isJsonObject(value)) return value
  throw new QwError('corrupt', 'a split stores a document that is no JSON object')
}

const utf8 = new TextDecoder()
