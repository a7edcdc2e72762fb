import { randomInt } from 'node:crypto'
import type { Style } from './style.ts'

/**
 * What keeps data from acting on a terminal. Texts that are printed come from documents, field and
 * file names, servers and AWS; any of them may hold escape sequences. Our own colours are told apart
 * from theirs by a mark that nobody outside this process can guess: a last parameter of each colour
 * sequence, which every measure of a text's width passes over like the rest of it.
 */
const MARK = `;${randomInt(1_000_000, 10_000_000)}m`

// oxlint-disable no-control-regex -- these are what must not reach a terminal

/** A colour sequence, with or without the mark. */
const COLOR = /\u001b\[(\d+)m/g
const MARKED = new RegExp(String.raw`\u001b\[(\d+)${MARK}`, 'g')
/**
 * Everything that a terminal acts on or that turns the reading order around, but for line feeds, tabs
 * and our own colours: C0, DEL and C1, bidirectional controls, Unicode's line separators.
 */
const ACTING = new RegExp(
  String.raw`(?!\u001b\[\d+${MARK})[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]`,
  'g',
)
// oxlint-enable no-control-regex

/** Colour sequences of our own painting, marked as such. */
export function marked(painted: string): string {
  return painted.replaceAll(COLOR, (_, code: string) => `\u001B[${code}${MARK}`)
}

/** Marked colours as a terminal takes them. */
export function unmarked(text: string): string {
  return text.replaceAll(MARKED, (_, code: string) => `\u001B[${code}m`)
}

/**
 * The text with everything that would act shown as a sign; marked colours stay. Doing it twice changes
 * nothing, so whoever measures a text does it before and the terminal's writer does it again.
 */
export function visible(text: string, { ascii }: Pick<Style, 'ascii'>): string {
  return text.replaceAll(/\r\n/g, '\n').replaceAll(ACTING, (char) => signOf(char, ascii))
}

/** `␛` for an escape; what has no picture as JSON would write it, which leaves JSON what it was. */
function signOf(char: string, ascii: boolean): string {
  const code = char.charCodeAt(0)
  if (code < 0x20 && !ascii) return String.fromCharCode(0x2400 + code)
  return String.raw`\u${code.toString(16).padStart(4, '0')}`
}

/** The last step before a terminal: nothing but our own colours acts. */
export function forTerminal(text: string, style: Pick<Style, 'ascii'>): string {
  return unmarked(visible(text, style))
}
