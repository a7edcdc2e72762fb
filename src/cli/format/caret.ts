import stringWidth from 'string-width'
import type { Style } from './style.ts'

/** Characters of the line shown on either side of the mistake. */
const CONTEXT = 60

/** The line of what was typed that holds `position` (in UTF-16 units), and a caret under that place. */
export function caretUnder(
  text: string,
  position: number,
  { ascii }: Pick<Style, 'ascii'>,
): string {
  const at = Math.min(position, text.length)
  const lineStart = text.lastIndexOf('\n', at - 1) + 1
  const lineEnd = text.indexOf('\n', at)
  const line = text.slice(lineStart, lineEnd < 0 ? text.length : lineEnd)
  const column = at - lineStart
  const from = Math.max(0, column - CONTEXT)
  const dots = ascii ? '...' : '…'
  const before = `${from > 0 ? dots : ''}${line.slice(from, column)}`
  const after = line.slice(column, column + CONTEXT)
  const shown = before + after + (line.length > column + CONTEXT ? dots : '')
  return `${shown}\n${' '.repeat(stringWidth(before))}^`
}
