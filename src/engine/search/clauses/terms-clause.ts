import { elementAt } from '../../bytes/element-at.ts'
import { compareBytes, sharedPrefix } from '../../bytes/byte-order.ts'
import { QwError } from '../../errors.ts'
import type { TermPattern } from '../../query/query.ts'
import type { SplitField } from '../../split/footer.ts'
import { scanTerms, type TermEntry } from '../../split/term-dictionary.ts'
import { addToWords, bitsOf, NO_DOCS, wordsFor, type DocSet } from '../doc-set.ts'
import type { FetchedSplit } from '../fetch.ts'
import { postingNeeds, termNeeds, termRangeNeeds, type Need } from '../needs.ts'
import type { TermVisitor } from './clause.ts'
import { ConstantClause } from './constant-clause.ts'

/** Terms of one split that a prefix, pattern or range without column may stand for. */
const DICTIONARY_EXPANSION_LIMIT = 1 << 20

/** Steps to unpack a term and compare it. */
const STEPS_PER_TERM = 32

/** Documents with any of some terms. */
abstract class AnyTermClause extends ConstantClause {
  protected readonly field: SplitField
  #entries: readonly TermEntry[] | undefined

  constructor(field: SplitField) {
    super()
    this.field = field
  }

  protected abstract find(split: FetchedSplit): TermEntry[]

  protected entries(split: FetchedSplit): readonly TermEntry[] {
    this.#entries ??= this.find(split)
    return this.#entries
  }

  override secondNeeds(split: FetchedSplit): readonly Need[] {
    return this.entries(split).flatMap((entry) => postingNeeds(this.field, entry))
  }

  override isEmpty(split: FetchedSplit): boolean {
    return this.entries(split).length === 0
  }

  protected evaluate(split: FetchedSplit): DocSet {
    const entries = this.entries(split)
    const [first] = entries
    if (first === undefined) return NO_DOCS
    if (entries.length === 1) return split.docs(this.field, first)
    const words = wordsFor(split.docCount)
    for (const entry of entries) {
      const { postings } = entry
      if (postings.kind === 'single') {
        words[postings.doc >>> 5] =
          (words[postings.doc >>> 5] as number) | (1 << (postings.doc & 31))
      } else addToWords(split.docs(this.field, entry), words)
    }
    return bitsOf(words, split.docCount)
  }
}

/** Terms by name. */
export class TermSetClause extends AnyTermClause {
  readonly #terms: readonly Uint8Array[]

  constructor(field: SplitField, terms: readonly Uint8Array[]) {
    super(field)
    // Ascending, so that the terms of a block take one walk over it.
    this.#terms = [...terms].sort(compareBytes)
  }

  override firstNeeds(): readonly Need[] {
    return this.#terms.flatMap((term) => termNeeds(this.field, term))
  }

  protected find(split: FetchedSplit): TermEntry[] {
    return this.#terms.flatMap((term) => split.term(this.field, term) ?? [])
  }

  override termFrequencies(split: FetchedSplit, visit: TermVisitor): void {
    for (const term of this.#terms) {
      const entry = split.term(this.field, term)
      if (entry !== undefined) visit(this.field.path, term, entry.docCount)
    }
  }
}

/** A stretch of the dictionary, both ends inclusive; undefined is open. */
export interface TermStretch {
  readonly lower: Uint8Array | undefined
  readonly upper: Uint8Array | undefined
  accepts(term: Uint8Array): boolean
  /** Steps that `accepts` has taken so far, where they may be many. */
  work?(): number
}

/** Terms in a stretch of the dictionary. */
export class TermScanClause extends AnyTermClause {
  readonly #stretch: TermStretch

  constructor(field: SplitField, stretch: TermStretch) {
    super(field)
    this.#stretch = stretch
  }

  override firstNeeds(): readonly Need[] {
    return termRangeNeeds(this.field, this.#stretch)
  }

  protected find(split: FetchedSplit): TermEntry[] {
    return scanStretch(split, this.field, this.#stretch, DICTIONARY_EXPANSION_LIMIT)
  }
}

/** Throws `tooLarge` when the stretch accepts more than DICTIONARY_EXPANSION_LIMIT terms; stops without
 *  error at a smaller `limit`. */
export function scanStretch(
  split: FetchedSplit,
  field: SplitField,
  stretch: TermStretch,
  limit: number,
): TermEntry[] {
  const { lower, upper } = stretch
  const blocks = termRangeNeeds(field, stretch).map((need) => split.get(need))
  const entries: TermEntry[] = []
  let patternWork = stretch.work?.() ?? 0
  scanTerms(blocks, (term, entryOf) => {
    split.work.spend(STEPS_PER_TERM, field.path)
    if (lower !== undefined && compareBytes(term, lower) < 0) return true
    if (upper !== undefined && compareBytes(term, upper) > 0) return false
    const isAccepted = stretch.accepts(term)
    if (stretch.work !== undefined) {
      const spent = stretch.work()
      split.work.spend(spent - patternWork, field.path)
      patternWork = spent
    }
    if (!isAccepted) return true
    entries.push(entryOf())
    if (entries.length >= DICTIONARY_EXPANSION_LIMIT) throw tooManyTerms(field)
    return entries.length < limit
  })
  return entries
}

function tooManyTerms(field: SplitField): QwError {
  return new QwError(
    'tooLarge',
    `the clause on \`${field.path}\` stands for more than DICTIONARY_EXPANSION_LIMIT=${DICTIONARY_EXPANSION_LIMIT} terms of one split`,
    {
      fix: 'make the prefix longer or the range narrower, or set `fast: true` on the field for ranges',
    },
  )
}

export function prefixStretch(prefix: Uint8Array): TermStretch {
  return {
    lower: prefix,
    upper: afterPrefix(prefix),
    accepts: (term) => sharedPrefix(term, prefix) === prefix.length,
  }
}

export function patternStretch(pattern: TermPattern): TermStretch {
  const stretch = prefixStretch(pattern.literalPrefix)
  return {
    ...stretch,
    accepts: (term) => stretch.accepts(term) && pattern.matches(term),
    work: () => pattern.work(),
  }
}

/** The least term above everything that starts with `prefix`; undefined when there is none. */
function afterPrefix(prefix: Uint8Array): Uint8Array | undefined {
  let length = prefix.length
  while (length > 0 && prefix[length - 1] === 0xff) length--
  if (length === 0) return undefined
  const after = prefix.slice(0, length)
  after[length - 1] = elementAt(after, length - 1) + 1
  return after
}
