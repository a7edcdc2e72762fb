import { effect, signal, untracked } from '@preact/signals'
import { listFields, type ListedField } from '../api/list-fields.ts'
import { indexFacts } from './catalog.ts'

/** What the index's splits hold, the declared fields first; empty until it is known. */
export const fields = signal<readonly ListedField[]>([])

/** Why they are not known. */
export const fieldsFailure = signal<Error | undefined>(undefined)

/** Asks again for each index that is looked at. Returns what ends that. */
export function followFields(): () => void {
  return effect(() => {
    const index = indexFacts.value
    untracked(() => {
      fields.value = []
      fieldsFailure.value = undefined
    })
    if (index === undefined) return
    const control = new AbortController()
    listFields(index.id, control.signal).then(
      (listed) => {
        fields.value = listed
      },
      // Without them there is less to choose from; only the view that lists them says so.
      (error: unknown) => {
        if (control.signal.aborted) return
        fieldsFailure.value = error instanceof Error ? error : new Error(String(error))
      },
    )
    return () => control.abort()
  })
}
