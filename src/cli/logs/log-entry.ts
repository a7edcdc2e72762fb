/** One line of a function's log, wherever it was kept. */
export interface LogEntry {
  readonly timeMs: number
  /** The function that wrote it: `indexer`, `searcher`, `generator`, `api`. */
  readonly source: string
  readonly level: LogLevel
  readonly requestId: string | undefined
  /** What happened, in one word, as our functions name it; undefined for text that is not ours. */
  readonly event: string | undefined
  /** The other fields, or the text itself under `message`. */
  readonly fields: Readonly<Record<string, unknown>>
  /** As it was written. */
  readonly raw: string
}

export const LOG_LEVELS = ['error', 'warn', 'info'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Fields that stand in the entry itself. */
const OWN = new Set(['time', 'source', 'request_id', 'event', 'level'])

interface LineOrigin {
  readonly source: string
  /** Where the line itself has no time. */
  readonly timeMs: number
}

/** Reads a line of ours (one JSON object) or takes any other as a message. */
export function parseLogLine(raw: string, origin: LineOrigin): LogEntry {
  const object = asObject(raw)
  const text = (name: string): string | undefined => {
    const value = object[name]
    return typeof value === 'string' ? value : undefined
  }
  const time = Date.parse(text('time') ?? '')
  const fields = Object.fromEntries(Object.entries(object).filter(([name]) => !OWN.has(name)))
  return {
    timeMs: Number.isNaN(time) ? origin.timeMs : time,
    source: text('source') ?? origin.source,
    level: levelOf(object, raw),
    requestId: text('request_id'),
    event: text('event'),
    fields,
    raw,
  }
}

function asObject(raw: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(raw)
    // An object that is no array has string keys.
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Readonly<Record<string, unknown>>
    }
  } catch {
    // Text that the platform wrote.
  }
  return { message: raw }
}

function levelOf(object: Readonly<Record<string, unknown>>, raw: string): LogLevel {
  const level = object['level']
  if (typeof level === 'string') {
    const known = LOG_LEVELS.find((name) => level.toLowerCase().startsWith(name))
    if (known !== undefined) return known
  }
  if (object['error'] !== undefined || /-failed$|-unreadable$/.test(textOf(object['event']))) {
    return 'error'
  }
  if (Number(object['status']) >= 500) return 'error'
  if (Number(object['status']) >= 400 || Number(object['num_rejected']) > 0) return 'warn'
  return /\b(ERROR|Task timed out)\b/.test(raw) && object['event'] === undefined ? 'error' : 'info'
}

/** A field as text; JSON for what is no text or number. */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
