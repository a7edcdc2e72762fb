// Typed-array reads below are cast with `as number`: every index is within bounds by construction,
// and a check per document would be most of the cost.
import { ones } from './ranked-docs.ts'

/**
 * The documents of one split that match something, as a value: sets are never changed after they
 * are made, so clauses may share them.
 *   list  ascending doc ids, for few
 *   bits  one bit per doc (bit d & 31 of word d >> 5; unused high bits are 0), for many
 */
export type DocSet =
  | { readonly kind: 'none' }
  | { readonly kind: 'all' }
  | { readonly kind: 'list'; readonly docs: Uint32Array }
  | { readonly kind: 'bits'; readonly words: Uint32Array; readonly count: number }

export const NO_DOCS: DocSet = { kind: 'none' }
export const ALL_DOCS: DocSet = { kind: 'all' }

/** A list longer than docCount / this becomes bits: about where 32 bits a doc meet 1 bit a doc. */
const LIST_SHARE = 32

export function listOf(docs: Uint32Array): DocSet {
  return docs.length === 0 ? NO_DOCS : { kind: 'list', docs }
}

/** Ascending documents in the kind that is smaller. */
export function setOf(docs: Uint32Array, docCount: number): DocSet {
  const list = listOf(docs)
  return isDense(list, docCount)
    ? { kind: 'bits', words: toWords(list, docCount), count: docs.length }
    : list
}

/** Takes `words` over; counts them. */
export function bitsOf(words: Uint32Array, docCount: number): DocSet {
  const count = popCount(words)
  if (count === 0) return NO_DOCS
  return count === docCount ? ALL_DOCS : { kind: 'bits', words, count }
}

export function wordsFor(docCount: number): Uint32Array {
  return new Uint32Array((docCount + 31) >>> 5)
}

export function countDocs(set: DocSet, docCount: number): number {
  switch (set.kind) {
    case 'none':
      return 0
    case 'all':
      return docCount
    case 'list':
      return set.docs.length
    case 'bits':
      return set.count
  }
}

/** Smallest first, so that each step has the least to do. */
export function intersectAll(sets: readonly DocSet[], docCount: number): DocSet {
  const ordered = [...sets].sort((a, b) => countDocs(a, docCount) - countDocs(b, docCount))
  let result: DocSet = ALL_DOCS
  for (const set of ordered) {
    if (result.kind === 'none') break
    result = intersect(result, set, docCount)
  }
  return result
}

function intersect(a: DocSet, b: DocSet, docCount: number): DocSet {
  if (a.kind === 'none' || b.kind === 'none') return NO_DOCS
  if (a.kind === 'all') return b
  if (b.kind === 'all') return a
  const [short, long] = countDocs(a, docCount) <= countDocs(b, docCount) ? [a, b] : [b, a]
  if (short.kind === 'list' && !isDense(short, docCount)) {
    return long.kind === 'list'
      ? intersectLists(short.docs, long.docs)
      : filterList(short.docs, toWords(long, docCount), 1)
  }
  const words = toWords(short, docCount).slice()
  const others = toWords(long, docCount)
  for (let i = 0; i < words.length; i++) {
    words[i] = (words[i] as number) & (others[i] as number)
  }
  return bitsOf(words, docCount)
}

/** Whether 32 documents at a time are faster than one after the other, whose next step nobody foresees. */
function isDense(set: DocSet, docCount: number): boolean {
  return countDocs(set, docCount) * LIST_SHARE > docCount
}

/** Two sorted lists; gallops through the longer one when it is much longer. */
function intersectLists(short: Uint32Array, long: Uint32Array): DocSet {
  const out = new Uint32Array(short.length)
  let count = 0
  let at = 0
  const gallop = long.length > short.length * 16
  for (let i = 0; i < short.length; i++) {
    const doc = short[i] as number
    if (gallop) at = lowerBound(long, doc, at)
    else while (at < long.length && (long[at] as number) < doc) at++
    if (at === long.length) break
    if (long[at] === doc) {
      out[count] = doc
      count++
    }
  }
  return listOf(out.subarray(0, count))
}

/** Docs of `list` whose bit equals `wanted`. */
function filterList(list: Uint32Array, words: Uint32Array, wanted: 0 | 1): DocSet {
  const out = new Uint32Array(list.length)
  let count = 0
  for (let i = 0; i < list.length; i++) {
    const doc = list[i] as number
    out[count] = doc
    count += ((((words[doc >>> 5] as number) >>> (doc & 31)) & 1) ^ wanted ^ 1) & 1
  }
  return listOf(out.subarray(0, count))
}

