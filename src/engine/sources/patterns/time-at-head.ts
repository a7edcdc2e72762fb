import {
  bsdTime,
  clfTime,
  ctimeTime,
  dayFirstTime,
  epochTime,
  halfDayTime,
  isoTime,
  numberedTime,
  slashedTime,
} from './times.ts'

/** No time is looked for behind these characters. */
const HEAD_CHARS = 64
/** Words that may stand in front of the time: a level, a program, a process. */
const WORDS_BEFORE = 2

const CLOCK = String.raw`\d\d:\d\d:\d\d`
const MONTH = '[A-Z][a-z]{2}'
/** What a time looks like before it is read, at a place of the line. */
const SHAPE = new RegExp(
  [
    // The comma of a table is none of a fraction: that has digits by threes.
    String.raw`\d{4}-\d\d-\d\d(?:T| {1,2})${CLOCK}(?:\.\d{1,9}|,(?:\d{3}){1,3})?(?: ?(?:Z|UTC|[+-]\d\d(?::?\d\d)?))?`,
    String.raw`\d{4}(?:/\d\d/|\.\d\d\.)\d\d ${CLOCK}(?:\.\d{1,9})?`,
    String.raw`\d\d/${MONTH}/\d{4}:${CLOCK}(?:\.\d{1,9})? [+-]\d{4}`,
    String.raw`${MONTH} ${MONTH} [ \d]?\d ${CLOCK}(?:\.\d{1,9})? \d{4}`,
    String.raw`${MONTH} [ \d]?\d(?: \d{4})? ${CLOCK}(?:\.\d{1,9})?`,
    String.raw`${MONTH} \d?\d, \d{4},? \d?\d:\d\d:\d\d\s[AP]M`,
    String.raw`\d\d(?: ${MONTH} |-${MONTH}-)\d{4} ${CLOCK}(?:\.\d{1,9})?(?: [+-]\d\d:?\d\d| [A-Z]{3})?`,
    String.raw`(?:[IWEF](?:\d{4})?\d{4}|\d\d-\d\d) ${CLOCK}\.\d{3,6}`,
    String.raw`\d{10}\.\d{3}`,
  ]
    .map((shape) => `${shape}(?=[\\s,:;|\\])]|$)`)
    .join('|'),
  'y',
)

/** What colours a terminal. */
// oxlint-disable-next-line no-control-regex -- it begins with one
const COLOURS = /\u001b\[[\d;]*m/g

interface TimeAtHead {
  /** As RFC 3339. */
  readonly time: string
  /** Whether words stand in front of it. */
  readonly isBehindWords: boolean
}

/**
 * The time at the head of a log line, in brackets or not, coloured or not; or behind a word or two, where
 * `mayBeBehindWords`. What is indented goes on with the line before.
 */
export function timeAtHead(
  line: string,
  { nowMs, mayBeBehindWords }: { readonly nowMs: number; readonly mayBeBehindWords: boolean },
): TimeAtHead | undefined {
  let head = line.slice(0, HEAD_CHARS)
  if (head.includes('\u001b')) head = line.slice(0, 2 * HEAD_CHARS).replaceAll(COLOURS, '')
  if (head.startsWith('\t')) return undefined
  let at = 0
  for (let words = 0; words <= (mayBeBehindWords ? WORDS_BEFORE : 0); words++) {
    const time = timeFrom(head, at, nowMs)
    if (time !== undefined) return { time, isBehindWords: words > 0 }
    const gap = head.indexOf(' ', at)
    if (gap <= 0) return undefined
    at = gap
    while (head[at] === ' ') at++
  }
  return undefined
}

function timeFrom(head: string, start: number, nowMs: number): string | undefined {
  const isBracket = head[start] === '[' || head[start] === '('
  SHAPE.lastIndex = isBracket ? start + 1 : start
  const text = SHAPE.exec(head)?.[0].replace('  ', ' ')
  if (text === undefined) return undefined
  return (
    isoTime(text) ??
    slashedTime(text) ??
    clfTime(text) ??
    ctimeTime(text) ??
    bsdTime(text, nowMs) ??
    halfDayTime(text) ??
    dayFirstTime(text) ??
    numberedTime(text, nowMs) ??
    epochTime(text)
  )
}
