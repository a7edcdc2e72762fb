// Indexed reads of typed arrays are cast to number: loop bounds keep them inside.
import type { SealingQueue } from '../bytes/sealing-queue.ts'
import { encodeFieldnorms } from './fieldnorms.ts'
import type { ListSection, TermPostings } from './postings.ts'
import { rankTokens } from './rank-tokens.ts'
import type { CollectedTerms } from './term-accumulator.ts'
import { TermDictionaryWriter, type WrittenTerms } from './term-dictionary-writer.ts'

/** The terms of one field, encoded. */
interface EncodedTerms {
  readonly terms: Promise<WrittenTerms>
  readonly fieldnorms: Promise<Uint8Array> | undefined
  readonly totalTokens: number
  readonly docsWithTerms: number
}

interface TermTarget {
  /** Of the split. */
  readonly docCount: number
  readonly lists: ListSection
  readonly queue: SealingQueue
}

/** Writes lists to `lists` before it returns; blocks compress in the background. */
export function encodeTerms(
  collected: CollectedTerms,
  { docCount, lists, queue }: TermTarget,
): EncodedTerms {
  const writer = new TermDictionaryWriter(collected.record, lists, queue)
  const { ranks, termCount, termAt } = rankTokens(collected.tokens)
  const { termStarts, termDocCounts, postings } = groupByTerm(collected, ranks, termCount)
  for (let term = 0; term < termCount; term++) {
    postings.start = termStarts[term] as number
    postings.positionsStart = postings.start
    postings.docCount = termDocCounts[term] as number
    writer.add(termAt(term), postings)
  }
  const lengths = lengthsOf(collected, ranks.length)
  return {
    terms: writer.finish(),
    fieldnorms: collected.hasFieldnorms
      ? encodeFieldnorms(byDocument(lengths, collected.docs, docCount), queue)
      : undefined,
    totalTokens: ranks.length,
    docsWithTerms: lengths.reduce((count, length) => (length > 0 ? count + 1 : count), 0),
  }
}

/** Tokens of each document with a value. */
function lengthsOf({ docStarts }: CollectedTerms, tokenCount: number): Uint32Array {
  return docStarts.map((start, i) => (docStarts[i + 1] ?? tokenCount) - start)
}

function byDocument(lengths: Uint32Array, docs: Uint32Array, docCount: number): Uint32Array {
  const all = new Uint32Array(docCount)
  for (let i = 0; i < docs.length; i++) all[docs[i] as number] = lengths[i] as number
  return all
}

/** The entries of term t stand from termStarts[t] on: `termDocCounts[t]` documents, all tokens'
 *  positions. */
function groupByTerm(
  { record, docs: docIds, docStarts, positions: source }: CollectedTerms,
  tokens: Uint32Array,
  termCount: number,
): {
  readonly termStarts: Uint32Array
  readonly termDocCounts: Uint32Array
  readonly postings: TermPostings
} {
  const termStarts = countTokens(tokens, termCount)
  const termDocCounts = new Uint32Array(termCount)
  const docs = new Uint32Array(tokens.length)
  const freqs = record === 'basic' ? undefined : new Uint32Array(tokens.length)
  for (let i = 0; i < docIds.length; i++) {
    const doc = docIds[i] as number
    const end = i + 1 < docIds.length ? (docStarts[i + 1] as number) : tokens.length
    for (let at = docStarts[i] as number; at < end; at++) {
      const term = tokens[at] as number
      const count = termDocCounts[term] as number
      const to = (termStarts[term] as number) + count
      if (count > 0 && docs[to - 1] === doc) {
        if (freqs !== undefined) freqs[to - 1] = (freqs[to - 1] as number) + 1
        continue
      }
      docs[to] = doc
      if (freqs !== undefined) freqs[to] = 1
      termDocCounts[term] = count + 1
    }
  }
  const positions = source && groupPositions(source, tokens, termStarts)
  const postings = { docCount: 0, start: 0, docs, freqs, positions, positionsStart: 0 }
  return { termStarts, termDocCounts, postings }
}

function groupPositions(
  source: Uint32Array,
  tokens: Uint32Array,
  termStarts: Uint32Array,
): Uint32Array {
  const next = termStarts.slice()
  const positions = new Uint32Array(tokens.length)
  for (let i = 0; i < tokens.length; i++) {
    const term = tokens[i] as number
    const to = next[term] as number
    positions[to] = source[i] as number
    next[term] = to + 1
  }
  return positions
}

/** Where the tokens of each term start once they are grouped by term. */
function countTokens(tokens: Uint32Array, termCount: number): Uint32Array {
  const starts = new Uint32Array(termCount + 1)
  for (let i = 0; i < tokens.length; i++) {
    const next = (tokens[i] as number) + 1
    starts[next] = (starts[next] as number) + 1
  }
  for (let term = 1; term < starts.length; term++) {
    starts[term] = (starts[term] as number) + (starts[term - 1] as number)
  }
  return starts
}
