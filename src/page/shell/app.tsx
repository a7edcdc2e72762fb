import { DropTarget } from '../drop/drop-target.tsx'
import { catalogFailure, indexes } from '../state/catalog.ts'
import { viewState } from '../state/store.ts'
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
        {Draw !== undefined && <Draw />}
        <MenuLayer />
      </main>
      <WordsPanel />
      <DropTarget />
      <KeysDialog />
    </>
  )
}
