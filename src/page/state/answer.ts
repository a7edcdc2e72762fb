import { useSignal } from '@preact/signals'
import { useCallback, useEffect, useRef } from 'preact/hooks'

interface Answer<T> {
  /** Of the newest question that was answered; stays while it is asked again. */
  readonly value: T | undefined
  readonly error: Error | undefined
  readonly isRunning: boolean
  readonly again: () => void
  /** Gives up what is asked; what was answered before stays. */
  readonly stop: () => void
}

/** Asks whenever the key changes, and again on demand; no answer to another key is ever shown. */
export function useAnswer<T>(key: string, ask: (signal: AbortSignal) => Promise<T>): Answer<T> {
  const answered = useSignal<{ readonly key: string; readonly value: T } | undefined>(undefined)
  const failed = useSignal<{ readonly key: string; readonly error: Error } | undefined>(undefined)
  const round = useSignal(0)
  const running = useSignal<AbortController | undefined>(undefined)
  const question = useRef(ask)
  question.current = ask
  useEffect(() => {
    const control = new AbortController()
    running.value = control
    const settle = async (): Promise<void> => {
      try {
        const value = await question.current(control.signal)
        if (control.signal.aborted) return
        answered.value = { key, value }
        failed.value = undefined
      } catch (error) {
        if (!control.signal.aborted) failed.value = { key, error: asError(error) }
      } finally {
        if (running.peek() === control) running.value = undefined
      }
    }
    void settle()
    return () => control.abort()
  }, [key, round.value, answered, failed, running])
  const again = useCallback(() => {
    round.value++
  }, [round])
  const stop = useCallback(() => running.peek()?.abort(), [running])
  return {
    value: answered.value?.key === key ? answered.value.value : undefined,
    error: failed.value?.key === key ? failed.value.error : undefined,
    isRunning: running.value !== undefined,
    again,
    stop,
  }
}

export interface Deed {
  readonly isRunning: boolean
  /** What came of it. */
  readonly said: string | undefined
  readonly error: Error | undefined
  /** Does one thing after the other: while one runs, another is not begun. */
  readonly run: (what: (signal: AbortSignal) => Promise<string>) => void
}

/** Something that is done once, when a person wants it; given up when its part of the page goes. */
export function useDeed(): Deed {
  const state = useSignal<Omit<Deed, 'run'>>({
    isRunning: false,
    said: undefined,
    error: undefined,
  })
  const control = useRef<AbortController | undefined>(undefined)
  useEffect(() => () => control.current?.abort(), [])
  const run = useCallback(
    (what: (signal: AbortSignal) => Promise<string>) => {
      if (state.peek().isRunning) return
      const mine = new AbortController()
      control.current = mine
      state.value = { isRunning: true, said: undefined, error: undefined }
      const settle = async (): Promise<void> => {
        try {
          const said = await what(mine.signal)
          state.value = { isRunning: false, said, error: undefined }
        } catch (error) {
          state.value = { isRunning: false, said: undefined, error: asError(error) }
        }
      }
      void settle()
    },
    [state],
  )
  return { ...state.value, run }
}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
