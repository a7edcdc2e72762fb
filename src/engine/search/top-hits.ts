// Typed-array reads below are cast with `as number`: indexes are below the lengths checked in the loops.
import type { JsonValue } from '../bytes/json.ts'
import { QwError } from '../errors.ts'
import { DOC_BLOCK, docsOfBlock, type DocSet } from './doc-set.ts'
import type { SortKey, SortOrder, SortValue } from './request.ts'
import { cursorNumber, type KeyCursor, type SortColumn } from './sort-column.ts'

/** A hit before its document is read. */
export interface PartialHit {
  readonly splitId: string
  readonly docId: number
  /** Parallel to the request's sort keys. */
  readonly sort: readonly (SortValue | undefined)[]
  readonly score?: number | undefined
}

/** How one split orders its matches. */
interface HitOrder {
  readonly splitId: string
  /** Parallel to the request's sort keys, up to the first `doc` key. */
  readonly keys: readonly { readonly sort: SortKey; readonly column: SortColumn | undefined }[]
  readonly limit: number
  readonly searchAfter: readonly JsonValue[] | undefined
}

/** Number keys that hits are compared by before their address; a missing second key is all zeros. */
interface Ranking {
  readonly first: SortColumn | undefined
  readonly second: SortColumn | undefined
  /** 1: larger keys first. */
  readonly firstDescending: boolean
  readonly secondDescending: boolean
  readonly docDescending: boolean
  /** Documents without a value stand first. */
  readonly firstLeads: boolean
  readonly secondLeads: boolean
}

/** The best `limit` documents of a split, best first. */
export function topHits(set: DocSet, docCount: number, order: HitOrder): PartialHit[] {
  if (order.limit === 0 || set.kind === 'none') return []
  const ranking = rankingOf(order)
  const after = cursorOf(order)
  const docs =
    ranking.first === undefined && after === undefined
      ? addressEnd(set, docCount, { limit: order.limit, descending: ranking.docDescending })
      : bestDocs(set, docCount, { ranking, after, limit: order.limit })
  return Array.from(docs, (docId) => ({
    splitId: order.splitId,
    docId,
    sort: order.keys.map(({ sort, column }) =>
      sort.by === 'doc' ? docAddress(order.splitId, docId) : column?.value(docId),
    ),
  }))
}

function rankingOf({ keys }: HitOrder): Ranking {
  const ranked = keys.filter(({ sort }) => sort.by !== 'doc')
  const isDescending = (sort: SortKey | undefined, otherwise: SortOrder): boolean =>
    (sort?.order ?? otherwise) === 'desc'
  const docKey = keys.find(({ sort }) => sort.by === 'doc')?.sort
  const first = ranked[0]
  const second = ranked[1]
  return {
    first: first?.column,
    second: second?.column,
    firstDescending: isDescending(first?.sort, 'desc'),
    secondDescending: isDescending(second?.sort, 'desc'),
    docDescending: isDescending(docKey ?? first?.sort, 'desc'),
    firstLeads: missingLeads(first?.sort),
    secondLeads: missingLeads(second?.sort),
  }
}

function missingLeads(sort: SortKey | undefined): boolean {
  return sort?.by === 'field' && sort.missing === 'first'
}

/** Without keys the best are simply the last (or first) of the split. */
function addressEnd(
  set: DocSet,
  docCount: number,
  { limit, descending }: { limit: number; descending: boolean },
): Uint32Array {
  const found: number[] = []
  const block = new Uint32Array(DOC_BLOCK)
  const blocks = Math.ceil(docCount / DOC_BLOCK)
  for (let step = 0; step < blocks && found.length < limit; step++) {
    const count = docsOfBlock(set, descending ? blocks - 1 - step : step, docCount, block)
    const docs = block.slice(0, count)
    if (descending) docs.reverse()
    for (let i = 0; i < count && found.length < limit; i++) found.push(docs[i] as number)
  }
  return Uint32Array.from(found)
}

