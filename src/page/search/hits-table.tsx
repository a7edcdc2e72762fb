import { computed, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { viewState } from '../state/store.ts'
import { cellText, flatten } from './flatten.ts'
import { hasMore, hits, loadMore } from './search-store.ts'

/** As the style sheet has it. */
const ROW_PX = 24
/** Drawn above and below what is seen, so that a slow frame shows no gap. */
const SPARE_ROWS = 12
/** Rows from the end at which the next page is asked for. */
const LOAD_AHEAD = 100
/** Columns that the page chooses by itself. */
const CHOSEN_COLUMNS = 8

const flat = computed(() => hits.value.map(({ source }) => flatten(source)))

const columns = computed(() => {
  if (viewState.value.columns.length > 0) return viewState.value.columns
  const seen = new Set(flat.value.slice(0, 50).flatMap((document) => [...document.keys()]))
  return [...seen].slice(0, CHOSEN_COLUMNS)
})

/** Hits as rows, of which only those in sight are in the document. */
export function HitsTable() {
  const frame = useRef<HTMLDivElement>(null)
  const top = useSignal(0)
  const height = useSignal(600)

  useEffect(() => {
    const element = frame.current
    if (element === null) return
    const observer = new ResizeObserver(() => {
      height.value = element.clientHeight
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [height])

  const count = hits.value.length
  const first = Math.max(0, Math.floor(top.value / ROW_PX) - SPARE_ROWS)
  const end = Math.min(count, Math.ceil((top.value + height.value) / ROW_PX) + SPARE_ROWS)
  useEffect(() => {
    if (hasMore.value && end > count - LOAD_AHEAD) void loadMore()
  }, [end, count])

  return (
    <div
      class="hits"
      ref={frame}
      tabIndex={0}
      role="grid"
      aria-label="Hits"
      aria-rowcount={count + 1}
      onScroll={(event) => {
        top.value = event.currentTarget.scrollTop
      }}
    >
      <div class="hits-row hits-head" role="row" aria-rowindex={1}>
        <span role="columnheader">time</span>
        {columns.value.map((column) => (
          <span role="columnheader" key={column}>
            {column}
          </span>
        ))}
      </div>
      <div class="hits-body" role="rowgroup" ref={(body) => setHeight(body, count * ROW_PX)}>
        {hits.value.slice(first, end).map((hit, at) => (
          <div
            class="hits-row"
            role="row"
            aria-rowindex={first + at + 2}
            key={hit.address}
            ref={(row) => setTop(row, (first + at) * ROW_PX)}
          >
            <span role="gridcell">{hit.time}</span>
            {columns.value.map((column) => (
              <span role="gridcell" key={column}>
                {cellText(flat.value[first + at]?.get(column))}
              </span>
            ))}
          </div>
        ))}
      </div>
    </div>
  )
}

/** Styles are set on the element: the content security policy allows no style attribute. */
function setTop(element: HTMLElement | null, px: number): void {
  if (element !== null) element.style.transform = `translateY(${px}px)`
}

function setHeight(element: HTMLElement | null, px: number): void {
  if (element !== null) element.style.height = `${px}px`
}
