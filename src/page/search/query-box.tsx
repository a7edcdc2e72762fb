import { batch, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { ApiError } from '../api/client.ts'
import { visibleText } from '../format/visible.ts'
import { hasTime } from '../state/catalog.ts'
import { navigate, viewState } from '../state/store.ts'
import { rememberQuery } from './query-history.ts'
import { remembered, suggest, type Choice } from './suggest.ts'
import { TimeControl } from './time-control.tsx'
import { placeInQuery } from './wrong-place.ts'

interface QueryBoxProps {
  readonly isRunning: boolean
  /** The same again. */
  readonly onAgain: () => void
  readonly onStop: () => void
  /** Of the last search, where it failed. */
  readonly error?: Error | undefined
}

export const QUERY_INPUT_ID = 'query'

/** The query as it is typed; Enter asks. */
export function QueryBox({ isRunning, onAgain, onStop, error }: QueryBoxProps) {
  const asked = viewState.value.query
  const draft = useSignal(asked)
  const input = useRef<HTMLInputElement>(null)
  const list = useChoices(input, draft)
  // Another way to the query than typing: a link, the back button, a click on a value.
  useEffect(() => {
    draft.value = asked
  }, [asked, draft])
  useMistakeUnderCursor(input, error)

  const submit = (event: Event): void => {
    event.preventDefault()
    list.close()
    const query = draft.value.trim()
    rememberQuery(query)
    if (query === asked) onAgain()
    else navigate({ query, doc: undefined })
  }
  const isOpen = list.choices.length > 0
  return (
    <form class="query-form" role="search" onSubmit={submit}>
      <div class="query-field">
        <input
          id={QUERY_INPUT_ID}
          class="query-input"
          ref={input}
          type="text"
          role="combobox"
          aria-label="Query"
          aria-autocomplete="list"
          aria-expanded={isOpen}
          aria-controls="query-choices"
          aria-activedescendant={list.active === undefined ? undefined : `choice-${list.active}`}
          aria-invalid={error !== undefined}
          value={draft}
          onInput={(event) => {
            draft.value = event.currentTarget.value
            void list.complete()
          }}
          onKeyDown={list.onKey}
          onBlur={list.close}
          placeholder="words, field:value, field:>5, AND, OR, NOT"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
        />
        <Choices list={list} />
      </div>
      {hasTime.value && <TimeControl />}
      {isRunning ? (
        // Keys: one element that turned from one into the other under a click would also submit.
        <button key="stop" type="button" class="primary" onClick={onStop}>
          Stop
        </button>
      ) : (
        <button key="search" type="submit" class="primary">
          Search
        </button>
      )}
    </form>
  )
}

interface ChoiceList {
  readonly choices: readonly Choice[]
  readonly active: number | undefined
  readonly choose: (choice: Choice) => void
}

function Choices({ list }: { readonly list: ChoiceList }) {
  return (
    <ul
      class="choices"
      id="query-choices"
      role="listbox"
      aria-label="Suggestions"
      hidden={list.choices.length === 0}
    >
      {list.choices.map((choice, i) => (
        <li
          key={choice.label}
          id={`choice-${i}`}
          role="option"
          aria-selected={list.active === i}
          // Before the box loses the keyboard.
          onPointerDown={(event) => {
            event.preventDefault()
            list.choose(choice)
          }}
        >
          <span>{visibleText(choice.label)}</span>
          <span class="soft">{choice.detail}</span>
        </li>
      ))}
    </ul>
  )
}

/** The list under the box: what completes the query at the cursor, or what was asked before. */
function useChoices(
  input: { readonly current: HTMLInputElement | null },
  draft: { value: string },
) {
  const choices = useSignal<readonly Choice[]>([])
  const active = useSignal<number | undefined>(undefined)
  const round = useRef(0)

  const show = (found: readonly Choice[]): void => {
    batch(() => {
      choices.value = found
      active.value = undefined
    })
  }
  const close = (): void => {
    round.current++
    if (choices.value.length > 0) show([])
  }
  const complete = async (): Promise<void> => {
    const mine = ++round.current
    // Whoever types on and presses Enter before the answer is here means what was typed.
    active.value = undefined
    const element = input.current
    if (element === null) return
    const text = element.value
    const found = await suggest(text, element.selectionStart ?? text.length)
    // Whoever typed on meanwhile is answered by the later call.
    if (mine === round.current) show(found.filter((choice) => choice.text.trim() !== text.trim()))
  }
  const choose = (choice: Choice): void => {
    draft.value = choice.text
    const element = input.current
    if (element === null) return
    element.value = choice.text
    element.focus()
    element.setSelectionRange(choice.cursor, choice.cursor)
    void complete()
  }
  const move = (by: 1 | -1): void => {
    const last = choices.value.length - 1
    const next = (active.value ?? (by > 0 ? -1 : last + 1)) + by
    active.value = next < 0 || next > last ? undefined : next
  }
  const onKey = (event: KeyboardEvent): void => {
    const isOpen = choices.value.length > 0
    const chosen = active.value === undefined ? undefined : choices.value[active.value]
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      if (isOpen) move(event.key === 'ArrowDown' ? 1 : -1)
      else if (event.key === 'ArrowUp') show(remembered(draft.value))
      else void complete()
    } else if (event.key === 'Escape') {
      event.preventDefault()
      if (isOpen) close()
      else input.current?.blur()
    } else if ((event.key === 'Enter' || event.key === 'Tab') && chosen !== undefined) {
      event.preventDefault()
      choose(chosen)
    }
  }
  return { choices: choices.value, active: active.value, complete, choose, close, onKey }
}

/** After a query that was not understood, the cursor stands where it is wrong. */
function useMistakeUnderCursor(
  input: { readonly current: HTMLInputElement | null },
  error: Error | undefined,
): void {
  useEffect(() => {
    if (!(error instanceof ApiError)) return
    const position = placeInQuery(error, input.current?.value ?? '')
    if (position !== undefined && document.activeElement === input.current) {
      input.current?.setSelectionRange(position, position)
    }
  }, [error, input])
}
