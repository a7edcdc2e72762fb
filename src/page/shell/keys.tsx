import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'

/** What a key does; `keys` as the list of keys shows them. */
interface KeyBinding {
  readonly key: string
  readonly says: string
  readonly act: () => void
}

const bindings = signal<readonly KeyBinding[]>([])
const isHelpOpen = signal(false)

/** The keys of a view, while it is shown. Returns what takes them away. */
export function bindKeys(own: readonly KeyBinding[]): () => void {
  bindings.value = own
  return () => {
    bindings.value = []
  }
}

/** Listens on the whole page; whoever types text types text. */
export function followKeys(): void {
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
    // A dialog has keys of its own, Escape above all.
    if (document.querySelector('dialog[open]') !== null) return
    const target = event.target
    const isTyping =
      target instanceof HTMLInputElement ||
      target instanceof HTMLTextAreaElement ||
      target instanceof HTMLSelectElement
    if (isTyping && event.key !== 'Escape') return
    if (event.key === '?') {
      isHelpOpen.value = true
      return
    }
    const binding = bindings.value.find(({ key }) => key === event.key)
    if (binding === undefined) return
    event.preventDefault()
    binding.act()
  })
}

export function KeysButton() {
  return (
    <button
      type="button"
      class="quiet"
      aria-label="Keys"
      title="Keys (?)"
      onClick={() => (isHelpOpen.value = true)}
    >
      ?
    </button>
  )
}

/** The list of keys; stands once in the page. */
export function KeysDialog() {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (isHelpOpen.value) dialog.current?.showModal()
  }, [isHelpOpen.value])
  if (!isHelpOpen.value) return null
  return (
    <dialog
      ref={dialog}
      class="keys"
      aria-label="Keys"
      onClose={() => (isHelpOpen.value = false)}
      onClick={(event) => {
        if (event.target === event.currentTarget) dialog.current?.close()
      }}
    >
      <h2>Keys</h2>
      <dl>
        {bindings.value.map(({ key, says }) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{says}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>?</kbd>
          </dt>
          <dd>this list</dd>
        </div>
      </dl>
      <button type="button" onClick={() => dialog.current?.close()}>
        Close
      </button>
    </dialog>
  )
}
