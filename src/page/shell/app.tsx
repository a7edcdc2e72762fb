import { DropTarget } from '../drop/drop-target.tsx'
import { catalogFailure, indexes, indexFacts } from '../state/catalog.ts'
import { navigate, viewState } from '../state/store.ts'
import { visibleText } from '../format/visible.ts'
import { FailureNote } from '../search/failure-note.tsx'
import { WordsPanel } from '../words/words-panel.tsx'
import { ApiKeyDialog } from './api-key-dialog.tsx'
import { Header } from './header.tsx'
import { KeysDialog } from './keys.tsx'
import { MenuLayer } from './menu.tsx'
import { SCREENS } from './screens.tsx'

export function App() {
  const screen = SCREENS.find(({ view }) => view === viewState.value.view)
  const Draw = screen?.draw
  // The list of indexes, and what is about all of them, need none.
  const isMissing =
    screen?.view !== 'indexes' &&
    screen?.view !== 'cost' &&
    viewState.value.index !== '' &&
    indexes.value !== undefined &&
    indexFacts.value === undefined
  return (
    <>
      <Header />
      <ApiKeyDialog />
      <main>
        {catalogFailure.value !== undefined && <FailureNote error={catalogFailure.value} />}
        {indexes.value?.length === 0 && (
          <p class="empty">
            There is no index yet. Drop a file here, or <code>qw-lambda ingest FILE</code>.
          </p>
        )}
        {isMissing ? <MissingIndex /> : Draw !== undefined && <Draw />}
        <MenuLayer />
      </main>
      <WordsPanel />
      <DropTarget />
      <KeysDialog />
    </>
  )
}

/** A link may be older than what it names. */
function MissingIndex() {
  const first = indexes.value?.[0]
  return (
    <p class="empty" role="alert">
      There is no index <code>{visibleText(viewState.value.index)}</code>.{' '}
      {first !== undefined && (
        <button type="button" onClick={() => navigate({ index: first.id, columns: [] })}>
          Look at {first.id}
        </button>
      )}
    </p>
  )
}
