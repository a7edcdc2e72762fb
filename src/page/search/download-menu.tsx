import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { postJson } from '../api/client.ts'
import { csvText } from '../download/csv.ts'
import { ndjsonText } from '../download/ndjson.ts'
import { saveText } from '../download/save.ts'
import { Popover } from '../shell/popover.tsx'
import { FailureNote } from './failure-note.tsx'
import { askedSearch, total } from './search-store.ts'
import { hitsBody, readHits, type Hit } from './search-request.ts'
import { flatHit, shownColumns } from './shown-columns.ts'

/** Hits of one file: what a browser holds in memory without being noticed. */
const MAX_HITS = 10_000
const HITS_OF_REQUEST = 1_000

const FORMATS = ['NDJSON', 'CSV'] as const
type Format = (typeof FORMATS)[number]

/** The hits as a file, in the order in which they are shown. */
export function DownloadMenu() {
  return (
    <Popover label="Download" title="Download">
      {(close) => <DownloadChoice close={close} />}
    </Popover>
  )
}

function DownloadChoice({ close }: { readonly close: () => void }) {
  const fetched = useSignal<number | undefined>(undefined)
  const failure = useSignal<Error | undefined>(undefined)
  const control = useRef(new AbortController())
  useEffect(() => () => control.current.abort(), [])

  const download = async (format: Format): Promise<void> => {
    failure.value = undefined
    fetched.value = 0
    try {
      const hits = await fetchHits(control.current.signal, (count) => (fetched.value = count))
      save(format, hits)
      close()
    } catch (error) {
      fetched.value = undefined
      failure.value = error instanceof Error ? error : new Error(String(error))
    }
  }
  const isMore = total.value !== undefined && total.value > MAX_HITS
  return (
    <div class="download">
      {failure.value !== undefined && <FailureNote error={failure.value} />}
      {fetched.value === undefined ? (
        <p>
          {FORMATS.map((format) => (
            <button type="button" key={format} onClick={() => void download(format)}>
              {format}
            </button>
          ))}
        </p>
      ) : (
        <p role="status">{fetched.value.toLocaleString('en')} hits …</p>
      )}
      <p class="soft">
        NDJSON has each document as it was sent, CSV the columns that are shown.
        {isMore && (
          <>
            {' '}
            The first {MAX_HITS.toLocaleString('en')} hits: <code>qw-lambda export</code> writes
            all.
          </>
        )}
      </p>
    </div>
  )
}

async function fetchHits(
  signal: AbortSignal,
  onProgress: (count: number) => void,
): Promise<readonly Hit[]> {
  const asked = askedSearch()
  if (asked === undefined) return []
  const path = `_elastic/${encodeURIComponent(asked.index.id)}/_search`
  const hits: Hit[] = []
  for (;;) {
    const body = { ...hitsBody(asked.wish, hits.at(-1)?.sort), size: HITS_OF_REQUEST }
    const page = readHits(await postJson(path, body, signal))
    hits.push(...page)
    onProgress(hits.length)
    if (page.length < HITS_OF_REQUEST || hits.length >= MAX_HITS) return hits
  }
}

function save(format: Format, hits: readonly Hit[]): void {
  const columns = shownColumns.value
  const timestamp = askedSearch()?.wish.timestampField
  const own = timestamp === undefined || columns.includes(timestamp) ? [] : [timestamp]
  const text =
    format === 'NDJSON'
      ? ndjsonText(hits.map(({ source }) => source))
      : csvText(
          [...own, ...columns],
          hits.map((hit) => [...own, ...columns].map((column) => flatHit(hit).get(column))),
        )
  const type = format === 'NDJSON' ? 'application/x-ndjson' : 'text/csv'
  saveText(text, `${askedSearch()?.index.id ?? 'hits'}.${format.toLowerCase()}`, type)
}
