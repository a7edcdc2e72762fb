import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { apiKey, wantsKey } from '../api/api-key.ts'
import { loadCatalog } from '../state/catalog.ts'

/** Asks for the API key where the API wants one; stands once in the page. */
export function KeyDialog() {
  return wantsKey.value ? <Ask /> : null
}

function Ask() {
  const dialog = useRef<HTMLDialogElement>(null)
  const draft = useSignal('')
  const wasRefused = apiKey.peek() !== undefined
  useEffect(() => dialog.current?.showModal(), [])
  const submit = (event: Event): void => {
    event.preventDefault()
    apiKey.value = draft.value.trim()
    wantsKey.value = false
    void loadCatalog()
  }
  return (
    <dialog
      ref={dialog}
      class="key-dialog"
      aria-label="API key"
      onClose={() => (wantsKey.value = false)}
    >
      <form onSubmit={submit}>
        <h2>API key</h2>
        <p>
          {wasRefused ? 'This key was refused. ' : ''}
          The API answers with a key alone. It is kept until this page is closed, and nowhere else.{' '}
          <code>qw-lambda api-key show</code> prints it.
        </p>
        <input
          type="password"
          aria-label="API key"
          autocomplete="off"
          value={draft.value}
          onInput={(event) => (draft.value = event.currentTarget.value)}
        />
        <button type="submit" class="primary">
          Continue
        </button>
      </form>
    </dialog>
  )
}
