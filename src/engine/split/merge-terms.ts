// Indexed reads of typed arrays are cast to number: loop bounds keep them inside.
import type { SealingQueue } from '../bytes/sealing-queue.ts'
import type { RecordOption } from '../schema/field-spec.ts'
import { JoinedPostings } from './joined-postings.ts'
import type { MergeField } from './merge-input.ts'
import type { ListSection, PackablePostings } from './postings.ts'
import { TermDictionaryWriter, type WrittenTerms } from './term-dictionary-writer.ts'
import { TermOrder, TermWalk } from './term-walks.ts'

const RECORD_RANK: Record<RecordOption, number> = { basic: 0, freq: 1, position: 2 }

interface TermsTarget {
  readonly lists: ListSection
  readonly queue: SealingQueue
  /** Told of all postings. */
  readonly tally?: TokenTally | undefined
}

/** Counts a field's tokens and the documents that have any. A field that records no frequencies counts
 *  a term once per document. */
export class TokenTally {
  tokenCount = 0
  docCount = 0
  readonly #hasTokens: Uint8Array

  constructor(docCount: number) {
    this.#hasTokens = new Uint8Array(docCount)
  }

  add({ docCount, docGaps, repeats }: PackablePostings): void {
    let doc = -1
    for (let i = 0; i < docCount; i++) {
      doc += (docGaps[i] as number) + 1
      this.tokenCount += repeats === undefined ? 1 : (repeats[i] as number) + 1
      if (this.#hasTokens[doc] === 0) this.docCount++
      this.#hasTokens[doc] = 1
    }
  }
}

/** All terms of one field, each with the postings of the inputs one after the other. Undefined when
 *  no input has terms. Where inputs record different things, what all of them have is kept. Resolves when
 *  all lists are in `lists`; blocks may be compressing still. */
export async function mergeTerms(
  sources: readonly MergeField[],
  { lists, queue, tally }: TermsTarget,
): Promise<{ readonly done: Promise<WrittenTerms> } | undefined> {
  const walks: TermWalk[] = []
  let record: RecordOption = 'position'
  for (const { input, field } of sources) {
    if (field.terms === undefined) continue
    if (RECORD_RANK[field.terms.record] < RECORD_RANK[record]) record = field.terms.record
    walks.push(new TermWalk(input, field.terms))
  }
  if (walks.length === 0) return undefined
  const writer = new TermDictionaryWriter(record, lists, queue)
  const joined = new JoinedPostings(record)
  const order = new TermOrder(walks)
  for (let walk = order.first; walk !== undefined; walk = order.first) {
    const sharing = order.countOfFirst()
    const { cursor, input, terms } = walk
    if (
      sharing === 1 &&
      cursor.isSingleInline &&
      terms.record === record &&
      input.kept === undefined &&
      tally === undefined
    ) {
      writer.addCopy(cursor, input.docOffset)
    } else {
      joined.clear()
      for (let at = 0; at < sharing; at++) joined.append(order.at(at))
      if (joined.docCount > 0) {
        tally?.add(joined)
        writer.addPackable(cursor.term(), joined)
      }
    }
    order.advance(sharing)
    if (queue.isBehind) await queue.catchUp()
  }
  return { done: writer.finish() }
}
