import { useEffect } from 'preact/hooks'
import { bindKeys } from '../shell/keys.tsx'
import { viewState } from '../state/store.ts'
import { closeDoc, DocPanel } from './doc-panel.tsx'
import { followDoc, showDoc } from './doc-store.ts'
import { FailureNote } from './failure-note.tsx'
import { HistogramView } from './histogram-view.tsx'
import { moveActive } from './hit-cursor.ts'
import { HitsTable } from './hits-table.tsx'
import { QUERY_INPUT_ID, QueryBox } from './query-box.tsx'
import { ResultBar } from './result-bar.tsx'
import {
  activeRow,
  failure,
  followSearch,
  hits,
  searchAgain,
  status,
  stopSearch,
} from './search-store.ts'

export function SearchView() {
  useEffect(() => {
    const ends = [followSearch(), followDoc(), bindKeys(KEYS)]
    return () => {
      for (const end of ends) end()
    }
  }, [])
  return (
    <section class="search" aria-label="Search">
      <QueryBox
        isRunning={status.value === 'running'}
        error={failure.value}
        onAgain={searchAgain}
        onStop={stopSearch}
      />
      {failure.value !== undefined && (
        <FailureNote error={failure.value} query={viewState.value.query.trim()} />
      )}
      <ResultBar />
      <HistogramView />
      <div class="search-body">
        <HitsTable />
        <DocPanel />
      </div>
    </section>
  )
}

function openActive(): void {
  const hit = hits.value[activeRow.value ?? 0]
  if (hit !== undefined) showDoc(hit)
}

const KEYS = [
  { key: '/', says: 'type a query', act: () => document.getElementById(QUERY_INPUT_ID)?.focus() },
  { key: 'j', says: 'next hit', act: () => moveActive(1) },
  { key: 'k', says: 'hit before', act: () => moveActive(-1) },
  { key: 'o', says: 'open the hit (Enter in the table)', act: openActive },
  { key: 'Escape', says: 'close what is open', act: () => viewState.value.doc && closeDoc() },
  { key: 'r', says: 'search again', act: searchAgain },
]
