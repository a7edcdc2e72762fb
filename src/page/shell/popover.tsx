import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

interface PopoverProps {
  /** On the button that opens it. */
  readonly label: string
  /** What the button is about, where the label alone does not say it. */
  readonly title: string
  readonly children: (close: () => void) => ComponentChildren
}

/** A button and what it opens; Escape, or a press anywhere else, closes it. */
export function Popover({ label, title, children }: PopoverProps) {
  const isOpen = useSignal(false)
  const root = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const close = (): void => {
    isOpen.value = false
    button.current?.focus()
  }
  useEffect(() => {
    if (!isOpen.value) return
    const onPress = (event: Event): void => {
      if (event.target instanceof Node && root.current?.contains(event.target)) return
      isOpen.value = false
    }
    addEventListener('pointerdown', onPress)
    return () => removeEventListener('pointerdown', onPress)
  }, [isOpen.value, isOpen])
  return (
    <div
      class="popover-root"
      ref={root}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !isOpen.value) return
        event.stopPropagation()
        close()
      }}
    >
      <button
        type="button"
        ref={button}
        aria-expanded={isOpen.value}
        aria-label={`${title}: ${label}`}
        onClick={() => (isOpen.value = !isOpen.value)}
      >
        {label}
      </button>
      {isOpen.value && (
        <div class="popover" role="dialog" aria-label={title}>
          {children(close)}
        </div>
      )}
    </div>
  )
}
