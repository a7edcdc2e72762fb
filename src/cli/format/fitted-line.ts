import stringWidth from 'string-width'
import type { Style } from './style.ts'

// oxlint-disable-next-line no-control-regex -- the colour sequences that our own painting writes
const PAINT = /\u001b\[[0-9;]*m/g

/** One line cut to `width` screen columns; colours are kept and closed. */
export function fittedLine(line: string, width: number, style: Style): string {
  if (stringWidth(line) <= width) return line
  const sign = style.ascii ? '...' : '…'
  const room = width - sign.length
  let out = ''
  let used = 0
  let at = 0
  for (const match of [...line.matchAll(PAINT), undefined]) {
    const end = match?.index ?? line.length
    for (const char of line.slice(at, end)) {
      const charWidth = stringWidth(char)
      if (used + charWidth > room) {
        used = Infinity
        break
      }
      out += char
      used += charWidth
    }
    out += match?.[0] ?? ''
    at = end + (match?.[0].length ?? 0)
  }
  return out + sign
}
