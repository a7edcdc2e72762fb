import { indexes } from '../state/catalog.ts'
import { addressOf, navigate, viewState } from '../state/store.ts'
import { nextTheme, theme } from '../state/theme.ts'
import type { View } from '../state/view-state.ts'
import { KeysButton } from './keys.tsx'
import { SCREENS } from './screens.tsx'

export function Header() {
  const { tz } = viewState.value
  return (
    <header class="header">
      <h1>qw-lambda</h1>
      <IndexPicker />
      <nav class="tabs" aria-label="Views">
        {SCREENS.map(({ view, title }) => (
          <ViewLink key={view} view={view} title={title} />
        ))}
      </nav>
      <div class="header-end">
        <KeysButton />
        <button
          type="button"
          class="quiet"
          title="Show times in local time or in UTC"
          onClick={() => navigate({ tz: tz === 'utc' ? 'local' : 'utc' }, 'replace')}
        >
          {tz === 'utc' ? 'UTC' : 'Local time'}
        </button>
        <button
          type="button"
          class="quiet"
          title="Colours: system, light or dark"
          onClick={nextTheme}
        >
          {theme.value === 'system' ? 'Auto' : theme.value === 'dark' ? 'Dark' : 'Light'}
        </button>
      </div>
    </header>
  )
}

function IndexPicker() {
  const { index } = viewState.value
  const known = (indexes.value ?? []).map(({ id }) => id)
  // An index that a link names and nobody knows is still what the page tries to show.
  const ids = index === '' || known.includes(index) ? known : [index, ...known]
  return (
    <select
      class="index-picker"
      aria-label="Index"
      value={index}
      onChange={(event) =>
        navigate({
          index: event.currentTarget.value,
          columns: [],
          by: undefined,
          aggs: undefined,
          doc: undefined,
        })
      }
    >
      {ids.map((id) => (
        <option key={id} value={id}>
          {id}
        </option>
      ))}
    </select>
  )
}

/** A real link, so that it can be opened beside this view. */
function ViewLink({ view, title }: { readonly view: View; readonly title: string }) {
  const isHere = viewState.value.view === view
  return (
    <a
      href={addressOf({ view, doc: undefined })}
      aria-current={isHere ? 'page' : undefined}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
        event.preventDefault()
        navigate({ view, doc: undefined })
      }}
    >
      {title}
    </a>
  )
}
