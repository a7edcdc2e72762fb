import { useSignal } from '@preact/signals'
import { Popover } from '../shell/popover.tsx'
import { fields } from '../state/fields.ts'
import { navigate } from '../state/store.ts'
import { shownColumns } from './shown-columns.ts'
import { visibleText } from '../format/visible.ts'

/** Fields that the list shows before something is typed. */
const MAX_LISTED = 200

/** Which fields are columns. */
export function ColumnPicker() {
  return (
    <Popover label="Columns" title="Columns">
      {() => <ColumnChoice />}
    </Popover>
  )
}

function ColumnChoice() {
  const wanted = useSignal('')
  const columns = shownColumns.value
  const names = [...new Set([...columns, ...fields.value.map(({ name }) => name)])]
  const shown = names
    .filter((name) => name.toLowerCase().includes(wanted.value.trim().toLowerCase()))
    .slice(0, MAX_LISTED)
  const toggle = (name: string): void => {
    const next = columns.includes(name)
      ? columns.filter((column) => column !== name)
      : [...columns, name]
    navigate({ columns: next }, 'replace')
  }
  return (
    <div class="column-choice">
      <input
        type="search"
        aria-label="Find a field"
        placeholder="Find a field"
        value={wanted.value}
        onInput={(event) => (wanted.value = event.currentTarget.value)}
      />
      <ul>
        {shown.map((name) => (
          <li key={name}>
            <label>
              <input
                type="checkbox"
                checked={columns.includes(name)}
                onChange={() => toggle(name)}
              />
              {visibleText(name)}
            </label>
          </li>
        ))}
      </ul>
      <button type="button" onClick={() => navigate({ columns: [] }, 'replace')}>
        As the page chooses
      </button>
    </div>
  )
}
