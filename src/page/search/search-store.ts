import { batch, effect, signal, untracked } from '@preact/signals'
import type { IndexFacts } from '../api/indexes.ts'
import { postJson } from '../api/client.ts'
import { indexFacts } from '../state/catalog.ts'
import { viewState } from '../state/store.ts'
import {
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
export const failure = signal<Error | undefined>(undefined)
/** From asking to the first hits, in milliseconds. */
export const elapsedMs = signal<number | undefined>(undefined)
/** Whether there may be hits after the last one. */
export const hasMore = signal(false)

const repeats = signal(0)

interface Running {
  readonly index: IndexFacts
  readonly wish: SearchWish
  readonly control: AbortController
  isLoadingMore: boolean
}
let running: Running | undefined

/** Searches whenever the address asks for something else. Returns what ends that. */
export function followSearch(): () => void {
  return effect(() => {
    void repeats.value
    const index = indexFacts.value
    const { query, from, to, sort } = viewState.value
    if (index === undefined) return
    const wish = { query, from, to, sort, timestampField: index.timestampField }
    // What the search itself looks at is no reason to search.
    untracked(() => void search(index, wish))
  })
}

/** The same again: relative times have moved on, and documents have come. */
export function searchAgain(): void {
  repeats.value++
}

export function stopSearch(): void {
  running?.control.abort()
  if (status.value === 'running') status.value = 'stopped'
}

async function search(index: IndexFacts, wish: SearchWish): Promise<void> {
  running?.control.abort()
  const mine: Running = { index, wish, control: new AbortController(), isLoadingMore: false }
  running = mine
  batch(() => {
    status.value = 'running'
    failure.value = undefined
  })
  const startMs = performance.now()
  await answerOf(mine, async (signal) => {
    const answer = await postJson(pathOf(index), hitsBody(wish, undefined), signal)
    return () => {
      hits.value = readHits(answer)
      total.value = readTotal(answer)
      hasMore.value = hits.value.length === PAGE_SIZE
      elapsedMs.value = performance.now() - startMs
      status.value = 'done'
    }
  })
}

/** Goes on after the last hit; a second call while the first is on its way does nothing. */
export async function loadMore(): Promise<void> {
  const last = hits.value.at(-1)
  if (running === undefined || running.isLoadingMore || !hasMore.value || last === undefined) return
  const mine = running
  mine.isLoadingMore = true
  await answerOf(mine, async (signal) => {
    const answer = await postJson(pathOf(mine.index), hitsBody(mine.wish, last.sort), signal)
    const more = readHits(answer)
    return () => {
      hits.value = [...hits.value, ...more]
      hasMore.value = more.length === PAGE_SIZE
    }
  })
  mine.isLoadingMore = false
}

/** Shows an answer unless another search has begun since, whose answers alone may be shown. */
async function answerOf(
  mine: Running,
  ask: (signal: AbortSignal) => Promise<() => void>,
): Promise<void> {
  try {
    const show = await ask(mine.control.signal)
    if (running === mine && !mine.control.signal.aborted) batch(show)
  } catch (error) {
    if (running !== mine || mine.control.signal.aborted) return
    batch(() => {
      failure.value = error instanceof Error ? error : new Error(String(error))
      status.value = 'failed'
    })
  }
}

function pathOf(index: IndexFacts): string {
  return `_elastic/${encodeURIComponent(index.id)}/_search`
}
