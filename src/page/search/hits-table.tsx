import { useSignal, type Signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { hasTime } from '../state/catalog.ts'
import { navigate, viewState } from '../state/store.ts'
import { openMenu } from '../shell/menu.tsx'
import type { TimeZone } from '../time/format.ts'
import { writeDocAddress } from './doc-address.ts'
import { showDoc } from './doc-store.ts'
import { cellText } from './flatten.ts'
import { moveActive } from './hit-cursor.ts'
import { MarkedText } from './marked-text.tsx'
import { activeRow, answers, hasMore, hits, isStale, loadMore, status } from './search-store.ts'
import type { Hit } from './search-request.ts'
import { shownTime } from './shown-time.ts'
import { flatHit, shownColumns, shownTimeChars, shownWidths } from './shown-columns.ts'
import { columnMenu, menuTitle, valueMenu } from './value-menu.ts'
import { visibleText } from '../format/visible.ts'

/** As the style sheet has it. */
const ROW_PX = 24
/** Drawn above and below what is seen, so that a slow frame shows no gap. */
const SPARE_ROWS = 12
/** Rows are drawn anew once so many have passed, rather than for each. */
const STEP_ROWS = 8
/** Rows from the end at which the next page is asked for. */
const LOAD_AHEAD = 100

/** Hits as rows, of which only those in sight are in the document. */
export function HitsTable() {
  const frame = useRef<HTMLDivElement>(null)
  const firstStep = useSignal(0)
  const height = useSignal(600)
  useHeight(frame, height)
  useActiveInSight(frame)
  const answered = answers.value
  useEffect(() => {
    if (frame.current !== null) frame.current.scrollTop = 0
  }, [answered])
  const widths = shownWidths.value
  const timeChars = shownTimeChars.value
  const withTime = hasTime.value
  useEffect(() => {
    // Half a character more than the text: widths are rounded.
    const chars = [...(withTime ? [timeChars] : []), ...widths].map((width) => `${width + 0.5}ch`)
    // What is left goes to the last column, which is cut where there is nothing left.
    const last = chars.pop() ?? '1fr'
    frame.current?.style.setProperty('--columns', [...chars, `minmax(${last}, 1fr)`].join(' '))
  }, [widths, timeChars, withTime])

  const count = hits.value.length
  const first = Math.max(0, firstStep.value * STEP_ROWS - SPARE_ROWS)
  const inSight = Math.ceil(height.value / ROW_PX) + STEP_ROWS
  const end = Math.min(count, firstStep.value * STEP_ROWS + inSight + SPARE_ROWS)
  useEffect(() => {
    if (hasMore.value && end > count - LOAD_AHEAD) void loadMore()
  }, [end, count])
  const active = activeRow.value
  const isActiveDrawn = active !== undefined && active >= first && active < end
  return (
    <div
      class={isStale.value ? 'hits stale' : 'hits'}
      id="hits"
      ref={frame}
      tabIndex={0}
      role="grid"
      aria-label="Hits"
      aria-rowcount={count + 1}
      aria-activedescendant={isActiveDrawn ? `hit-${active}` : undefined}
      onScroll={(event) => {
        firstStep.value = Math.floor(event.currentTarget.scrollTop / ROW_PX / STEP_ROWS)
      }}
      onKeyDown={onKey}
      onClick={onClick}
    >
      <div class="hits-sheet" role="presentation">
        <HeadRow />
        {count === 0 && status.value === 'done' && <Nothing />}
        <div class="hits-body" role="rowgroup" ref={(body) => setHeight(body, count * ROW_PX)}>
          {hits.value.slice(first, end).map((hit, i) => (
            <HitRow
              // By its place on the screen: the elements of a row are used again for the next.
              key={i}
              hit={hit}
              row={first + i}
              zone={viewState.value.tz}
              isOpen={viewState.value.doc === writeDocAddress(hit)}
              isActive={active === first + i}
            />
          ))}
        </div>
      </div>
    </div>
  )
}

/** Where nothing was found, the next thing to try. */
function Nothing() {
  const { from, to, query } = viewState.value
  const isAllTime = from === undefined && to === undefined
  return (
    <div class="nothing" role="row">
      <span role="gridcell">
        {isAllTime && query === '' ? 'This index has no documents yet. ' : 'Nothing was found. '}
        {!isAllTime && (
          <button type="button" onClick={() => navigate({ from: undefined, to: undefined })}>
            Look at all time
          </button>
        )}
      </span>
    </div>
  )
}

function HeadRow() {
  return (
    <div class="hits-head" role="rowgroup">
      <div class="hits-row" role="row" aria-rowindex={1}>
        {hasTime.value && <span role="columnheader">time</span>}
        {shownColumns.value.map((column) => (
          <span role="columnheader" key={column}>
            <button
              type="button"
              aria-haspopup="menu"
              onClick={(event) =>
                openMenu(event.currentTarget, visibleText(column), columnMenu(column))
              }
            >
              {visibleText(column)}
            </button>
          </span>
        ))}
      </div>
    </div>
  )
}

interface HitRowProps {
  readonly hit: Hit
  readonly row: number
  readonly zone: TimeZone
  readonly isOpen: boolean
  readonly isActive: boolean
}

function HitRow({ hit, row, zone, isOpen, isActive }: HitRowProps) {
  const flat = flatHit(hit)
  return (
    <div
      class={`hits-row${isOpen ? ' open' : ''}${isActive ? ' active' : ''}`}
      role="row"
      id={`hit-${row}`}
      data-row={row}
      aria-rowindex={row + 2}
      aria-selected={isOpen}
      ref={(element) => setTop(element, row * ROW_PX)}
    >
      {hasTime.value && (
        <span role="gridcell" class="hit-time">
          {shownTime(hit, zone)}
        </span>
      )}
      {shownColumns.value.map((column) => {
        const marked = hit.marked.get(column)?.[0]
        return (
          <span role="gridcell" key={column}>
            <span class="value" data-column={column}>
              {marked === undefined ? (
                cellText(flat.get(column))
              ) : (
                <MarkedText text={cellText(marked)} />
              )}
            </span>
          </span>
        )
      })}
    </div>
  )
}

/** A value opens its menu, the rest of a row its document. */
function onClick(event: MouseEvent): void {
  const target = event.target instanceof Element ? event.target : undefined
  const row = target?.closest<HTMLElement>('[data-row]')?.dataset['row']
  const hit = row === undefined ? undefined : hits.value[Number(row)]
  if (target === undefined || hit === undefined) return
  activeRow.value = Number(row)
  const cell = target.closest<HTMLElement>('[data-column]')
  const column = cell?.dataset['column']
  const value = column === undefined ? undefined : flatHit(hit).get(column)
  const isSelecting = getSelection()?.type === 'Range'
  if (isSelecting) return
  if (cell === null || column === undefined || value === undefined) return showDoc(hit)
  openMenu(cell, menuTitle(column, value), [
    { label: 'Open document', act: () => showDoc(hit) },
    ...valueMenu(column, value),
  ])
}

function onKey(event: KeyboardEvent): void {
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: 20,
    PageUp: -20,
    Home: -Infinity,
    End: Infinity,
  }
  const step = steps[event.key]
  const isHead = event.target instanceof HTMLButtonElement
  if (isHead || event.ctrlKey || event.metaKey || event.altKey) return
  if (step !== undefined) {
    event.preventDefault()
    moveActive(step)
  } else if (event.key === 'Enter') {
    const hit = hits.value[activeRow.value ?? 0]
    if (hit !== undefined) showDoc(hit)
  }
}

function useHeight(frame: { readonly current: HTMLElement | null }, height: Signal<number>): void {
  useEffect(() => {
    const element = frame.current
    if (element === null) return
    const observer = new ResizeObserver(() => {
      height.value = element.clientHeight
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [frame, height])
}

function useActiveInSight(frame: { readonly current: HTMLElement | null }): void {
  const active = activeRow.value
  useEffect(() => {
    const element = frame.current
    if (element === null || active === undefined) return
    const top = active * ROW_PX
    // Under the head, which stays where it is.
    const lowest = top + 2 * ROW_PX - element.clientHeight + 16
    if (element.scrollTop > top) element.scrollTop = top
    else if (element.scrollTop < lowest) element.scrollTop = lowest
  }, [active, frame])
}

/** Styles are set on the element: the content security policy allows no style attribute. */
function setTop(element: HTMLElement | null, px: number): void {
  if (element !== null) element.style.transform = `translateY(${px}px)`
}

function setHeight(element: HTMLElement | null, px: number): void {
  if (element !== null) element.style.height = `${px}px`
}
