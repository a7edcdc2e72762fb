import { SealingQueue } from '../bytes/sealing-queue.ts'
import { type DocBlock, sealDocs } from './doc-store.ts'
import { type CollectedFields, encodeFields, type EncodedFields } from './encode-fields.ts'

/** What of building a split needs nothing but its arguments: another thread can do it meanwhile. Whoever
 *  does it, the bytes are the same. */
export interface SplitWork {
  /** Takes what it needs of the block before it returns: its arrays are written to again. */
  sealDocs(block: DocBlock): Promise<Uint8Array>
  /** The fields' arrays are of no use to the caller afterwards. */
  encodeFields(fields: CollectedFields): Promise<EncodedFields>
}

/** In this thread; only compressions run beside it. */
export function splitWorkHere(): SplitWork {
  const queue = new SealingQueue()
  return { sealDocs: (block) => sealDocs(block, queue), encodeFields }
}
