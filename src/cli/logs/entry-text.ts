import type { Style } from '../format/style.ts'
import { formatTime, type Zone } from '../format/time.ts'
import { textOf, type LogEntry } from './log-entry.ts'

const SOURCE_COLORS = {
  indexer: 'cyan',
  searcher: 'green',
  generator: 'magenta',
  api: 'blue',
} as const
const SOURCE_WIDTH = 'generator'.length
/** Identifiers that only tell lines apart; `--raw` shows them. */
const HIDDEN = new Set(['runId', 'splitIds', 'rejectedKeys', 'body_bytes'])

interface EntryView {
  readonly style: Style
  readonly zone: Zone
  readonly timestamps: boolean
}

/** `2026-11-23 04:00:05.123  indexer    source uri=… docs=100000` */
export function entryText(entry: LogEntry, { style, zone, timestamps }: EntryView): string {
  const { paint } = style
  const color =
    Object.entries(SOURCE_COLORS).find(([name]) => name === entry.source)?.[1] ?? 'white'
  const time = timestamps ? `${paint.dim(formatTime(entry.timeMs, zone, 'auto').padEnd(23))}  ` : ''
  const source = paint[color](entry.source.padEnd(SOURCE_WIDTH))
  const said = [entry.event, ...fieldTexts(entry)].filter((part) => part !== undefined).join(' ')
  const marked =
    entry.level === 'error' ? paint.red(said) : entry.level === 'warn' ? paint.yellow(said) : said
  return `${time}${source}  ${marked}\n`
}

function fieldTexts({ fields }: LogEntry): string[] {
  return Object.entries(fields)
    .filter(([name, value]) => !HIDDEN.has(name) && !isEmpty(value))
    .map(([name, value]) => (name === 'message' ? textOf(value) : `${name}=${valueText(value)}`))
}

function isEmpty(value: unknown): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

function valueText(value: unknown): string {
  if (typeof value === 'number') {
    return String(Number.isInteger(value) ? value : Number(value.toFixed(1)))
  }
  const text = textOf(value)
  return /\s/.test(text) ? JSON.stringify(text) : text
}
