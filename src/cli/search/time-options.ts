import { QwError } from '../../engine/errors.ts'
import { text } from '../command/option.ts'
import { readTimeNs } from '../command/time-argument.ts'
import { floorDiv, rfc3339OfNs } from '../format/time.ts'

export const TIME_OPTIONS = {
  since: text('--since <time>', 'from this time on: 15m (ago), now-2h, 2026-11-23, RFC 3339, Unix'),
  until: text('--until <time>', 'before this time'),
  from: text('--from <time>', 'same as --since'),
  to: text('--to <time>', 'same as --until'),
}

/** Nanoseconds since the epoch, start inclusive, end exclusive. */
export interface TimeWindow {
  readonly startNs: bigint | undefined
  readonly endNs: bigint | undefined
  /** How numbers given as times were read, to be told to the user. */
  readonly notes: readonly string[]
}

const NS_PER_SECOND = 1_000_000_000n
const NS_PER_MS = 1_000_000n

/** Throws `invalid` for what is no time and for an empty range. */
export function timeWindow(
  options: { readonly [K in keyof typeof TIME_OPTIONS]?: string | undefined },
  nowMs: number,
): TimeWindow {
  const notes: string[] = []
  const read = (name: keyof typeof TIME_OPTIONS): bigint | undefined => {
    const value = options[name]
    if (value === undefined) return undefined
    const ns = readTimeNs(`--${name}`, value, nowMs)
    if (/^\d+$/.test(value.trim())) notes.push(`--${name} ${value} is read as ${rfc3339OfNs(ns)}`)
    return ns
  }
  const startNs = read('since') ?? read('from')
  const endNs = read('until') ?? read('to')
  if (startNs !== undefined && endNs !== undefined && endNs <= startNs) {
    throw new QwError('invalid', 'the time range is empty: --until is not after --since')
  }
  return { startNs, endNs, notes }
}

/** The window in the API's whole seconds: never narrower than what was asked. */
export function windowSeconds({ startNs, endNs }: TimeWindow): {
  readonly start: number | undefined
  readonly end: number | undefined
} {
  return {
    start: startNs === undefined ? undefined : Number(floorDiv(startNs, NS_PER_SECOND)),
    end: endNs === undefined ? undefined : Number(-floorDiv(-endNs, NS_PER_SECOND)),
  }
}

/** Infinite where the window is open; for drawing, not for filtering. */
export function windowMs({ startNs, endNs }: TimeWindow): { startMs: number; endMs: number } {
  return {
    startMs: startNs === undefined ? -Infinity : Number(startNs / NS_PER_MS),
    endMs: endNs === undefined ? Infinity : Number(endNs / NS_PER_MS),
  }
}
