import type { JsonValue } from '../../engine/bytes/json.ts'
import type { Color, Style } from './style.ts'

/** How bad a log line is, from the worst to the least. */
type Severity = 'fatal' | 'error' | 'warn' | 'info' | 'debug'

const SEVERITY_COLORS = {
  fatal: 'magenta',
  error: 'red',
  warn: 'yellow',
  info: 'green',
  debug: 'blue',
} as const satisfies Readonly<Record<Severity, Color>>

/** The last part of a path, without case and separators: `log.level`, `SeverityText`, `@l`. */
const LEVEL_NAMES = new Set(
  'level lvl l levelname levelno loglevel severity severitytext severitynumber severitylevel syslogseverity priority'.split(
    ' ',
  ),
)

export function isLevelField(path: string): boolean {
  const last = path.split('.').at(-1) ?? ''
  const name = last.toLowerCase().replaceAll(/[_\-\s@]/g, '')
  // A lone letter is a level only as Serilog writes it.
  return LEVEL_NAMES.has(name) && (name !== 'l' || last === '@l')
}

/** Of syslog, log4j, Java, Python, Go, .NET, Postgres, Android and OpenTelemetry, which adds 1 to 4. */
const WORDS: readonly (readonly [severity: Severity, words: RegExp])[] = [
  ['fatal', /^(emerg|emergency|alert|crit|critical|fatal|panic|dpanic|assert|f)\d?$/],
  ['error', /^(error|err|eror|severe|failure|e)\d?$/],
  ['warn', /^(warn|warning|wrn|w)\d?$/],
  ['info', /^(info|information|informational|inf|notice|log|success|i|n)\d?$/],
  ['debug', /^(debug|dbg|trace|trc|verbose|vrb|fine|finer|finest|config|d|t|v)\d?$/],
]

/** Numbers up to this are of syslog, where 0 is the worst; above it they are steps of ten. */
const SYSLOG_MAX = 7
const SYSLOG: Readonly<Record<number, Severity>> = {
  0: 'fatal',
  1: 'fatal',
  2: 'fatal',
  3: 'error',
  4: 'warn',
  5: 'info',
  6: 'info',
  7: 'debug',
}

/** What the value of a level field says; undefined for other fields and for words that say nothing. */
export function severityOf(path: string, value: JsonValue | undefined): Severity | undefined {
  if (!isLevelField(path)) return undefined
  if (typeof value === 'string') {
    const word = value.trim().toLowerCase()
    return /^\d+$/.test(word)
      ? severityOfNumber(path, Number(word))
      : WORDS.find(([, words]) => words.test(word))?.[0]
  }
  return typeof value === 'number' ? severityOfNumber(path, value) : undefined
}

function severityOfNumber(path: string, number: number): Severity | undefined {
  if (!Number.isInteger(number) || number < 0) return undefined
  // OpenTelemetry counts up in steps of four.
  if (/number$/i.test(path)) return ofSteps(number, [9, 13, 17, 21])
  // Python's own name; its 30 is a warning where others have information.
  if (/no$/i.test(path)) return ofSteps(number, [20, 30, 40, 50])
  return number <= SYSLOG_MAX ? SYSLOG[number] : ofSteps(number, [30, 40, 50, 60])
}

/** The least numbers of information, warnings, errors and the fatal. */
function ofSteps(number: number, [info, warn, error, fatal]: readonly number[]): Severity {
  if (number >= (fatal ?? Infinity)) return 'fatal'
  if (number >= (error ?? Infinity)) return 'error'
  if (number >= (warn ?? Infinity)) return 'warn'
  return number >= (info ?? Infinity) ? 'info' : 'debug'
}

interface Cell {
  readonly path: string
  readonly value: JsonValue | undefined
}

/** A level in its colour; any other text as it is. */
export function paintedLevel(text: string, { path, value }: Cell, { paint }: Style): string {
  const severity = severityOf(path, value)
  return severity === undefined ? text : paint[SEVERITY_COLORS[severity]](text)
}

/** Colours of a field's values beside each other; undefined: any that is left. */
export function seriesColors(path: string, values: readonly string[]): (Color | undefined)[] {
  const taken = new Set<Color>()
  return values.map((value) => {
    const severity = severityOf(path, value)
    const color = severity === undefined ? undefined : SEVERITY_COLORS[severity]
    if (color === undefined || taken.has(color)) return undefined
    taken.add(color)
    return color
  })
}
