import { computed, effect } from '@preact/signals'
import { forgetExchanges } from '../api/exchanges.ts'
import { indexFacts } from '../state/catalog.ts'
import { viewState } from '../state/store.ts'
import { drawingOfView } from './view-drawing.ts'
import { commandWords } from './command-line.ts'
import { shellLine } from './shell-words.ts'

/** The command that shows in a terminal what the page shows. */
export const viewCommand = computed(() =>
  shellLine(
    commandWords(viewState.value, {
      nowMs: Date.now(),
      timestampField: indexFacts.value?.mapping.timestampField,
      drawing: drawingOfView.value,
    }),
  ),
)

/** What was asked before the view became another one belongs to it no longer. */
export function followCost(): void {
  let before = ''
  effect(() => {
    const { view, index, query, from, to, sort, by, aggs } = viewState.value
    const key = JSON.stringify([view, index, query, from, to, sort, by, aggs])
    if (key !== before) forgetExchanges()
    before = key
  })
}
