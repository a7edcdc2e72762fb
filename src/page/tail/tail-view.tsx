import { computed, useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { Json } from '../api/exact-json.ts'
import type { IndexFacts } from '../api/indexes.ts'
import { formatCount, plural } from '../format/amount.ts'
import { visibleText } from '../format/visible.ts'
import { FailureNote } from '../search/failure-note.tsx'
import { cellText, flatten } from '../search/flatten.ts'
import { chooseColumns, columnChars } from '../search/hit-columns.ts'
import { QUERY_INPUT_ID, QueryBox } from '../search/query-box.tsx'
import { bindKeys } from '../shell/keys.tsx'
import { indexFacts } from '../state/catalog.ts'
import { viewState } from '../state/store.ts'
import { wishKey } from '../state/wish.ts'
import { formatNs, type TimeZone } from '../time/format.ts'
import type { TailRow } from './tail.ts'
import {
  arrived,
  clearTail,
  followTail,
  heldCount,
  isBegun,
  isPaused,
  rows,
  tailFailure,
  togglePause,
} from './tail-store.ts'

/** Documents as they come, the newest at the end. */
export function TailView() {
  const index = indexFacts.value
  if (index === undefined) return null
  if (index.mapping.timestampField === undefined) {
    return <p class="empty">The index {index.id} has no timestamp field to follow.</p>
  }
  return <TailOf key={wishKey(index)} index={index} />
}

const KEYS = [
  { key: ' ', says: 'pause and go on', act: togglePause },
  { key: '/', says: 'type a query', act: () => document.getElementById(QUERY_INPUT_ID)?.focus() },
]

function TailOf({ index }: { readonly index: IndexFacts }) {
  const round = useSignal(0)
  useEffect(() => followTail(index), [index, round.value])
  useEffect(() => bindKeys(KEYS), [])
  return (
    <section class="tail" aria-label="Tail">
      <QueryBox
        isRunning={false}
        error={tailFailure.value}
        onAgain={() => round.value++}
        onStop={togglePause}
      />
      {tailFailure.value !== undefined && (
        <FailureNote error={tailFailure.value} query={viewState.value.query.trim()} />
      )}
      <div class="tail-bar">
        <button type="button" aria-pressed={isPaused.value} onClick={togglePause}>
          {isPaused.value ? 'Go on' : 'Pause'}
        </button>
        <button type="button" class="quiet" onClick={clearTail}>
          Clear
        </button>
        <p role="status" class="soft">
          {said()}
        </p>
      </div>
      <TailRows />
    </section>
  )
}

function said(): string {
  if (!isBegun.value) return 'Reading …'
  if (isPaused.value) return `Paused · ${plural(heldCount.value, 'document')} came meanwhile`
  return `Following · ${formatCount(arrived.value)} came`
}

/** Rows that columns are chosen and measured by. */
const LOOKED_AT = 50

const flattened = new WeakMap<TailRow, ReadonlyMap<string, Json>>()

function flatRow(row: TailRow): ReadonlyMap<string, Json> {
  const known = flattened.get(row)
  if (known !== undefined) return known
  const flat = flatten(row.source)
  flattened.set(row, flat)
  return flat
}

const lastFlat = computed(() => rows.value.slice(-LOOKED_AT).map(flatRow))
const columns = computed(() => {
  const { columns: chosen } = viewState.value
  const mapping = indexFacts.value?.mapping
  return chosen.length > 0 || mapping === undefined
    ? chosen
    : chooseColumns(lastFlat.value, mapping)
})
/** Nearer than this to the end it goes on with the end. */
const END_PX = 40

function TailRows() {
  const frame = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  const widths = columnChars(columns.value, lastFlat.value)
  const template = ['29ch', ...widths.map((width) => `${width}ch`)].join(' ')
  useEffect(() => {
    frame.current?.style.setProperty('--columns', template)
  }, [template])
  useEffect(() => {
    const element = frame.current
    if (element !== null && isAtEnd.current) element.scrollTop = element.scrollHeight
  }, [rows.value])
  const { tz } = viewState.value
  const shown = columns.value
  // A row that was drawn is not drawn again: of thousands, a few are new.
  const drawn = useMemo(() => new WeakMap<TailRow, VNode>(), [tz, JSON.stringify(shown)])
  const lineOf = (row: TailRow): VNode => {
    const known = drawn.get(row)
    if (known !== undefined) return known
    const line = <TailLine key={row.id} row={row} columns={shown} zone={tz} />
    drawn.set(row, line)
    return line
  }
  return (
    <div
      class="tail-rows"
      ref={frame}
      tabIndex={0}
      role="region"
      aria-label="Documents as they come"
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < END_PX
      }}
    >
      <table>
        <thead>
          <tr>
            <th scope="col">time</th>
            {columns.value.map((column) => (
              <th scope="col" key={column}>
                {visibleText(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{rows.value.map(lineOf)}</tbody>
      </table>
      {isBegun.value && rows.value.length === 0 && heldCount.value === 0 && (
        <p class="empty">Nothing that matches has come yet.</p>
      )}
    </div>
  )
}

interface TailLineProps {
  readonly row: TailRow
  readonly columns: readonly string[]
  readonly zone: TimeZone
}

function TailLine({ row, columns: shown, zone }: TailLineProps) {
  const flat = flatRow(row)
  return (
    <tr>
      <td class="soft">{formatNs(row.timeNs, zone)}</td>
      {shown.map((column) => (
        <td key={column}>{visibleText(cellText(flat.get(column)))}</td>
      ))}
    </tr>
  )
}