export function unionAll(sets: readonly DocSet[], docCount: number): DocSet {
  const present = sets.filter((set) => set.kind !== 'none')
  const first = present[0]
  if (first === undefined) return NO_DOCS
  if (present.length === 1) return first
  let total = 0
  for (const set of present) {
    if (set.kind === 'all') return ALL_DOCS
    total += countDocs(set, docCount)
  }
  const second = present[1]
  if (
    present.length === 2 &&
    first.kind === 'list' &&
    second?.kind === 'list' &&
    total * LIST_SHARE < docCount
  ) {
    return unionLists(first.docs, second.docs)
  }
  const words = wordsFor(docCount)
  for (const set of present) addToWords(set, words)
  const union = bitsOf(words, docCount)
  return total * LIST_SHARE < docCount ? listOf(toList(union, docCount)) : union
}

function unionLists(a: Uint32Array, b: Uint32Array): DocSet {
  const out = new Uint32Array(a.length + b.length)
  let i = 0
  let j = 0
  let count = 0
  while (i < a.length && j < b.length) {
    const x = a[i] as number
    const y = b[j] as number
    out[count] = x < y ? x : y
    count++
    if (x <= y) i++
    if (y <= x) j++
  }
  for (; i < a.length; i++, count++) out[count] = a[i] as number
  for (; j < b.length; j++, count++) out[count] = b[j] as number
  return listOf(out.subarray(0, count))
}

/** Sets the bits of `set` in `words`, which the caller owns. */
export function addToWords(set: DocSet, words: Uint32Array): void {
  if (set.kind === 'list') {
    const { docs } = set
    for (let i = 0; i < docs.length; i++) {
      const doc = docs[i] as number
      words[doc >>> 5] = (words[doc >>> 5] as number) | (1 << (doc & 31))
    }
  } else if (set.kind === 'bits') {
    for (let i = 0; i < words.length; i++) {
      words[i] = (words[i] as number) | (set.words[i] as number)
    }
  }
}

/** Docs of `a` that are not in `b`. */
export function subtract(a: DocSet, b: DocSet, docCount: number): DocSet {
  if (a.kind === 'none' || b.kind === 'all') return NO_DOCS
  if (b.kind === 'none') return a
  if (a.kind === 'list') return filterList(a.docs, toWords(b, docCount), 0)
  const words = toWords(a, docCount).slice()
  const taken = toWords(b, docCount)
  for (let i = 0; i < words.length; i++) {
    words[i] = (words[i] as number) & ~(taken[i] as number)
  }
  return bitsOf(words, docCount)
}

/** Docs that are in at least `minimum` of the sets. */
export function atLeast(sets: readonly DocSet[], minimum: number, docCount: number): DocSet {
  if (minimum <= 0) return ALL_DOCS
  if (minimum > sets.length) return NO_DOCS
  if (minimum === 1) return unionAll(sets, docCount)
  if (minimum === sets.length) return intersectAll(sets, docCount)
  const hits = new Uint16Array(docCount)
  for (const set of sets) {
    eachBlock(set, docCount, (docs, count) => {
      for (let i = 0; i < count; i++) {
        hits[docs[i] as number] = (hits[docs[i] as number] as number) + 1
      }
    })
  }
  const words = wordsFor(docCount)
  for (let doc = 0; doc < docCount; doc++) {
    if ((hits[doc] as number) >= minimum) {
      words[doc >>> 5] = (words[doc >>> 5] as number) | (1 << (doc & 31))
    }
  }
  return bitsOf(words, docCount)
}

/** The set as bits; shared with the set when that has them already, so do not change them. */
export function toWords(set: DocSet, docCount: number): Uint32Array {
  if (set.kind === 'bits') return set.words
  const words = wordsFor(docCount)
  if (set.kind === 'all') {
    words.fill(0xffffffff)
    const rest = docCount & 31
    if (rest !== 0) words[words.length - 1] = 0xffffffff >>> (32 - rest)
  } else addToWords(set, words)
  return words
}

/** The set as ascending doc ids; shared with the set when that has them already. */
export function toList(set: DocSet, docCount: number): Uint32Array {
  if (set.kind === 'list') return set.docs
  const out = new Uint32Array(countDocs(set, docCount))
  let count = 0
  eachBlock(set, docCount, (docs, size) => {
    out.set(size === docs.length ? docs : docs.subarray(0, size), count)
    count += size
  })
  return out
}

/** Documents handed on at a time: big enough to amortise a call, small enough for the L1 cache. */
export const DOC_BLOCK = 4096

