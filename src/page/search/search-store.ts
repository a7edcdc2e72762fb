import { batch, computed, effect, signal, untracked } from '@preact/signals'
import { postJson } from '../api/client.ts'
import { describeIndex, type IndexFacts } from '../api/indexes.ts'
import { indexFacts } from '../state/catalog.ts'
import { viewState } from '../state/store.ts'
import {
  chooseInterval,
  isRelative,
  rangeBounds,
  resolveRange,
  type TimeRange,
} from '../time/range.ts'
import {
  histogramAggs,
  readHistogram,
  sumHistogram,
  timeParts,
  type Histogram,
  type HistogramPart,
  type MsRange,
} from './histogram.ts'
import {
  countBody,
  hitsBody,
  PAGE_SIZE,
  readHits,
  readTotal,
  type Hit,
  type SearchWish,
} from './search-request.ts'

type SearchStatus = 'idle' | 'running' | 'done' | 'stopped' | 'failed'

export const hits = signal<readonly Hit[]>([])
/** Of all documents that match; undefined: not counted yet. */
export const total = signal<number | undefined>(undefined)
export const status = signal<SearchStatus>('idle')
/** Whether what is on the screen answers an earlier question. */
export const isStale = computed(() => status.value === 'running' || status.value === 'failed')
export const failure = signal<Error | undefined>(undefined)
/** How many searches have been answered: a number that changes with what `hits` begins with. */
export const answers = signal(0)
/** The hit that the keyboard is at, by its place; undefined: none yet. */
export const activeRow = signal<number | undefined>(undefined)
/** From asking to the first hits, in milliseconds. */
export const elapsedMs = signal<number | undefined>(undefined)
/** Whether there may be hits after the last one. */
export const hasMore = signal(false)

/** A picture and the time that it is of. */
export interface ShownHistogram {
  readonly histogram: Histogram
  readonly asked: MsRange
  /** What the search was bounded by; infinite where it was open. */
  readonly bounds: MsRange
  /** When it was asked for. */
  readonly nowMs: number
  /** Whether parts of the time have not been counted yet. */
  readonly isPartial: boolean
}
/** Undefined: nothing to draw. */
export const shownHistogram = signal<ShownHistogram | undefined>(undefined)

/** The bucket of the picture that is pointed at. */
export const hoveredBucket = signal<number | undefined>(undefined)

/** Bars that fit; the picture itself says how many. */
export const barsThatFit = signal(120)

/** More documents than this are counted in stretches of time, so that there is something to see. */
const DOCS_OF_ONE_PART = 5_000_000
const MAX_PARTS = 3

const repeats = signal(0)

interface Running {
  readonly index: IndexFacts
  readonly wish: SearchWish
  readonly range: TimeRange
  readonly by: string | undefined
  readonly nowMs: number
  /** Whether the range begins some time ago, rather than at a moment. */
  readonly isUpToNow: boolean
  readonly control: AbortController
  /** Whether the hits on the screen are its own: there may be those of the search before. */
  hasHits: boolean
  isLoadingMore: boolean
}
let running: Running | undefined

/** Searches whenever the address asks for something else. Returns what ends that. */
export function followSearch(): () => void {
  // A change of what is open, of columns or of the zone asks for nothing new.
  let asked = ''
  return effect(() => {
    const index = indexFacts.value
    const { query, from, to, sort, by } = viewState.value
    const key = JSON.stringify([repeats.value, index?.id, query, from, to, sort, by])
    if (index === undefined || key === asked) return
    asked = key
    untracked(() => search(index))
  })
}

/** What the hits answer, its times as they were when it was asked. */
export function askedSearch(): Pick<Running, 'index' | 'wish'> | undefined {
  return running
}

/** The same again: relative times have moved on, and documents have come. */
export function searchAgain(): void {
  repeats.value++
}

export function stopSearch(): void {
  running?.control.abort()
  if (status.value === 'running') status.value = 'stopped'
}

function search(index: IndexFacts): void {
  running?.control.abort()
  if (running !== undefined && running.index.id !== index.id) forget()
  const { query, from, to, sort, by, tz } = viewState.value
  const nowMs = Date.now()
  let range: TimeRange
  try {
    range = resolveRange({ from, to }, nowMs, tz)
  } catch (error) {
    running = undefined
    return fail(error)
  }
  const { timestampField } = index.mapping
  const bounds = rangeBounds(range)
  const wish = { query, from: bounds.from, to: bounds.to, sort, timestampField }
  const control = new AbortController()
  const isUpToNow = isRelative(from)
  const mine = {
    index,
    wish,
    range,
    by,
    nowMs,
    isUpToNow,
    control,
    hasHits: false,
    isLoadingMore: false,
  }
  running = mine
  batch(() => {
    status.value = 'running'
    failure.value = undefined
  })
  void Promise.all([firstHits(mine), overTime(mine)]).then((done) => {
    if (running === mine && status.value === 'running' && done.every(Boolean)) status.value = 'done'
  })
}

/** Another index has other fields: what was found in the one before says nothing of it. */
function forget(): void {
  batch(() => {
    hits.value = []
    hasMore.value = false
    total.value = undefined
    elapsedMs.value = undefined
    shownHistogram.value = undefined
  })
}

