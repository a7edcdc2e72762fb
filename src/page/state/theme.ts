import { computed, effect, signal } from '@preact/signals'
import { store, stored } from './store.ts'

type Theme = 'system' | 'light' | 'dark'
const THEMES: readonly Theme[] = ['system', 'light', 'dark']

export const theme = signal<Theme>('system')

const isSystemDark = signal(false)

/** What is shown: who draws on a canvas draws again when it changes. */
export const isDark = computed(() =>
  theme.value === 'system' ? isSystemDark.value : theme.value === 'dark',
)

/** Keeps the choice in this browser; the style sheet looks at `data-theme`. */
export function followTheme(): void {
  const system = matchMedia('(prefers-color-scheme: dark)')
  isSystemDark.value = system.matches
  system.addEventListener('change', () => {
    isSystemDark.value = system.matches
  })
  theme.value = THEMES.find((each) => each === stored('theme')) ?? 'system'
  effect(() => {
    document.documentElement.dataset['theme'] = isDark.value ? 'dark' : 'light'
  })
  effect(() => store('theme', theme.value))
}

export function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? 'system'
}
