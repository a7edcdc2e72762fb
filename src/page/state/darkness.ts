import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'

/** Whether the system wants it dark: who draws on a canvas draws again when that changes. */
export function useDarkness() {
  const isDark = useSignal(false)
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)')
    const read = (): void => {
      isDark.value = query.matches
    }
    read()
    query.addEventListener('change', read)
    return () => query.removeEventListener('change', read)
  }, [isDark])
  return isDark
}
