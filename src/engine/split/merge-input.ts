import { QwError } from '../errors.ts'
import type { ByteRange } from '../ports.ts'
import type { SplitField, SplitFooter } from './footer.ts'
import type { KeptDocs } from './kept-docs.ts'

/** One input of a merge and where its documents go. */
export interface MergeInput {
  readonly bytes: Uint8Array
  readonly footer: SplitFooter
  /** Added to a document id of the input, as `kept` numbers it. */
  readonly docOffset: number
  /** Undefined: all documents go on, under their own numbers. */
  readonly kept?: KeptDocs | undefined
}

/** One field of one input. */
export interface MergeField {
  readonly input: MergeInput
  readonly field: SplitField
}

/** Throws `corrupt` when the file is shorter than its footer says. */
export function rangeOf(file: Uint8Array, { start, end }: ByteRange): Uint8Array {
  if (end > file.length) {
    throw new QwError('corrupt', `split is truncated: section ends at ${end} of ${file.length}`)
  }
  return file.subarray(start, end)
}
