import { useSignal } from '@preact/signals'
import { stringifyExact } from '../api/exact-json.ts'
import { navigate, viewState } from '../state/store.ts'
import { DocContext } from './doc-context.tsx'
import { openDoc } from './doc-store.ts'
import { DocTree } from './doc-tree.tsx'
import { moveActive } from './hit-cursor.ts'
import { shownTime } from './shown-time.ts'
import type { Hit } from './search-request.ts'
import { copy } from './value-menu.ts'
import { visibleText } from '../format/visible.ts'

const TABS = ['Fields', 'JSON', 'Around'] as const

/** The document that is open, beside the hits. */
export function DocPanel() {
  const doc = openDoc.value
  if (doc === undefined) return null
  return (
    <aside class="doc" aria-label="Document">
      {doc === 'loading' && <p class="empty">Looking for the document …</p>}
      {doc === 'missing' && <Missing />}
      {typeof doc === 'object' && <Doc hit={doc} />}
    </aside>
  )
}

export function closeDoc(): void {
  navigate({ doc: undefined })
  document.getElementById('hits')?.focus()
}

function CloseButton() {
  return (
    <button type="button" class="quiet" aria-label="Close document" title="Esc" onClick={closeDoc}>
      ✕
    </button>
  )
}

function Missing() {
  return (
    <>
      <div class="doc-head">
        <h2>Document</h2>
        <CloseButton />
      </div>
      <p class="empty">
        This link names a document that is not there any more, or that a merge has moved: search for
        its time to find it.
      </p>
    </>
  )
}

function Doc({ hit }: { readonly hit: Hit }) {
  const tab = useSignal<(typeof TABS)[number]>('Fields')
  const time = shownTime(hit, viewState.value.tz)
  const tabs = hit.time === undefined ? TABS.slice(0, 2) : TABS
  return (
    <>
      <div class="doc-head">
        <h2>{time === '' ? 'Document' : time}</h2>
        <button
          type="button"
          class="quiet"
          aria-label="Hit above"
          title="k"
          onClick={() => moveActive(-1)}
        >
          ↑
        </button>
        <button
          type="button"
          class="quiet"
          aria-label="Hit below"
          title="j"
          onClick={() => moveActive(1)}
        >
          ↓
        </button>
        <CloseButton />
      </div>
      <div class="doc-bar">
        {tabs.map((name) => (
          <button
            type="button"
            class="quiet"
            key={name}
            aria-pressed={tab.value === name}
            onClick={() => (tab.value = name)}
          >
            {name}
          </button>
        ))}
        <button
          type="button"
          class="quiet doc-copy"
          onClick={() => void copy(stringifyExact(hit.source, 2))}
        >
          Copy JSON
        </button>
      </div>
      <div class="doc-body" tabIndex={0} role="region" aria-label={tab.value}>
        {tab.value === 'Fields' && <DocTree document={hit.source} marked={hit.marked} />}
        {tab.value === 'JSON' && <pre>{visibleText(stringifyExact(hit.source, 2))}</pre>}
        {tab.value === 'Around' && <DocContext hit={hit} />}
      </div>
    </>
  )
}
