import type { Clock } from '../../engine/ports.ts'

export interface InstantClock extends Clock {
  /** Every duration slept so far, in order of asking. */
  readonly sleptMs: readonly number[]
  advance(ms: number): void
}

/** A clock for tests that moves only when somebody sleeps on it; the sleep itself takes no time. */
export function instantClock(startMs = Date.UTC(2024, 0, 1)): InstantClock {
  let nowMs = startMs
  const sleptMs: number[] = []
  return {
    sleptMs,
    nowMs: () => nowMs,
    async sleep(ms, signal) {
      signal?.throwIfAborted()
      sleptMs.push(ms)
      nowMs += ms
    },
    advance(ms) {
      nowMs += ms
    },
  }
}