interface AfterCursor {
  readonly first: KeyCursor | undefined
  readonly second: KeyCursor | undefined
  /** Undefined: documents equal on every key are skipped. */
  readonly doc: { readonly descending: boolean; isAfter(docId: number): boolean } | undefined
}

function cursorOf({ keys, searchAfter, splitId }: HitOrder): AfterCursor | undefined {
  if (searchAfter === undefined) return undefined
  const cursors: KeyCursor[] = []
  let doc: AfterCursor['doc']
  keys.forEach(({ sort, column }, index) => {
    const value = searchAfter[index] ?? null
    if (sort.by === 'doc') doc = docCursor(value, splitId, sort.order === 'desc')
    else if (column !== undefined) {
      cursors.push(column.cursor(value, sort.by === 'field' ? sort.dateUnit : 'ms'))
    }
  })
  return { first: cursors[0], second: cursors[1], doc }
}

const SEGMENT = '00000000'

/** `<split_id>:<segment>:<doc>`, the last two in eight hex digits; a split here is one segment. */
export function docAddress(splitId: string, docId: number): SortValue {
  return { type: 'doc', value: `${splitId}:${SEGMENT}:${docId.toString(16).padStart(8, '0')}` }
}

/** Throws `invalid` for anything but the address of a document. */
export function parseDocAddress(value: JsonValue): { splitId: string; doc: number } {
  const match = typeof value === 'string' ? /^([^:]+):[0-9a-f]{8}:([0-9a-f]{8})$/.exec(value) : null
  if (match === null) {
    throw new QwError(
      'invalid',
      'a search_after value for _doc looks like "<split_id>:<segment>:<doc>"',
      { fix: 'pass the sort values of the last hit as they came' },
    )
  }
  return { splitId: match[1] ?? '', doc: Number.parseInt(match[2] ?? '', 16) }
}

function docCursor(value: JsonValue, splitId: string, descending: boolean): AfterCursor['doc'] {
  const { splitId: afterSplit, doc: afterDoc } = parseDocAddress(value)
  if (afterSplit !== splitId) {
    const isAfter = splitId > afterSplit !== descending
    return { descending, isAfter: () => isAfter }
  }
  return { descending, isAfter: (doc) => (descending ? doc < afterDoc : doc > afterDoc) }
}

/** Documents of a list in a block, on average, from which bounds of blocks are worth looking at. */
const MIN_DOCS_IN_BLOCK = 16

interface Selection {
  readonly ranking: Ranking
  readonly after: AfterCursor | undefined
  readonly limit: number
}

function bestDocs(set: DocSet, docCount: number, selection: Selection): Uint32Array {
  const { ranking, limit, after } = selection
  const heap = new HitHeap(ranking, Math.min(limit, docCount))
  if (set.kind === 'list' && isSparse(set.docs, docCount, ranking)) {
    heap.offer(admitted(set.docs, ranking, after))
    return heap.sorted()
  }
  const block = new Uint32Array(DOC_BLOCK)
  for (const index of blockOrder(ranking, docCount)) {
    if (heap.rejectsBlock(index)) continue
    const count = docsOfBlock(set, index, docCount, block)
    heap.offer(admitted(block.subarray(0, count), ranking, after))
  }
  return heap.sorted()
}

/** Whether walking the list is less than finding each block's part of it. */
function isSparse(docs: Uint32Array, docCount: number, { first }: Ranking): boolean {
  return first?.blocks === undefined || docs.length * DOC_BLOCK < docCount * MIN_DOCS_IN_BLOCK
}

/** Blocks with the best possible first key first, so that most of the others can be skipped. */
function blockOrder({ first, firstDescending }: Ranking, docCount: number): number[] {
  const order = Array.from({ length: Math.ceil(docCount / DOC_BLOCK) }, (_, index) => index)
  const blocks = first?.blocks
  if (blocks === undefined) return order
  return firstDescending
    ? order.sort((a, b) => (blocks.maxs[b] as number) - (blocks.maxs[a] as number))
    : order.sort((a, b) => (blocks.mins[a] as number) - (blocks.mins[b] as number))
}

