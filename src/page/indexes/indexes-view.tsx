import { listSizes, type IndexSize } from '../api/index-admin.ts'
import { formatBytes, formatCount } from '../format/amount.ts'
import { FailureNote } from '../search/failure-note.tsx'
import { DataTable } from '../shell/data-table.tsx'
import { useAnswer } from '../state/answer.ts'
import { loadCatalog } from '../state/catalog.ts'
import { AddFileButton } from '../drop/drop-target.tsx'
import { addressOf, navigate, viewState } from '../state/store.ts'
import { IndexDetail } from './index-detail.tsx'

const COLUMNS = [
  { title: 'index' },
  { title: 'documents', isNumber: true },
  { title: 'stored', isNumber: true },
  { title: 'source', isNumber: true },
]

/** Every index with what it holds, and all about the one that is chosen. */
export function IndexesView() {
  const { index } = viewState.value
  const sizes = useAnswer('sizes', listSizes)
  const changed = (): void => {
    sizes.again()
    void loadCatalog()
  }
  return (
    <section class="page-scroll" aria-label="Indexes">
      <p class="buttons">
        <AddFileButton />
      </p>
      {sizes.error !== undefined && <FailureNote error={sizes.error} />}
      {sizes.value !== undefined && (
        <DataTable
          label="All indexes"
          columns={COLUMNS}
          rows={sizes.value.map((each) => ({
            key: each.id,
            isCurrent: each.id === index,
            cells: [<IndexLink {...each} />, ...figures(each)],
          }))}
        />
      )}
      {index !== '' && <IndexDetail key={index} id={index} onChange={changed} />}
    </section>
  )
}

function figures({ docs, bytes, sourceBytes }: IndexSize): string[] {
  return [formatCount(docs), formatBytes(bytes), formatBytes(sourceBytes)]
}

function IndexLink({ id }: { readonly id: string }) {
  return (
    <a
      class="mono"
      href={addressOf({ index: id })}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
        event.preventDefault()
        navigate({ index: id, columns: [], by: undefined, doc: undefined })
      }}
    >
      {id}
    </a>
  )
}
