import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'

interface ConfirmDialogProps {
  /** What will be done: `Delete mock-sales`. */
  readonly title: string
  /** What that means. */
  readonly children: ComponentChildren
  /** Has to be typed. */
  readonly name: string
  /** Of the button. */
  readonly action: string
  readonly onConfirm: () => void
  readonly onClose: () => void
}

/** Asks for a name to be typed before something goes that does not come back. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, children, name, action, onConfirm, onClose } = props
  const dialog = useRef<HTMLDialogElement>(null)
  const typed = useSignal('')
  const id = useId()
  // Before anything more can be typed.
  useLayoutEffect(() => dialog.current?.showModal(), [])
  const isRight = typed.value === name
  const submit = (event: Event): void => {
    event.preventDefault()
    if (!isRight) return
    onConfirm()
    onClose()
  }
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby={`${id}-title`} onClose={onClose}>
      <form onSubmit={submit}>
        <h2 id={`${id}-title`}>{title}</h2>
        <p>{children}</p>
        <label class="field" for={`${id}-name`}>
          Type <code>{name}</code> to go on
        </label>
        <input
          id={`${id}-name`}
          type="text"
          value={typed}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          onInput={(event) => {
            typed.value = event.currentTarget.value
          }}
        />
        <div class="dialog-end">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="danger" disabled={!isRight}>
            {action}
          </button>
        </div>
      </form>
    </dialog>
  )
}
