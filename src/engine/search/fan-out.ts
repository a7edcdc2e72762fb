import { messageOf } from '../errors.ts'
import type { Clock } from '../ports.ts'
import type { SearchCaches } from './caches.ts'
import { isCountOnly } from './count-only.ts'
import { CallGate, CallTimes } from './call-gate.ts'
import { isCountedFirst } from './hit-splits.ts'
import { groupCacheKey } from './leaf-cache.ts'
import { columnPaths, needsNothing, planLeaf, planSplit, type LeafPlan } from './leaf-plan.ts'
import type { LeafInvoker, LeafRequest, LeafResponse, LeafSplit } from './leaf-request.ts'
import { answerBytes, mergeLeaves } from './leaf.ts'

export interface FanOutSettings {
  /** In this process. */
  readonly here: LeafInvoker
  /** In another one, each call in one of its own. */
  readonly elsewhere: LeafInvoker
  /** Calls under way at once, over all searches of this process. */
  readonly callsMax: number
  readonly caches: SearchCaches
  readonly clock: Clock
  /** A line about what the answer does not show. */
  readonly log: (fields: Readonly<Record<string, unknown>>) => void
  /** CALL_SIZES unless given. */
  readonly sizes?: CallSizes | undefined
}

interface CallSizes {
  /** What one process reads and works through in the time that a call costs. */
  readonly bytes: number
  /** An answer has to fit the 6 MB of an invocation. */
  readonly splitsMax: number
}

/** A process with a core or two works through 60 MB a second; a call costs 150 ms, which lies between a
 *  warm process and a new one. */
const CALL_SIZES: CallSizes = { bytes: 9_000_000, splitsMax: 20 }

/** What a leaf reads and works through, roughly: of a split of any size dictionary blocks and the like, of
 *  each of its documents postings, and each column that is asked for. */
const BYTES_PER_SPLIT = 150_000
/** Of one whose dictionaries tell its count: what the hot cache has of it. */
const BYTES_PER_COUNTED_SPLIT = 25_000
const BYTES_PER_DOC = 1
const BYTES_PER_DOC_AND_COLUMN = 2
/** A call that takes this many times the median of the others is made once more. */
const STRAGGLER_RATIO = 3

/**
 * Hands groups of a leaf's splits to other processes and merges what they find. The rule: making a call
 * costs its own time in both processes, so splits leave this process only where their work here would
 * take longer than two calls, and each call gets at least its own cost in work. So a search is billed at
 * most about twice what it is here.
 *
 * A group that cannot be searched elsewhere (no concurrency left, a fault) is searched here: slower, but
 * whole. Groups follow the order of splits, so that one more split changes the last group alone, and what
 * the others found is known from the last time.
 */
export function fanOut(settings: FanOutSettings): LeafInvoker {
  const gate = new CallGate(settings.callsMax)
  return {
    async search(request, signal) {
      const plan = planLeaf(request)
      const groups = callGroups(plan, settings)
      const [own, ...others] = groups.toReversed()
      if (own === undefined || others.length === 0) {
        return await settings.here.search(request, signal)
      }
      const times = new CallTimes(others.length)
      const search = { plan, gate, times, settings, signal }
      const answers = await Promise.all([
        settings.here.search({ ...request, splits: own }, signal),
        ...others.map((splits) => searchGroup({ ...request, splits }, search)),
      ])
      return mergeLeaves(
        plan,
        answers,
        answers.flatMap(({ failures }) => failures),
      )
    },
  }
}

/** Groups of a leaf's splits, neighbours together, each group worth a call. One group: nothing is worth one. */
export function callGroups(
  plan: LeafPlan,
  { callsMax, sizes = CALL_SIZES }: Pick<FanOutSettings, 'callsMax' | 'sizes'>,
): LeafSplit[][] {
  const costs = plan.request.splits.map((split) => ({ split, bytes: leafBytes(split, plan) }))
  const total = costs.reduce((sum, { bytes }) => sum + bytes, 0)
  if (total < 2 * sizes.bytes) return [[...plan.request.splits]]
  // Doubling, so that a few more documents do not move the bounds of all groups.
  let target = sizes.bytes
  while (target * (callsMax + 1) < total) target *= 2
  const groups: LeafSplit[][] = []
  let group: LeafSplit[] = []
  let size = 0
  for (const { split, bytes } of costs) {
    group.push(split)
    size += bytes
    if (size < target && group.length < sizes.splitsMax) continue
    groups.push(group)
    group = []
    size = 0
  }
  if (group.length > 0) groups.push(group)
  return groups
}

/** What a leaf reads and works through of a split, roughly. */
export function leafBytes(split: LeafSplit, plan: LeafPlan): number {
  const own = planSplit(plan, split)
  if (needsNothing(own)) return 0
  if (isCountOnly(own, split) || isCountedFirst(plan, split)) return BYTES_PER_COUNTED_SPLIT
  const columns = columnPaths(plan).length
  const perDoc = BYTES_PER_DOC + columns * BYTES_PER_DOC_AND_COLUMN
  return BYTES_PER_SPLIT + split.docCount * perDoc
}

interface GroupSearch {
  readonly plan: LeafPlan
  readonly gate: CallGate
  readonly times: CallTimes
  readonly settings: FanOutSettings
  readonly signal: AbortSignal | undefined
}

async function searchGroup(request: LeafRequest, search: GroupSearch): Promise<LeafResponse> {
  const { partialResults } = search.settings.caches
  const key = groupCacheKey(request.splits, search.plan)
  const cached = partialResults.get(key)
  // Only answers are ever put under these keys.
  if (cached !== undefined) return cached as LeafResponse
  const answer = await callOrSearch(request, search)
  if (answer.failures.length === 0)
    partialResults.set(key, answer, key.length + answerBytes(answer))
  return answer
}

async function callOrSearch(request: LeafRequest, search: GroupSearch): Promise<LeafResponse> {
  const { settings, signal } = search
  try {
    return await hedged(request, search)
  } catch (error) {
    signal?.throwIfAborted()
    settings.log({
      event: 'leaf_call_failed',
      splits: request.splits.length,
      error: messageOf(error),
    })
    return await settings.here.search(request, signal)
  }
}

/** Calls, and once more where half of the other calls have ended and three times what they took has passed
 *  since; the first answer counts. */
async function hedged(
  request: LeafRequest,
  { gate, times, settings, signal }: GroupSearch,
): Promise<LeafResponse> {
  const { elsewhere, clock } = settings
  const over = new AbortController()
  const ends = signal === undefined ? over.signal : AbortSignal.any([over.signal, signal])
  let begin: () => void = () => undefined
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  const call = async (): Promise<LeafResponse> => {
    begin()
    const startMs = clock.nowMs()
    const answer = await elsewhere.search(request, ends)
    times.ended(clock.nowMs() - startMs)
    return answer
  }
  const callAgain = async (): Promise<LeafResponse> => {
    await begun
    await clock.sleep(STRAGGLER_RATIO * (await times.median), ends)
    // Where it would have to wait for its turn, a second call gains nothing.
    return gate.isFree ? await gate.run(call, ends) : await first
  }
  const first = gate.run(call, ends)
  try {
    // A second call that fails leaves it to the first.
    return await Promise.race([first, callAgain().catch(() => first)])
  } finally {
    over.abort()
  }
}
