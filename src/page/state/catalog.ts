import { computed, signal } from '@preact/signals'
import { listIndexes, type IndexFacts } from '../api/indexes.ts'
import { navigate, viewState } from './store.ts'

/** Every index by name; undefined until the first answer. */
export const indexes = signal<readonly IndexFacts[] | undefined>(undefined)
export const catalogFailure = signal<Error | undefined>(undefined)

/** The index that is looked at, once it is known. */
export const indexFacts = computed(() =>
  indexes.value?.find(({ id }) => id === viewState.value.index),
)

/** Whether documents of the index have a time; true also while that is not known. */
export const hasTime = computed(
  () => indexFacts.value === undefined || indexFacts.value.mapping.timestampField !== undefined,
)

/** Asks again for what there is; an address that names no index gets the first one. */
export async function loadCatalog(): Promise<void> {
  try {
    indexes.value = await listIndexes(AbortSignal.timeout(30_000))
    catalogFailure.value = undefined
  } catch (error) {
    catalogFailure.value = error instanceof Error ? error : new Error(String(error))
    return
  }
  const [first] = indexes.value
  if (viewState.value.index === '' && first !== undefined) navigate({ index: first.id }, 'replace')
}