/**
 * Calls `visit` with ascending doc ids, at most DOC_BLOCK at a time, none of them twice. Only the
 * first `count` entries of `docs` are meant, and only until `visit` returns.
 * A block never spans two aligned ranges of DOC_BLOCK doc ids, so that bounds kept per block apply.
 */
export function eachBlock(
  set: DocSet,
  docCount: number,
  visit: (docs: Uint32Array, count: number) => void,
): void {
  switch (set.kind) {
    case 'none':
      return
    case 'all':
      return eachBlockOfAll(docCount, visit)
    case 'list':
      return eachBlockOfList(set.docs, visit)
    case 'bits':
      return eachBlockOfBits(set.words, visit)
  }
}

function eachBlockOfAll(docCount: number, visit: (docs: Uint32Array, count: number) => void): void {
  const block = new Uint32Array(DOC_BLOCK)
  for (let start = 0; start < docCount; start += DOC_BLOCK) {
    const count = Math.min(DOC_BLOCK, docCount - start)
    fillRun(block, start, count)
    visit(block, count)
  }
}

/** Writes `start` and the numbers after it: four a round, which takes half as long as one. */
function fillRun(out: Uint32Array, start: number, count: number): void {
  const whole = count & ~3
  for (let i = 0; i < whole; i += 4) {
    const doc = start + i
    out[i] = doc
    out[i + 1] = doc + 1
    out[i + 2] = doc + 2
    out[i + 3] = doc + 3
  }
  for (let i = whole; i < count; i++) out[i] = start + i
}

function eachBlockOfList(
  list: Uint32Array,
  visit: (docs: Uint32Array, count: number) => void,
): void {
  let start = 0
  while (start < list.length) {
    const limit = (list[start] as number) - ((list[start] as number) % DOC_BLOCK) + DOC_BLOCK
    let end = start + 1
    while (end < list.length && (list[end] as number) < limit) end++
    visit(list.subarray(start, end), end - start)
    start = end
  }
}

function eachBlockOfBits(
  words: Uint32Array,
  visit: (docs: Uint32Array, count: number) => void,
): void {
  const block = new Uint32Array(DOC_BLOCK)
  const wordsPerBlock = DOC_BLOCK >>> 5
  for (let first = 0; first < words.length; first += wordsPerBlock) {
    const last = Math.min(words.length, first + wordsPerBlock)
    const count = decodeWords(words, first, last, block)
    if (count > 0) visit(block, count)
  }
}

/** Writes the doc ids of words [first, last) to `out` and returns how many there are. */
function decodeWords(words: Uint32Array, first: number, last: number, out: Uint32Array): number {
  let count = 0
  for (let index = first; index < last; index++) {
    let word = words[index] as number
    const base = index << 5
    if (word === 0xffffffff) {
      for (let bit = 0; bit < 32; bit++) out[count + bit] = base + bit
      count += 32
      continue
    }
    while (word !== 0) {
      const low = word & -word
      out[count] = base + 31 - Math.clz32(low)
      count++
      word ^= low
    }
  }
  return count
}

/** The documents of one aligned range of DOC_BLOCK ids, written to `out`, which has room for them. */
export function docsOfBlock(
  set: DocSet,
  block: number,
  docCount: number,
  out: Uint32Array,
): number {
  const start = block * DOC_BLOCK
  const end = Math.min(docCount, start + DOC_BLOCK)
  switch (set.kind) {
    case 'none':
      return 0
    case 'all':
      for (let doc = start; doc < end; doc++) out[doc - start] = doc
      return end - start
    case 'bits':
      return decodeWords(set.words, start >>> 5, (end + 31) >>> 5, out)
    case 'list': {
      const first = lowerBound(set.docs, start, 0)
      let at = first
      for (; at < set.docs.length && (set.docs[at] as number) < end; at++) {
        out[at - first] = set.docs[at] as number
      }
      return at - first
    }
  }
}

export function hasDoc(words: Uint32Array, doc: number): boolean {
  return (((words[doc >>> 5] as number) >>> (doc & 31)) & 1) === 1
}

/** First index in [from, length) whose value is not below `value`. */
export function lowerBound(sorted: Uint32Array, value: number, from: number): number {
  let low = from
  let step = 1
  let high = from
  while (high < sorted.length && (sorted[high] as number) < value) {
    low = high + 1
    high += step
    step *= 2
  }
  if (high > sorted.length) high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] as number) < value) low = middle + 1
    else high = middle
  }
  return low
}

function popCount(words: Uint32Array): number {
  let total = 0
  for (let i = 0; i < words.length; i++) total += ones(words[i] as number)
  return total
}
