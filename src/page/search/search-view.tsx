import { useEffect } from 'preact/hooks'
import { FailureNote } from './failure-note.tsx'
import { HistogramView } from './histogram-view.tsx'
import { HitsTable } from './hits-table.tsx'
import { QueryBox } from './query-box.tsx'
import {
  elapsedMs,
  failure,
  followSearch,
  searchAgain,
  status,
  stopSearch,
  total,
} from './search-store.ts'

export function SearchView() {
  useEffect(followSearch, [])
  return (
    <section class="search" aria-label="Search">
      <QueryBox isRunning={status.value === 'running'} onAgain={searchAgain} onStop={stopSearch} />
      {failure.value !== undefined && <FailureNote error={failure.value} />}
      <p class="facts" role="status">
        {facts()}
      </p>
      <HistogramView />
      <HitsTable />
    </section>
  )
}

function facts(): string {
  if (status.value === 'stopped') return 'Stopped.'
  if (total.value === undefined || status.value === 'failed') return ''
  const hits = `${total.value.toLocaleString('en')} ${total.value === 1 ? 'hit' : 'hits'}`
  return elapsedMs.value === undefined ? hits : `${hits} · ${Math.round(elapsedMs.value)} ms`
}
