import { viewState } from '../state/store.ts'
import { showDoc } from './doc-store.ts'
import { activeRow, hits } from './search-store.ts'

/** Up or down as far as there are hits; an open document follows. */
export function moveActive(step: number): void {
  const last = hits.value.length - 1
  if (last < 0) return
  const from = activeRow.value ?? (step > 0 ? -1 : 0)
  activeRow.value = Math.max(0, Math.min(last, from + step))
  const hit = hits.value[activeRow.value]
  if (hit !== undefined && viewState.value.doc !== undefined) showDoc(hit, 'replace')
}
