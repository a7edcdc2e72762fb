import { LOG_LEVELS, type LogEntry, type LogLevel } from './log-entry.ts'

/** Which entries are shown; a part that is undefined leaves everything in. */
export interface LogSelection {
  readonly source: string | undefined
  readonly fromMs: number | undefined
  readonly toMs: number | undefined
  /** This level and the worse ones. */
  readonly level: LogLevel | undefined
  readonly grep: RegExp | undefined
  readonly exclude: RegExp | undefined
  readonly requestId: string | undefined
  /** Lines before and after each match of `grep` and `level`. */
  readonly context: number
}

/** The entries of one selection, in their order; each once, however many matches it is near. */
export function selectEntries(entries: readonly LogEntry[], selection: LogSelection): LogEntry[] {
  const inScope = entries.filter((entry) => isInScope(entry, selection))
  const kept = new Set<number>()
  for (const [i, entry] of inScope.entries()) {
    if (!isMatch(entry, selection)) continue
    const first = Math.max(0, i - selection.context)
    const last = Math.min(inScope.length - 1, i + selection.context)
    for (let at = first; at <= last; at++) kept.add(at)
  }
  return inScope.filter((_, i) => kept.has(i))
}

function isInScope(entry: LogEntry, { source, fromMs, toMs, requestId }: LogSelection): boolean {
  if (source !== undefined && entry.source !== source) return false
  if (requestId !== undefined) return entry.requestId === requestId
  return entry.timeMs >= (fromMs ?? -Infinity) && entry.timeMs < (toMs ?? Infinity)
}

function isMatch(entry: LogEntry, { level, grep, exclude }: LogSelection): boolean {
  if (level !== undefined && LOG_LEVELS.indexOf(entry.level) > LOG_LEVELS.indexOf(level))
    return false
  if (grep !== undefined && !grep.test(entry.raw)) return false
  return exclude === undefined || !exclude.test(entry.raw)
}
