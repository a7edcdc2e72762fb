export const VIEWS = ['search', 'fields', 'aggregate', 'tail', 'indexes', 'cost'] as const
export type View = (typeof VIEWS)[number]

/**
 * What the page shows, apart from the data: the address of the page says all of it, so that a link
 * is the view. Texts that are optional are absent or not empty.
 */
export interface ViewState {
  readonly view: View
  /** Empty: none was chosen yet. */
  readonly index: string
  /** In the query language; empty: every document. */
  readonly query: string
  /** `now-15m`, or RFC 3339; inclusive. Absent: from the first document. */
  readonly from?: string | undefined
  /** As `from`; exclusive. Absent: to the last document. */
  readonly to?: string | undefined
  /** Paths of fields; none: the page chooses. */
  readonly columns: readonly string[]
  /** The field that the histogram is stacked by. */
  readonly by?: string | undefined
  /** By time. */
  readonly sort: 'desc' | 'asc'
  /** The document that is open (`search/doc-address.ts`). */
  readonly doc?: string | undefined
  readonly tz: 'local' | 'utc'
  /** What the aggregate view computes, as it writes it. */
  readonly aggs?: string | undefined
}

export const FIRST_VIEW: ViewState = {
  view: 'search',
  index: '',
  query: '',
  columns: [],
  sort: 'desc',
  tz: 'local',
}

/** Of `location.search`. Never throws: what says nothing is as in FIRST_VIEW. */
export function readViewState(search: string): ViewState {
  const params = new URLSearchParams(search)
  const text = (name: string): string | undefined => params.get(name) || undefined
  return {
    view: VIEWS.find((view) => view === params.get('view')) ?? FIRST_VIEW.view,
    index: params.get('index') ?? '',
    query: params.get('q') ?? '',
    from: text('from'),
    to: text('to'),
    columns: [...new Set(params.getAll('col').filter((column) => column !== ''))],
    by: text('by'),
    sort: params.get('sort') === 'asc' ? 'asc' : 'desc',
    doc: text('doc'),
    tz: params.get('tz') === 'utc' ? 'utc' : 'local',
    aggs: text('aggs'),
  }
}

/** The way back: empty, or from the question mark on. What is as in FIRST_VIEW is left out. */
export function writeViewState(state: ViewState): string {
  const params = new URLSearchParams()
  const put = (name: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') params.append(name, value)
  }
  put('view', state.view === FIRST_VIEW.view ? undefined : state.view)
  put('index', state.index)
  put('q', state.query)
  put('from', state.from)
  put('to', state.to)
  for (const column of state.columns) put('col', column)
  put('by', state.by)
  put('sort', state.sort === FIRST_VIEW.sort ? undefined : state.sort)
  put('tz', state.tz === FIRST_VIEW.tz ? undefined : state.tz)
  put('aggs', state.aggs)
  put('doc', state.doc)
  const text = params.toString()
  return text === '' ? '' : `?${text}`
}
