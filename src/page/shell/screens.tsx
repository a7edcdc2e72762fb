import type { ComponentType } from 'preact'
import { CostView } from '../cost/cost-view.tsx'
import { AggregateView } from '../aggregate/aggregate-view.tsx'
import { FieldsView } from '../fields/fields-view.tsx'
import { IndexesView } from '../indexes/indexes-view.tsx'
import { SearchView } from '../search/search-view.tsx'
import { TailView } from '../tail/tail-view.tsx'
import type { View } from '../state/view-state.ts'

interface Screen {
  readonly view: View
  readonly title: string
  readonly draw: ComponentType
}

/** What the page can show, in the order of its tabs. */
export const SCREENS: readonly Screen[] = [
  { view: 'search', title: 'Search', draw: SearchView },
  { view: 'fields', title: 'Fields', draw: FieldsView },
  { view: 'aggregate', title: 'Aggregate', draw: AggregateView },
  { view: 'tail', title: 'Tail', draw: TailView },
  { view: 'indexes', title: 'Indexes', draw: IndexesView },
  { view: 'cost', title: 'Cost', draw: CostView },
]
