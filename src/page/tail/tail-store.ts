import { batch, computed, signal } from '@preact/signals'
import { ApiError } from '../api/client.ts'
import type { IndexFacts } from '../api/indexes.ts'
import { currentWish } from '../state/wish.ts'
import { Tail, type TailRow } from './tail.ts'
import { tailSource } from './tail-source.ts'

/** Rows that are kept; older ones go as new ones come. */
const MAX_ROWS = 2_000
const POLL_MS = 1_000
const MAX_PAUSE_MS = 60_000

/** Oldest first. */
export const rows = signal<readonly TailRow[]>([])
/** What came while it was paused. */
const held = signal<readonly TailRow[]>([])
export const heldCount = computed(() => held.value.length)
export const isPaused = signal(false)
/** Documents that came since the tail began, those of the beginning apart. */
export const arrived = signal(0)
export const isBegun = signal(false)
export const tailFailure = signal<Error | undefined>(undefined)

/** Follows an index until the function that is returned is called. */
export function followTail(index: IndexFacts): () => void {
  const control = new AbortController()
  batch(() => {
    rows.value = []
    held.value = []
    isPaused.value = false
    arrived.value = 0
    isBegun.value = false
    tailFailure.value = undefined
  })
  void run(index, control.signal)
  return () => control.abort()
}

async function run(index: IndexFacts, signal: AbortSignal): Promise<void> {
  let wish
  try {
    wish = currentWish(index)
  } catch (error) {
    tailFailure.value = asError(error)
    return
  }
  const tail = new Tail(tailSource(index, wish))
  let pauseMs = POLL_MS
  while (!signal.aborted) {
    // What is held is bounded: nothing is lost by asking later, only shown later.
    if (held.value.length < MAX_ROWS && !document.hidden) {
      try {
        const fresh = await tail.poll(signal)
        if (signal.aborted) return
        show(fresh)
        pauseMs = POLL_MS
      } catch (error) {
        if (signal.aborted) return
        tailFailure.value = asError(error)
        if (!isPassing(error)) return
        pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)
      }
    }
    await sleep(pauseMs, signal)
  }
}

function show(fresh: readonly TailRow[]): void {
  batch(() => {
    tailFailure.value = undefined
    // What was there at the beginning is shown however early it was paused.
    const isHeld = isPaused.value && isBegun.value
    if (isBegun.value) arrived.value += fresh.length
    isBegun.value = true
    if (fresh.length === 0) return
    if (isHeld) held.value = [...held.value, ...fresh]
    else rows.value = [...rows.value, ...fresh].slice(-MAX_ROWS)
  })
}

/** What came meanwhile is shown when it goes on. */
export function togglePause(): void {
  batch(() => {
    isPaused.value = !isPaused.value
    if (isPaused.value) return
    rows.value = [...rows.value, ...held.value].slice(-MAX_ROWS)
    held.value = []
  })
}

export function clearTail(): void {
  rows.value = []
}

/** Busy, throttled or away: it may be there again. A query that is wrong stays wrong. */
function isPassing(error: unknown): boolean {
  return (
    error instanceof ApiError && (error.status === 0 || error.status === 429 || error.status >= 500)
  )
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
