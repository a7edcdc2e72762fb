import { ApiError } from '../api/client.ts'
import { visibleText } from '../format/visible.ts'
import { placeInQuery, reasonOf, wrongPlace } from './wrong-place.ts'

interface FailureNoteProps {
  readonly error: Error
  /** What was asked, to point at the place that is wrong. */
  readonly query?: string
}

/** An error as the terminal says it: where, what, and the way out. */
export function FailureNote({ error, query }: FailureNoteProps) {
  const { fix, length } = error instanceof ApiError ? error : {}
  const position =
    query !== undefined && error instanceof ApiError ? placeInQuery(error, query) : undefined
  const place =
    query === undefined || position === undefined ? undefined : wrongPlace(query, position, length)
  return (
    <div class="failure" role="alert">
      {place !== undefined && (
        <pre>
          {visibleText(place.before)}
          <span class="wrong">{visibleText(place.wrong)}</span>
          {visibleText(place.after)}
        </pre>
      )}
      <p>{visibleText(reasonOf(error.message, query ?? ''))}</p>
      {fix !== undefined && <p class="fix">{visibleText(fix)}</p>}
    </div>
  )
}
