import { messageOf } from '../errors.ts'
import type { SearchCaches } from './caches.ts'
import { DOC_BLOCK } from './doc-set.ts'
import { groupCacheKey } from './leaf-cache.ts'
import { planLeaf, type LeafPlan } from './leaf-plan.ts'
import {
  docRange,
  type LeafInvoker,
  type LeafRequest,
  type LeafResponse,
  type LeafSplit,
} from './leaf-request.ts'
import { leafMs, searchedDocs } from './leaf-work.ts'
import { answerBytes, mergeLeaves } from './leaf.ts'

/** A thread beside this one. */
export interface LeafThread {
  /** It begins when it has nothing else to do. */
  hand(request: LeafRequest, signal: AbortSignal | undefined): HandedLeaf
}

/** A leaf search that another thread was asked for. */
export interface HandedLeaf {
  /** Rejects where the thread ended or failed. */
  readonly answer: Promise<LeafResponse>
  /** Whether the thread had not begun; then it never will. */
  takeBack(): boolean
}

export interface SpreadSettings {
  readonly here: LeafInvoker
  /** The threads that have nothing to do and this one, which is undefined, always in the same order, so
   *  that each gets the same splits of the same search, and has them in its caches. Asked by a search that
   *  is worth sharing, with its milliseconds of work. */
  readonly ready: (workMs: number) => readonly (LeafThread | undefined)[]
  readonly caches: SearchCaches
  /** A line about what the answer does not show. */
  readonly log: (fields: Readonly<Record<string, unknown>>) => void
  /** PART_SIZES unless given. */
  readonly sizes?: PartSizes | undefined
}

interface PartSizes {
  /** Less work than this is not handed over. */
  readonly partMs: number
  /** Large splits are cut at multiples of so many documents; undefined: never. */
  readonly cutDocs: number | undefined
}

/** A hand-over costs about 0.2 ms, or a millisecond where the thread has to be woken. Cuts are where
 *  bounds of column blocks apply. */
const PART_SIZES: PartSizes = { partMs: 2, cutDocs: 8 * DOC_BLOCK }

/** Where each thread reads from a store that is far: what two threads have a part of is read twice. */
export const WHOLE_SPLITS: PartSizes = { ...PART_SIZES, cutDocs: undefined }

/** No search takes longer for a document of a split, with ten columns and scores. */
const MOST_NS_PER_DOC = 40
const NS_PER_MS = 1_000_000

/**
 * Spreads one leaf's splits over threads and merges what they find. The rule: what a search does at most
 * is estimated (`leaf-work.ts`), and handed over in parts of at least two milliseconds, to
 * threads that have nothing else to do. An estimate that was too high costs little: a part that its thread
 * has not begun when the others are found is taken back, so that nobody waits for a thread that is busy
 * after all.
 *
 * Documents of a large split are cut into ranges for aggregations. Other searches have done most of their
 * work when they know what matches, which each thread would have to find out for itself.
 *
 * A part that fails in its thread is searched here.
 */
export function spreadLeaf(settings: SpreadSettings): LeafInvoker {
  const { here, ready, sizes = PART_SIZES } = settings
  return {
    async search(request, signal) {
      if (isSmall(request, sizes)) return await here.search(request, signal)
      const plan = planLeaf(request)
      const workMs = leafMs(plan)
      if (workMs < 2 * sizes.partMs) return await here.search(request, signal)
      const threads = ready(workMs)
      const parts = leafParts(plan, threads.length, sizes)
      if (parts.length < 2) return await here.search(request, signal)
      const requests = parts.map((splits) => ({ ...request, splits }))
      const chosen = threadsFor(parts.length, threads)
      const search = { plan, settings, signal }
      const handed = requests.map((part, at) => handPart(part, chosen[at], search))
      try {
        const answers = await answersOf(requests, handed, search)
        return mergeLeaves(
          plan,
          answers,
          answers.flatMap(({ failures }) => failures),
        )
      } finally {
        for (const part of handed) part?.takeBack()
      }
    },
  }
}

/** Whether a look at the plan costs more than it can gain. */
function isSmall({ splits }: LeafRequest, { partMs }: PartSizes): boolean {
  const docs = splits.reduce((sum, { docCount }) => sum + docCount, 0)
  return docs * MOST_NS_PER_DOC < 2 * partMs * NS_PER_MS
}

/**
 * A leaf's splits in at most so many parts of about equal work, neighbours together; cut where a bound
 * lies inside a split and cutting gains. One part: nothing is worth a hand-over.
 */
