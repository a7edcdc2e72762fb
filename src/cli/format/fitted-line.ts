import stringWidth from 'string-width'
import type { Style } from './style.ts'
import { visible } from './visible.ts'

// oxlint-disable-next-line no-control-regex -- the colour sequences that our own painting writes
const PAINT = /\u001b\[[0-9;]*m/g
const FOREGROUND_END = '39'
const INTENSITY_END = '22'

/** One line cut to `width` screen columns; colours are kept and closed. */
export function fittedLine(text: string, width: number, style: Style): string {
  const line = visible(text, style)
  if (stringWidth(line) <= width) return line
  const sign = style.ascii ? '...' : '…'
  const room = width - sign.length
  let out = ''
  let used = 0
  for (const piece of piecesOf(line)) {
    if (piece.startsWith('\u001B')) {
      out += piece
      continue
    }
    const pieceWidth = stringWidth(piece)
    if (used + pieceWidth > room) used = Infinity
    else {
      out += piece
      used += pieceWidth
    }
  }
  return out + sign
}

/**
 * The text on lines of at most `width` screen columns, broken at spaces where that is possible. A
 * colour that goes on over a break is closed at the line's end and opened again.
 */
export function wrappedLines(text: string, width: number): string[] {
  const lines: string[] = []
  const open = new Map<string, string>()
  let line = ''
  let used = 0
  let word = ''
  let wordWidth = 0
  const breakLine = (): void => {
    lines.push(line.trimEnd() + [...open.keys()].join(''))
    line = [...open.values()].join('')
    used = 0
  }
  const placeWord = (): void => {
    if (used > 0 && used + wordWidth > width) breakLine()
    line += word
    used += wordWidth
    word = ''
    wordWidth = 0
  }
  for (const piece of piecesOf(text)) {
    if (piece.startsWith('\u001B')) {
      placeWord()
      line += piece
      remember(open, piece)
      continue
    }
    const pieceWidth = stringWidth(piece)
    // A word that is wider than the line is broken anywhere.
    if (wordWidth + pieceWidth > width) placeWord()
    if (wordWidth === 0 && used + pieceWidth > width) breakLine()
    word += piece
    wordWidth += pieceWidth
    if (piece === ' ') placeWord()
  }
  placeWord()
  return [...lines, line]
}

/** Keeps, for each kind of colour that is open, its end and its beginning. */
function remember(open: Map<string, string>, sequence: string): void {
  const code = /\d+/.exec(sequence)?.[0] ?? ''
  const rest = sequence.slice(2 + code.length)
  const end = (number: string): string => `\u001B[${number}${rest}`
  if (code === FOREGROUND_END || code === INTENSITY_END) open.delete(sequence)
  else open.set(end(code === '1' || code === '2' ? INTENSITY_END : FOREGROUND_END), sequence)
}

/** Colour sequences and the characters between them, as a reader sees characters. */
function* piecesOf(text: string): Generator<string> {
  let at = 0
  for (const match of text.matchAll(PAINT)) {
    yield* charactersOf(text.slice(at, match.index))
    yield match[0]
    at = match.index + match[0].length
  }
  yield* charactersOf(text.slice(at))
}

const SEGMENTER = new Intl.Segmenter()

function* charactersOf(text: string): Generator<string> {
  // oxlint-disable-next-line no-control-regex -- all but the plainest text has marks that join
  if (/^[\u0000-\u007f]*$/.test(text)) yield* text
  else for (const { segment } of SEGMENTER.segment(text)) yield segment
}
