import { fields } from '../state/fields.ts'
import { navigate, viewState } from '../state/store.ts'
import { bucketDetail, formatDuration, formatMs, type TimeZone } from '../time/format.ts'
import { widerRange } from '../time/range.ts'
import { ColumnPicker } from './column-picker.tsx'
import { DownloadMenu } from './download-menu.tsx'
import { partialNote } from './histogram.ts'
import {
  elapsedMs,
  hits,
  hoveredBucket,
  shownHistogram,
  status,
  total,
  type ShownHistogram,
} from './search-store.ts'

/** What was found, and how it is shown. */
export function ResultBar() {
  const shown = shownHistogram.value
  const bucket = hoveredBucket.value
  return (
    <div class="result-bar">
      <p role="status">{found()}</p>
      {shown !== undefined && <p class="bucket">{said(shown, bucket, viewState.value.tz)}</p>}
      <div class="result-controls">
        {shown !== undefined && (
          <>
            <StackPicker />
            <button type="button" class="quiet" onClick={() => zoomOut(shown)}>
              Zoom out
            </button>
            <OrderButton />
          </>
        )}
        <ColumnPicker />
        <DownloadMenu />
      </div>
    </div>
  )
}

function found(): string {
  if (status.value === 'failed') return ''
  if (status.value === 'stopped') return 'Stopped'
  if (total.value === undefined) return status.value === 'running' ? 'Searching …' : ''
  if (total.value === 0 && hits.value.length === 0) return 'Nothing was found'
  const took = elapsedMs.value === undefined ? '' : ` · ${formatDuration(elapsedMs.value)}`
  return `${total.value.toLocaleString('en')} ${total.value === 1 ? 'hit' : 'hits'}${took}`
}

function OrderButton() {
  const { sort } = viewState.value
  return (
    <button
      type="button"
      class="quiet"
      title="The order of the hits"
      onClick={() => navigate({ sort: sort === 'desc' ? 'asc' : 'desc' })}
    >
      {sort === 'desc' ? 'Newest first' : 'Oldest first'}
    </button>
  )
}

/** Types whose values are too many to tell apart. */
const CONTINUOUS = new Set(['datetime', 'f64'])

/** Any fast field that has few enough values to tell apart: texts, numbers without fraction, booleans. */
function StackPicker() {
  const { by = '' } = viewState.value
  const names = [
    ...new Set(
      fields.value
        .filter(({ isAggregatable, type }) => isAggregatable && !CONTINUOUS.has(type))
        .map(({ name }) => name),
    ),
  ]
  const choices = by === '' || names.includes(by) ? names : [by, ...names]
  return (
    <label class="stack-picker">
      Stack by
      <select
        value={by}
        onChange={(event) => navigate({ by: event.currentTarget.value || undefined })}
      >
        <option value="">nothing</option>
        {choices.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}

/** Of the bucket under the pointer, or of the whole. */
function said(shown: ShownHistogram, bucket: number | undefined, zone: TimeZone): string {
  const { histogram, bounds, nowMs, isPartial } = shown
  const { interval, starts, totals } = histogram
  const start = bucket === undefined ? undefined : starts[bucket]
  if (bucket === undefined || start === undefined) {
    return isPartial ? `by ${interval.text}, still counting` : `by ${interval.text}`
  }
  const detail = bucketDetail(interval.ms)
  const note = partialNote(start, interval.ms, { bounds, nowMs })
  const count = (totals[bucket] ?? 0).toLocaleString('en')
  return `${formatMs(start, zone, detail)} · ${count}${note === undefined ? '' : ` (${note})`}`
}

function zoomOut({ asked }: ShownHistogram): void {
  navigate({ ...widerRange(asked.startMs, asked.endMs), doc: undefined })
}