export function leafParts(plan: LeafPlan, partsMax: number, sizes: PartSizes): LeafSplit[][] {
  const { splits, terminateAfter } = plan.request
  const count = Math.min(partsMax, Math.floor(leafMs(plan) / sizes.partMs))
  if (count < 2) return [[...splits]]
  const weighed = splits.map((split) => ({ split, docs: searchedDocs(split, plan) }))
  const total = weighed.reduce((sum, { docs }) => sum + docs, 0)
  // The documents that a split with a limit ends at are the first ones.
  const mayCut = plan.aggregations.length > 0 && terminateAfter === undefined
  const place = { share: total / count, cutDocs: mayCut ? sizes.cutDocs : undefined }
  const parts: LeafSplit[][] = Array.from({ length: count }, () => [])
  let before = 0
  for (const { split, docs } of weighed) {
    for (const piece of docs === 0 ? [split] : piecesOf(split, { ...place, before })) {
      const weight = docs === 0 ? 0 : docsOf(piece)
      // By where its middle lies.
      const part = Math.floor((before + weight / 2) / place.share)
      parts[Math.min(part, count - 1)]?.push(piece)
      before += weight
    }
  }
  return parts.filter((part) => part.length > 0)
}

/** The split between the bounds of parts that lie in it. */
function piecesOf(
  split: LeafSplit,
  place: { readonly before: number; readonly share: number; readonly cutDocs: number | undefined },
): LeafSplit[] {
  const { before, share, cutDocs } = place
  if (cutDocs === undefined) return [split]
  const { start, end } = docRange(split)
  const pieces: LeafSplit[] = []
  let from = start
  const first = Math.floor(before / share) + 1
  for (let at = first; at * share < before + end - start; at++) {
    const cut = start + Math.round((at * share - before) / cutDocs) * cutDocs
    if (cut <= from || cut >= end) continue
    pieces.push({ ...split, docs: { start: from, end: cut } })
    from = cut
  }
  return from === start ? [split] : [...pieces, { ...split, docs: { start: from, end } }]
}

function docsOf(split: LeafSplit): number {
  const { start, end } = docRange(split)
  return end - start
}

/** As many as there are parts, this one among them. */
function threadsFor(
  count: number,
  threads: readonly (LeafThread | undefined)[],
): (LeafThread | undefined)[] {
  const first = threads.slice(0, count)
  return first.includes(undefined) ? first : [...first.slice(0, -1), undefined]
}

interface PartSearch {
  readonly plan: LeafPlan
  readonly settings: SpreadSettings
  readonly signal: AbortSignal | undefined
}

/** Undefined: it is for this thread. */
function handPart(
  request: LeafRequest,
  thread: LeafThread | undefined,
  { plan, settings, signal }: PartSearch,
): HandedLeaf | undefined {
  if (thread === undefined) return undefined
  const { partialResults } = settings.caches
  const key = groupCacheKey(request.splits, plan)
  // Only answers are ever put under these keys.
  const cached = partialResults.get(key) as LeafResponse | undefined
  if (cached !== undefined) {
    return { answer: Promise.resolve(cached), takeBack: () => false }
  }
  const handed = thread.hand(request, signal)
  const kept = handed.answer.then((found) => {
    if (found.failures.length === 0) partialResults.set(key, found, key.length + answerBytes(found))
    return found
  })
  // Whoever waits for it learns of it; nobody waits where this thread's own part failed.
  kept.catch(() => undefined)
  return { answer: kept, takeBack: () => handed.takeBack() }
}

/** In the order of the parts. */
async function answersOf(
  requests: readonly LeafRequest[],
  handed: readonly (HandedLeaf | undefined)[],
  search: PartSearch,
): Promise<LeafResponse[]> {
  const { settings, signal } = search
  const found: (LeafResponse | undefined)[] = []
  const searchHere = async (at: number, request: LeafRequest): Promise<void> => {
    found[at] = await settings.here.search(request, signal)
  }
  // Its own part first: meanwhile the others begin.
  for (const [at, request] of requests.entries()) {
    if (handed[at] === undefined) await searchHere(at, request)
  }
  for (const [at, request] of requests.entries()) {
    if (handed[at]?.takeBack() === true) await searchHere(at, request)
  }
  return await Promise.all(
    requests.map(async (request, at) => found[at] ?? (await answerOf(request, handed[at], search))),
  )
}

async function answerOf(
  request: LeafRequest,
  handed: HandedLeaf | undefined,
  { settings, signal }: PartSearch,
): Promise<LeafResponse> {
  try {
    if (handed !== undefined) return await handed.answer
  } catch (error) {
    signal?.throwIfAborted()
    const splits = request.splits.length
    settings.log({ event: 'leaf_thread_failed', splits, error: messageOf(error) })
  }
  return await settings.here.search(request, signal)
}
