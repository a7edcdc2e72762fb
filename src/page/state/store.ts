import { effect, signal, type ReadonlySignal } from '@preact/signals'
import { FIRST_VIEW, readViewState, writeViewState, type ViewState } from './view-state.ts'

const current = signal<ViewState>(FIRST_VIEW)

/** What the address says; changed by `navigate` alone. */
export const viewState: ReadonlySignal<ViewState> = current

/**
 * Changes the view and its address. `push` leaves the view before behind the browser's back button,
 * `replace` is for what is not worth a step.
 */
export function navigate(change: Partial<ViewState>, how: 'push' | 'replace' = 'push'): void {
  const next = { ...current.value, ...change }
  const search = writeViewState(next)
  if (search === writeViewState(current.value)) return
  const address = `${location.pathname}${search}`
  if (how === 'push') history.pushState(undefined, '', address)
  else history.replaceState(undefined, '', address)
  current.value = next
}

/** The address of another view, for links that may be opened beside this one. */
export function addressOf(change: Partial<ViewState>): string {
  return `${location.pathname}${writeViewState({ ...current.value, ...change })}`
}

/** The name of the tab, which a row of tabs is told apart by. */
function title({ view, index, query }: ViewState): string {
  const what = query === '' ? [] : [query.slice(0, 80)]
  return [...what, ...(index === '' ? [] : [index]), view, 'qw-lambda'].join(' · ')
}

/** Reads the address, from here on also when the browser goes back and forth. */
export function followAddress(): void {
  const read = (): void => {
    current.value = readViewState(location.search)
  }
  read()
  addEventListener('popstate', read)
  effect(() => {
    document.title = title(current.value)
  })
}

/** Of this browser; undefined also where it keeps nothing. */
export function stored(name: string): string | undefined {
  try {
    return localStorage.getItem(`qw-lambda.${name}`) ?? undefined
  } catch {
    return undefined
  }
}

/** A browser that keeps nothing still shows everything. */
export function store(name: string, value: string): void {
  try {
    localStorage.setItem(`qw-lambda.${name}`, value)
  } catch {
    // Full, or not allowed.
  }
}
