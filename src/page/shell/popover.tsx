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
  const panel = useRef<HTMLDivElement>(null)
  const close = (): void => {
    isOpen.value = false
    button.current?.focus()
  }
  useEffect(() => {
    if (!isOpen.value) return
    keepInSight(panel.current)
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
        <div class="popover" ref={panel} role="dialog" aria-label={title}>
          {children(close)}
        </div>
      )}
    </div>
  )
}

const MARGIN_PX = 8

/** Moved sideways as far as it would stand out of the window. */
function keepInSight(panel: HTMLElement | null): void {
  if (panel === null) return
  const { left, right } = panel.getBoundingClientRect()
  const tooFar = Math.max(0, right - (document.documentElement.clientWidth - MARGIN_PX))
  const shift = Math.max(0, MARGIN_PX - left) - tooFar
  if (shift !== 0) panel.style.transform = `translateX(${shift}px)`
}
