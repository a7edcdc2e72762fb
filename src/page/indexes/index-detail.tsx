import { listSplits, loadSetup, type IndexSetup, type MappedField } from '../api/index-admin.ts'
import { FailureNote } from '../search/failure-note.tsx'
import { DataTable } from '../shell/data-table.tsx'
import { useAnswer } from '../state/answer.ts'
import { RunsPanel } from './runs-panel.tsx'
import { SplitsPanel } from './splits-panel.tsx'
import { UpkeepPanel } from './upkeep-panel.tsx'

interface IndexDetailProps {
  readonly id: string
  /** Documents or indexes came or went. */
  readonly onChange: () => void
}

/** One index: how it is set up, what it is made of, what went in, and what can be done with it. */
export function IndexDetail({ id, onChange }: IndexDetailProps) {
  const setup = useAnswer(id, (signal) => loadSetup(id, signal))
  const splits = useAnswer(id, (signal) => listSplits(id, signal))
  const changed = (): void => {
    setup.again()
    splits.again()
    onChange()
  }
  const error = setup.error ?? splits.error
  return (
    <>
      {error !== undefined && <FailureNote error={error} />}
      {splits.value !== undefined && <SplitsPanel splits={splits.value} />}
      <RunsPanel id={id} onChange={changed} />
      {setup.value !== undefined && (
        <>
          <UpkeepPanel setup={setup.value} onChange={changed} />
          <MappingPanel setup={setup.value} />
        </>
      )}
    </>
  )
}

const FIELD_COLUMNS = [
  { title: 'field' },
  { title: 'type' },
  { title: 'search' },
  { title: 'fast' },
  { title: 'more' },
]

function MappingPanel({ setup }: { readonly setup: IndexSetup }) {
  return (
    <section class="panel" aria-labelledby="mapping">
      <h2 id="mapping">Mapping</h2>
      <p class="facts">
        {setup.mode}
        {setup.timestampField !== undefined && ` · time in ${setup.timestampField}`} · merged by{' '}
        {setup.mergePolicy}
      </p>
      <DataTable
        label="Fields of the mapping"
        columns={FIELD_COLUMNS}
        rows={setup.fields.map((field) => ({ key: field.name, cells: fieldCells(field) }))}
      />
    </section>
  )
}

function fieldCells({ name, type, isIndexed, isFast, notes }: MappedField) {
  return [
    <span class="mono">{name}</span>,
    type,
    isIndexed ? 'yes' : '',
    isFast ? 'yes' : '',
    notes.join(', '),
  ]
}
