import { signal } from '@preact/signals'

/** Where an API asks for a key it is asked of the person once, and kept in this variable alone: it is
 *  gone with the tab, and stands in no address, storage or cookie. */
let key = ''

interface KeyQuestion {
  /** The one that was given is not right. */
  readonly wasRefused: boolean
}

/** What the dialog asks; undefined: nothing. */
export const keyQuestion = signal<KeyQuestion | undefined>(undefined)

/** Requests that wait for an answer. */
let waiting: ((isGiven: boolean) => void)[] = []

export function currentKey(): string {
  return key
}

/** Whether there is another key to try than the one that was refused. Requests that ask at the same time
 *  are answered together. */
export async function otherKey(refused: string): Promise<boolean> {
  if (key !== refused) return true
  keyQuestion.value ??= { wasRefused: refused !== '' }
  return await new Promise((resolve) => waiting.push(resolve))
}

/** The person's answer; empty: none is given. */
export function answerKey(given: string): void {
  if (given !== '') key = given
  keyQuestion.value = undefined
  const answered = waiting
  waiting = []
  for (const resolve of answered) resolve(given !== '')
}
