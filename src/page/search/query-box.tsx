import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { navigate, viewState } from '../state/store.ts'
import { TimeControl } from './time-control.tsx'

interface QueryBoxProps {
  readonly isRunning: boolean
  /** The same again. */
  readonly onAgain: () => void
  readonly onStop: () => void
}

export const QUERY_INPUT_ID = 'query'

/** The query as it is typed; Enter asks. */
export function QueryBox({ isRunning, onAgain, onStop }: QueryBoxProps) {
  const asked = viewState.value.query
  const draft = useSignal(asked)
  // Another way to the query than typing: a link, the back button, a click on a value.
  useEffect(() => {
    draft.value = asked
  }, [asked, draft])

  const submit = (event: Event): void => {
    event.preventDefault()
    const query = draft.value.trim()
    if (query === asked) onAgain()
    else navigate({ query, doc: undefined })
  }
  return (
    <form class="query-form" role="search" onSubmit={submit}>
      <input
        id={QUERY_INPUT_ID}
        class="query-input"
        type="text"
        value={draft}
        onInput={(event) => {
          draft.value = event.currentTarget.value
        }}
        placeholder="status:>499 AND path:/api*"
        aria-label="Query"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
      />
      <TimeControl />
      {isRunning ? (
        <button type="button" class="primary" onClick={onStop}>
          Stop
        </button>
      ) : (
        <button type="submit" class="primary">
          Search
        </button>
      )}
    </form>
  )
}