/** Documents that come strictly after the cursor. */
function admitted(
  docs: Uint32Array,
  ranking: Ranking,
  after: AfterCursor | undefined,
): Uint32Array {
  if (after === undefined) return docs
  const { first, second, firstDescending, secondDescending, firstLeads, secondLeads } = ranking
  const firstOrder = { descending: firstDescending, missingLeads: firstLeads }
  const secondOrder = { descending: secondDescending, missingLeads: secondLeads }
  return docs.filter((doc) => {
    const byFirst = placeOf(first, doc, after.first, firstOrder)
    if (byFirst !== 0) return byFirst > 0
    const bySecond = placeOf(second, doc, after.second, secondOrder)
    if (bySecond !== 0) return bySecond > 0
    return after.doc?.isAfter(doc) ?? false
  })
}

/** Positive when the document comes after the cursor by this key. */
function placeOf(
  column: SortColumn | undefined,
  doc: number,
  cursor: KeyCursor | undefined,
  { descending, missingLeads }: { readonly descending: boolean; readonly missingLeads: boolean },
): number {
  if (column === undefined || cursor === undefined) return 0
  const key = column.keys[doc] as number
  const isCursorMissing = Number.isNaN(cursor.below)
  const missingPlace = missingLeads ? -1 : 1
  if (Number.isNaN(key)) return isCursorMissing ? 0 : missingPlace
  if (isCursorMissing) return -missingPlace
  if (cursor.below === cursor.above) return Math.sign(key - cursor.above) * (descending ? -1 : 1)
  if (key >= cursor.above) return descending ? -1 : 1
  return key <= cursor.below ? (descending ? 1 : -1) : 0
}

/** The best documents so far as a binary heap with the worst of them on top. */
class HitHeap {
  readonly #ranking: Ranking
  readonly #limit: number
  /** Ranks: smaller is better; infinite without a value. */
  readonly #first: Float64Array
  readonly #second: Float64Array
  readonly #docs: Float64Array
  #size = 0

  constructor(ranking: Ranking, limit: number) {
    this.#ranking = ranking
    this.#limit = limit
    this.#first = new Float64Array(limit)
    this.#second = new Float64Array(limit)
    this.#docs = new Float64Array(limit)
  }

