/** Around a word that was found: private use characters, which stand in no text of people. */
export const MARK_START = '\uE000'
export const MARK_END = '\uE001'

interface TextPart {
  readonly text: string
  readonly isMarked: boolean
}

/** A text with marks as its parts; none of them is empty. */
export function markedParts(text: string): readonly TextPart[] {
  const parts: TextPart[] = []
  const put = (part: string, isMarked: boolean): void => {
    const clean = part.replaceAll(MARK_END, '')
    if (clean !== '') parts.push({ text: clean, isMarked })
  }
  const [before = '', ...rest] = text.split(MARK_START)
  put(before, false)
  for (const piece of rest) {
    const end = piece.indexOf(MARK_END)
    put(end < 0 ? '' : piece.slice(0, end), true)
    put(end < 0 ? piece : piece.slice(end + 1), false)
  }
  return parts
}
