import { QwError } from '../../engine/errors.ts'
import { text } from '../option.ts'
import { parseTimeMs } from '../format/time.ts'

export const TIME_OPTIONS = {
  since: text('--since <time>', 'from this time on: 15m (ago), now-2h, 2026-11-23, RFC 3339, Unix'),
  until: text('--until <time>', 'before this time'),
  from: text('--from <time>', 'same as --since'),
  to: text('--to <time>', 'same as --until'),
}

/** Milliseconds, start inclusive, end exclusive. */
export interface TimeWindow {
  readonly startMs: number | undefined
  readonly endMs: number | undefined
}

export function timeWindow(
  options: { readonly [K in keyof typeof TIME_OPTIONS]: string | undefined },
  nowMs: number,
): TimeWindow {
  const read = (name: string, value: string | undefined): number | undefined => {
    if (value === undefined) return undefined
    const ms = parseTimeMs(value, nowMs)
    if (ms !== undefined) return ms
    throw new QwError('invalid', `--${name} \`${value}\` is no time`, {
      fix: 'write 15m (ago), now-2h, 2026-11-23, 2026-11-23T04:00:00Z or Unix time',
    })
  }
  const startMs = read('since', options.since) ?? read('from', options.from)
  const endMs = read('until', options.until) ?? read('to', options.to)
  if (startMs !== undefined && endMs !== undefined && endMs <= startMs) {
    throw new QwError('invalid', 'the time range is empty: --until is not after --since')
  }
  return { startMs, endMs }
}

