import { useSignal } from '@preact/signals'
import { useEffect, useId, useRef } from 'preact/hooks'
import { answerKey, keyQuestion } from '../api/key.ts'

/** Asks for the API's key when a request was refused for want of it. */
export function ApiKeyDialog() {
  const question = keyQuestion.value
  return question === undefined ? null : <Question wasRefused={question.wasRefused} />
}

function Question({ wasRefused }: { readonly wasRefused: boolean }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const typed = useSignal('')
  const id = useId()
  useEffect(() => dialog.current?.showModal(), [])
  const submit = (event: Event): void => {
    event.preventDefault()
    answerKey(typed.value.trim())
  }
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby={`${id}-title`}
      onClose={() => answerKey('')}
    >
      <form onSubmit={submit}>
        <h2 id={`${id}-title`}>API key</h2>
        <p>
          {wasRefused ? 'This key was refused. ' : ''}It is kept until this tab is closed, and
          nowhere else. <code>qw-lambda api-key show</code> prints that of a deployment.
        </p>
        <label class="field" for={`${id}-key`}>
          Key
        </label>
        <input
          id={`${id}-key`}
          type="password"
          value={typed}
          autocomplete="off"
          onInput={(event) => {
            typed.value = event.currentTarget.value
          }}
        />
        <div class="dialog-end">
          <button type="button" onClick={() => answerKey('')}>
            Cancel
          </button>
          <button type="submit" disabled={typed.value.trim() === ''}>
            Use it
          </button>
        </div>
      </form>
    </dialog>
  )
}
