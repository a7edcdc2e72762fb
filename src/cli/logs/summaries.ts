import { textOf, type LogEntry } from './log-entry.ts'

interface ErrorGroup {
  readonly source: string
  readonly message: string
  readonly count: number
  readonly firstMs: number
  readonly lastMs: number
}

/** Errors of the same function with the same text, the most frequent first. */
export function groupErrors(entries: readonly LogEntry[]): ErrorGroup[] {
  const groups = new Map<string, ErrorGroup>()
  for (const entry of entries.filter(({ level }) => level === 'error')) {
    const message = messageOf(entry)
    const key = `${entry.source}\n${message}`
    const known = groups.get(key)
    groups.set(key, {
      source: entry.source,
      message,
      count: (known?.count ?? 0) + 1,
      firstMs: Math.min(known?.firstMs ?? Infinity, entry.timeMs),
      lastMs: Math.max(known?.lastMs ?? -Infinity, entry.timeMs),
    })
  }
  return [...groups.values()].toSorted((a, b) => b.count - a.count)
}

/** Numbers and ids differ from one occurrence to the next. */
function messageOf({ event, fields }: LogEntry): string {
  const text = textOf(fields['error'] ?? fields['message']) || `status ${textOf(fields['status'])}`
  const plain = text.replaceAll(/\b[0-9A-HJKMNP-TV-Z]{26}\b/g, '<id>').replaceAll(/\d{4,}/g, '<n>')
  return event === undefined ? plain : `${event}: ${plain}`
}

interface InvocationReport {
  readonly source: string
  readonly requestId: string | undefined
  readonly endMs: number
  readonly durationMs: number
  readonly cold: boolean
  readonly docs: number | undefined
}

/** The closing line of each invocation, which carries its time. */
export function invocationReports(entries: readonly LogEntry[]): InvocationReport[] {
  return entries.flatMap(({ source, requestId, timeMs, fields }) => {
    const { ms, cold, num_docs: docs } = fields
    if (typeof ms !== 'number') return []
    return [
      {
        source,
        requestId,
        endMs: timeMs,
        durationMs: ms,
        cold: cold === true,
        docs: typeof docs === 'number' ? docs : undefined,
      },
    ]
  })
}
