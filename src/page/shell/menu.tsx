import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'

export interface MenuItem {
  readonly label: string
  readonly act: () => void
}

interface OpenMenu {
  readonly title: string
  readonly items: readonly MenuItem[]
  readonly left: number
  readonly top: number
  /** Where the keyboard was, and goes back to. */
  readonly opener: Element | null
}
const open = signal<OpenMenu | undefined>(undefined)

/** Opens a menu under an element; one at a time. */
export function openMenu(anchor: Element, title: string, items: readonly MenuItem[]): void {
  const { left, bottom } = anchor.getBoundingClientRect()
  open.value = { title, items, left, top: bottom + 2, opener: document.activeElement }
}

function closeMenu(): void {
  const { opener } = open.value ?? {}
  open.value = undefined
  if (opener instanceof HTMLElement) opener.focus({ preventScroll: true })
}

/** Stands once in the page. */
export function MenuLayer() {
  return open.value === undefined ? null : <Menu key={open.value} menu={open.value} />
}

function Menu({ menu }: { readonly menu: OpenMenu }) {
  const root = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = root.current
    if (element === null) return
    const { width, height } = element.getBoundingClientRect()
    element.style.left = `${Math.max(8, Math.min(menu.left, innerWidth - width - 8))}px`
    element.style.top = `${Math.max(8, Math.min(menu.top, innerHeight - height - 8))}px`
    element.querySelector('button')?.focus()
    const onPress = (event: Event): void => {
      if (!(event.target instanceof Node && element.contains(event.target))) open.value = undefined
    }
    addEventListener('pointerdown', onPress)
    return () => removeEventListener('pointerdown', onPress)
  }, [menu])
  return (
    <div
      class="menu"
      ref={root}
      role="menu"
      aria-label={menu.title}
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.key === 'Escape' || event.key === 'Tab') {
          event.preventDefault()
          closeMenu()
        }
        if (event.key === 'ArrowDown') step(event, 1)
        if (event.key === 'ArrowUp') step(event, -1)
      }}
    >
      <p class="menu-title" aria-hidden="true">
        {menu.title}
      </p>
      {menu.items.map(({ label, act }) => (
        <button
          type="button"
          role="menuitem"
          key={label}
          onClick={() => {
            closeMenu()
            act()
          }}
        >
          {label}
        </button>
      ))}
    </div>
  )
}

function step(event: KeyboardEvent, by: 1 | -1): void {
  event.preventDefault()
  if (!(event.currentTarget instanceof Element)) return
  const buttons = [...event.currentTarget.querySelectorAll('button')]
  const at = buttons.findIndex((button) => button === document.activeElement)
  buttons[(at + by + buttons.length) % buttons.length]?.focus()
}
