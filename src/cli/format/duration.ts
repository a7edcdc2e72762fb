const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
}

/** `90s`, `1h30m`, `2 days` and the like as milliseconds; undefined when it is no duration. */
export function parseDurationMs(text: string): number | undefined {
  const pattern =
    /(\d+(?:\.\d+)?)\s*(ms|milliseconds?|s|sec|seconds?|m|min|minutes?|h|hours?|d|days?|w|weeks?)\s*/gy
  let totalMs = 0
  let end = 0
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    totalMs += Number(match[1]) * (UNIT_MS[shortUnit(match[2] ?? '')] ?? 0)
    end = pattern.lastIndex
  }
  return end > 0 && end === text.length ? totalMs : undefined
}

function shortUnit(unit: string): string {
  return unit.startsWith('ms') || unit.startsWith('milli') ? 'ms' : unit.slice(0, 1)
}

/** `850 ms`, `3.2 s`, `1 m 40 s`, `2 h 5 m`, `3 d 4 h`: two units at most. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0 ms'
  if (ms < 1) return `${Math.round(ms * 1000)} µs`
  if (ms < 1_000) return `${ms < 10 ? Number(ms.toFixed(1)) : Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`
  const seconds = Math.round(ms / 1_000)
  if (seconds < 3_600) return twoUnits([Math.floor(seconds / 60), 'm'], [seconds % 60, 's'])
  const minutes = Math.round(seconds / 60)
  if (minutes < 1_440) return twoUnits([Math.floor(minutes / 60), 'h'], [minutes % 60, 'm'])
  const hours = Math.round(minutes / 60)
  return twoUnits([Math.floor(hours / 24), 'd'], [hours % 24, 'h'])
}

function twoUnits(big: readonly [number, string], small: readonly [number, string]): string {
  const head = `${big[0]} ${big[1]}`
  return small[0] === 0 ? head : `${head} ${small[0]} ${small[1]}`
}
