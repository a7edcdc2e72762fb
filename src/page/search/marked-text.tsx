import { markedParts } from './marks.ts'
import { visibleText } from '../format/visible.ts'

/** Text of a document, with the words that were found marked. */
export function MarkedText({ text }: { readonly text: string }) {
  const parts = markedParts(text)
  if (parts.every(({ isMarked }) => !isMarked)) return <>{visibleText(text)}</>
  return (
    <>
      {parts.map((part, i) =>
        part.isMarked ? (
          <mark key={i}>{visibleText(part.text)}</mark>
        ) : (
          <span key={i}>{visibleText(part.text)}</span>
        ),
      )}
    </>
  )
}