function firstHits(mine: Running): Promise<boolean> {
  const startMs = performance.now()
  return answerOf(mine, async (signal) => {
    const answer = await postJson(pathOf(mine.index), hitsBody(mine.wish, undefined), signal)
    show(mine, () => {
      mine.hasHits = true
      answers.value++
      activeRow.value = undefined
      hits.value = readHits(answer)
      hasMore.value = hits.value.length === PAGE_SIZE
      elapsedMs.value = performance.now() - startMs
    })
  })
}

/** The count and, where documents have a time, the picture: drawn again with each part that comes. */
function overTime(mine: Running): Promise<boolean> {
  return answerOf(mine, async (signal) => {
    const size = await describeIndex(mine.index.id, signal)
    const asked = drawnRange(mine, size.times)
    const { timestampField } = mine.wish
    if (timestampField === undefined || asked === undefined) {
      const answer = await postJson(pathOf(mine.index), countBody(mine.wish, undefined), signal)
      return show(mine, () => {
        total.value = readTotal(answer)
        shownHistogram.value = undefined
      })
    }
    const interval = chooseInterval(asked.startMs, asked.endMs, barsThatFit.value)
    const aggs = histogramAggs({ timestampField, interval, by: mine.by })
    const count = Math.min(MAX_PARTS, Math.ceil(size.docs / DOCS_OF_ONE_PART))
    const stretches = timeParts(asked, interval.ms, count)
    const parts: HistogramPart[] = []
    let counted = 0
    const countPart = async (stretch: MsRange | undefined): Promise<void> => {
      const wish =
        stretch === undefined ? mine.wish : { ...mine.wish, ...boundsOf(mine, stretch, asked) }
      const answer = await postJson(pathOf(mine.index), countBody(wish, aggs), signal)
      parts.push(readHistogram(answer))
      counted += readTotal(answer)
      show(mine, () => {
        const isPartial = parts.length < stretches.length
        const histogram = sumHistogram(parts, asked, interval)
        shownHistogram.value = {
          histogram,
          asked,
          bounds: boundsMs(mine.range),
          nowMs: mine.nowMs,
          isPartial,
        }
        if (!isPartial) total.value = counted
      })
    }
    // One part is the search as it is: documents without a time count as well.
    await Promise.all(stretches.length === 1 ? [countPart(undefined)] : stretches.map(countPart))
  })
}

/**
 * From what was asked, or what the index holds where that is open; up to now where the beginning
 * moves with the time. Undefined: nothing has a time.
 */
function drawnRange(mine: Running, times: MsRange | undefined): MsRange | undefined {
  const { range, nowMs, isUpToNow } = mine
  const startMs = range.fromNs === undefined ? times?.startMs : Number(range.fromNs / 1_000_000n)
  const lastMs = isUpToNow ? Math.max(times?.endMs ?? nowMs, nowMs) : times?.endMs
  const endMs = range.toNs === undefined ? lastMs : Number(range.toNs / 1_000_000n)
  if (startMs === undefined || endMs === undefined) return undefined
  return { startMs, endMs: Math.max(endMs, startMs + 1) }
}

function boundsMs({ fromNs, toNs }: TimeRange): MsRange {
  return {
    startMs: fromNs === undefined ? -Infinity : Number(fromNs) / 1_000_000,
    endMs: toNs === undefined ? Infinity : Number(toNs) / 1_000_000,
  }
}

/** Of a stretch of the time; the ends of the whole stay as they were asked. */
function boundsOf({ wish }: Running, stretch: MsRange, asked: MsRange) {
  const text = (ms: number): string => new Date(ms).toISOString()
  return {
    from: stretch.startMs === asked.startMs ? wish.from : text(stretch.startMs),
    to: stretch.endMs === asked.endMs ? wish.to : text(stretch.endMs),
  }
}

/** Goes on after the last hit; a second call while the first is on its way does nothing. */
export async function loadMore(): Promise<void> {
  const last = hits.value.at(-1)
  const mine = running
  if (mine === undefined || !mine.hasHits || mine.isLoadingMore) return
  if (!hasMore.value || last === undefined) return
  mine.isLoadingMore = true
  await answerOf(mine, async (signal) => {
    const answer = await postJson(pathOf(mine.index), hitsBody(mine.wish, last.sort), signal)
    const more = readHits(answer)
    show(mine, () => {
      hits.value = [...hits.value, ...more]
      hasMore.value = more.length === PAGE_SIZE
    })
  })
  mine.isLoadingMore = false
}

/** Unless another search has begun since, whose answers alone may be shown. */
function show(mine: Running, change: () => void): void {
  if (running === mine && !mine.control.signal.aborted) batch(change)
}

/** Whether it was answered. Of a search that another one has followed, nothing is said. */
async function answerOf(
  mine: Running,
  ask: (signal: AbortSignal) => Promise<void>,
): Promise<boolean> {
  try {
    await ask(mine.control.signal)
    return true
  } catch (error) {
    show(mine, () => fail(error))
    return false
  }
}

function fail(error: unknown): void {
  batch(() => {
    failure.value = error instanceof Error ? error : new Error(String(error))
    status.value = 'failed'
  })
}

function pathOf(index: IndexFacts): string {
  return `_elastic/${encodeURIComponent(index.id)}/_search`
}
