import { elementAt } from '../bytes/element-at.ts'
import { checkBlock } from '../bytes/sealed-block.ts'
import type { ByteRange } from '../ports.ts'
import { decodeFooter, type SplitFooter } from './footer.ts'
import { rangeOf } from './merge-input.ts'
import { checkWhole } from './split-file.ts'

/** Whether a whole split file is what was written: its length, its footer and the checksum of every
 *  sealed block (documents, dictionaries, columns, lengths), unopened. Throws `corrupt`. */
export function checkSplit(file: Uint8Array): SplitFooter {
  const footer = decodeFooter(file)
  checkWhole(file, footer)
  checkBlocks(file, footer.docStore.blockStarts, 'document block')
  for (const { path, terms, column, fieldnorms } of footer.fields.values()) {
    if (terms !== undefined) checkBlocks(file, terms.blockStarts, `dictionary block of ${path}`)
    if (column !== undefined) checkBlock(rangeOf(file, column), `column of ${path}`)
    if (fieldnorms !== undefined) checkBlock(rangeOf(file, fieldnorms), `lengths of ${path}`)
  }
  return footer
}

/** `starts` ends with where the last block ends. */
function checkBlocks(file: Uint8Array, starts: Float64Array, what: string): void {
  for (let block = 1; block < starts.length; block++) {
    const range: ByteRange = { start: elementAt(starts, block - 1), end: elementAt(starts, block) }
    checkBlock(rangeOf(file, range), what)
  }
}
