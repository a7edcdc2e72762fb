const NEWLINE = 0x0a
const RETURN = 0x0d
const SPACE = 0x20

/**
 * Documents as they are stored, one on each line. One of a JSON file may stand on several lines; they end
 * between its tokens alone, and become spaces. What is left out stays as a line of spaces, so that no byte
 * behind it moves.
 */
export function docLines(
  docs: readonly Uint8Array[],
  isLeftOut: (place: number) => boolean = () => false,
): Uint8Array {
  const lines = new Uint8Array(docs.reduce((sum, doc) => sum + doc.length + 1, 0))
  let at = 0
  docs.forEach((doc, place) => {
    const end = at + doc.length
    if (isLeftOut(place)) lines.fill(SPACE, at, end)
    else {
      lines.set(doc, at)
      if (doc.includes(NEWLINE) || doc.includes(RETURN)) blankLineEnds(lines.subarray(at, end))
    }
    lines[end] = NEWLINE
    at = end + 1
  })
  return lines
}

function blankLineEnds(doc: Uint8Array): void {
  for (let i = 0; i < doc.length; i++) {
    if (doc[i] === NEWLINE || doc[i] === RETURN) doc[i] = SPACE
  }
}
