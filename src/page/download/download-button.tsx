import { useSignal } from '@preact/signals'
import { formatCount, plural } from '../format/amount.ts'
import { FailureNote } from '../search/failure-note.tsx'
import { Popover } from '../shell/popover.tsx'
import { useDeed } from '../state/answer.ts'
import { indexFacts } from '../state/catalog.ts'
import { viewState } from '../state/store.ts'
import { currentWish } from '../state/wish.ts'
import { collectHits, MAX_DOWNLOAD } from './all-hits.ts'
import { hitsText } from './hits-text.ts'
import { saveText } from './save.ts'

const TYPES = { ndjson: 'application/x-ndjson', csv: 'text/csv' } as const

/** Everything that matches, as a file. */
export function DownloadButton() {
  return (
    <Popover label="Download" title="Download hits">
      {() => <DownloadChoice />}
    </Popover>
  )
}

function DownloadChoice() {
  const deed = useDeed()
  const count = useSignal(0)
  const index = indexFacts.value
  if (index === undefined) return null
  const download = (format: 'ndjson' | 'csv') => async (signal: AbortSignal) => {
    const onCount = (got: number): void => {
      count.value = got
    }
    const documents = await collectHits(index, currentWish(index), { signal, onCount })
    const text = hitsText(documents, format, viewState.value.columns)
    saveText(text, `${index.id}.${format}`, TYPES[format])
    const isCut = documents.length >= MAX_DOWNLOAD
    return isCut
      ? `The first ${formatCount(documents.length)}. All of them: the command line with --all.`
      : `${plural(documents.length, 'document')} saved.`
  }
  return (
    <div class="download-choice">
      <p>
        <button
          type="button"
          disabled={deed.isRunning}
          onClick={() => deed.run(download('ndjson'))}
        >
          NDJSON
        </button>{' '}
        <span class="soft">whole documents, as they are</span>
      </p>
      <p>
        <button type="button" disabled={deed.isRunning} onClick={() => deed.run(download('csv'))}>
          CSV
        </button>{' '}
        <span class="soft">
          the chosen columns, or all; a text that a spreadsheet would run begins with '
        </span>
      </p>
      <p role="status" class="soft">
        {deed.isRunning ? `${formatCount(count.value)} so far` : (deed.said ?? '')}
      </p>
      {deed.error !== undefined && <FailureNote error={deed.error} />}
    </div>
  )
}
