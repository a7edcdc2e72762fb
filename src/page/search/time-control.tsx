import { useSignal } from '@preact/signals'
import { Popover } from '../shell/popover.tsx'
import { navigate, viewState } from '../state/store.ts'
import { zoneName } from '../time/format.ts'
import { QUICK_RANGES, rangeLabel, resolveRange, type WrittenRange } from '../time/range.ts'
import { shownLabel } from './time-label.ts'

/** Which stretch of time is looked at: one of the usual ones, or whatever can be written. */
export function TimeControl() {
  const { from, to, tz } = viewState.value
  return (
    <Popover label={shownLabel({ from, to }, tz)} title="Time range">
      {(close) => <TimeChoice close={close} />}
    </Popover>
  )
}

function choose({ from, to }: WrittenRange): void {
  navigate({ from, to, doc: undefined })
}

function TimeChoice({ close }: { readonly close: () => void }) {
  const { from, to, tz } = viewState.value
  const draft = useSignal({ from: from ?? '', to: to ?? '' })
  const fault = useSignal<string | undefined>(undefined)
  const apply = (event: Event): void => {
    event.preventDefault()
    const range = {
      from: draft.value.from.trim() || undefined,
      to: draft.value.to.trim() || undefined,
    }
    try {
      resolveRange(range, Date.now(), tz)
    } catch (error) {
      fault.value = error instanceof Error ? error.message : String(error)
      return
    }
    choose(range)
    close()
  }
  return (
    <div class="time-choice">
      <ul>
        {QUICK_RANGES.map(({ label, range }) => (
          <li key={label}>
            <button
              type="button"
              class="quiet"
              aria-pressed={rangeLabel({ from, to }) === label}
              onClick={() => {
                choose(range)
                close()
              }}
            >
              {label}
            </button>
          </li>
        ))}
      </ul>
      <form onSubmit={apply}>
        {(['from', 'to'] as const).map((end) => (
          <label key={end}>
            {end === 'from' ? 'From' : 'To'}
            <input
              type="text"
              value={draft.value[end]}
              placeholder={end === 'from' ? 'the first document' : 'the last document'}
              spellcheck={false}
              autocomplete="off"
              onInput={(event) => {
                draft.value = { ...draft.value, [end]: event.currentTarget.value }
              }}
            />
          </label>
        ))}
        {fault.value !== undefined && <p class="fault">{fault.value}</p>}
        <p class="soft">
          <code>now-15m</code>, <code>2026-11-23</code>, <code>2026-11-23 04:00</code> or RFC 3339.
          Without a zone: {zoneName(tz, Date.now())}.
        </p>
        <button type="submit" class="primary">
          Apply
        </button>
      </form>
    </div>
  )
}