  /** Whether nothing in a block of documents can be better than what is held. */
  rejectsBlock(block: number): boolean {
    const { first, firstDescending } = this.#ranking
    if (this.#size < this.#limit || first?.blocks === undefined) return false
    const best = firstDescending
      ? -(first.blocks.maxs[block] as number)
      : (first.blocks.mins[block] as number)
    return best > (this.#first[0] as number)
  }

  offer(docs: Uint32Array): void {
    const { first, second, firstDescending, secondDescending, docDescending } = this.#ranking
    const firstMissing = this.#ranking.firstLeads ? -Infinity : Infinity
    const secondMissing = this.#ranking.secondLeads ? -Infinity : Infinity
    const firstKeys = first?.keys
    const secondKeys = second?.keys
    for (let i = 0; i < docs.length; i++) {
      const doc = docs[i] as number
      const a =
        firstKeys === undefined ? 0 : rank(firstKeys[doc] as number, firstDescending, firstMissing)
      const isFull = this.#size === this.#limit
      if (isFull && a > (this.#first[0] as number)) continue
      const b =
        secondKeys === undefined
          ? 0
          : rank(secondKeys[doc] as number, secondDescending, secondMissing)
      const c = docDescending ? -doc : doc
      if (!isFull) this.#push(a, b, c)
      else if (this.#isWorse(0, a, b, c)) this.#replaceTop(a, b, c)
    }
  }

  /** Whether what stands at `at` is worse than (a, b, c). */
  #isWorse(at: number, a: number, b: number, c: number): boolean {
    const first = this.#first[at] as number
    if (first !== a) return first > a
    const second = this.#second[at] as number
    return second === b ? (this.#docs[at] as number) > c : second > b
  }

  #set(at: number, a: number, b: number, c: number): void {
    this.#first[at] = a
    this.#second[at] = b
    this.#docs[at] = c
  }

  #copy(from: number, to: number): void {
    this.#set(
      to,
      this.#first[from] as number,
      this.#second[from] as number,
      this.#docs[from] as number,
    )
  }

  #push(a: number, b: number, c: number): void {
    let at = this.#size
    this.#size++
    while (at > 0) {
      const parent = (at - 1) >>> 1
      if (this.#isWorse(parent, a, b, c)) break
      this.#copy(parent, at)
      at = parent
    }
    this.#set(at, a, b, c)
  }

  #replaceTop(a: number, b: number, c: number): void {
    let at = 0
    for (;;) {
      let child = at * 2 + 1
      if (child >= this.#size) break
      if (child + 1 < this.#size && this.#isWorseThan(child + 1, child)) child++
      if (!this.#isWorse(child, a, b, c)) break
      this.#copy(child, at)
      at = child
    }
    this.#set(at, a, b, c)
  }

  #isWorseThan(x: number, y: number): boolean {
    return this.#isWorse(
      x,
      this.#first[y] as number,
      this.#second[y] as number,
      this.#docs[y] as number,
    )
  }

  /** Doc ids, best first. */
  sorted(): Uint32Array {
    const places = Array.from({ length: this.#size }, (_, at) => at)
    places.sort((x, y) => (this.#isWorseThan(x, y) ? 1 : -1))
    return Uint32Array.from(places, (at) => Math.abs(this.#docs[at] as number))
  }
}

function rank(key: number, descending: boolean, missing: number): number {
  if (Number.isNaN(key)) return missing
  return descending ? -key : key
}

/** Merges hits of several splits: the order of `topHits`, with the split id before the doc id. */
export function mergeHits<Hit extends PartialHit>(
  hits: readonly Hit[],
  sort: readonly SortKey[],
  limit: number,
): Hit[] {
  const docKey = sort.find((key) => key.by === 'doc')
  const docSign = (docKey ?? sort[0])?.order === 'asc' ? 1 : -1
  const compare = (a: PartialHit, b: PartialHit): number => {
    for (let i = 0; i < sort.length; i++) {
      const key = sort[i]
      if (key === undefined || key.by === 'doc') break
      const order = compareValues(a.sort[i], b.sort[i], key)
      if (order !== 0) return order
    }
    if (a.splitId !== b.splitId) return a.splitId < b.splitId ? -docSign : docSign
    return docSign * (a.docId - b.docId)
  }
  return [...hits].sort(compare).slice(0, limit)
}

/** Across types too: JavaScript compares bigints with numbers exactly. */
function compareValues(a: SortValue | undefined, b: SortValue | undefined, key: SortKey): number {
  const { order } = key
  if (a === undefined || b === undefined) {
    const missingPlace = missingLeads(key) ? -1 : 1
    return a === b ? 0 : a === undefined ? missingPlace : -missingPlace
  }
  const x = typeof a.value === 'boolean' ? Number(a.value) : a.value
  const y = typeof b.value === 'boolean' ? Number(b.value) : b.value
  if (x < y) return order === 'asc' ? -1 : 1
  return x > y ? (order === 'asc' ? 1 : -1) : 0
}

/** Scores as a sort key. */
export function scoreColumn(docs: Uint32Array, scores: Float64Array, docCount: number): SortColumn {
  const keys = new Float64Array(docCount).fill(NaN)
  for (let i = 0; i < docs.length; i++) keys[docs[i] as number] = scores[i] as number
  return {
    keys,
    blocks: undefined,
    value: (doc) => ({ type: 'score', value: keys[doc] as number }),
    cursor(after) {
      const value = Number(cursorNumber(after) ?? NaN)
      return { below: value, above: value }
    },
  }
}
