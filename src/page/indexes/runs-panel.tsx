import { listRuns, loadFailures, retryRejected, type Failures } from '../api/runs.ts'
import { formatCount, plural } from '../format/amount.ts'
import { formatSecond } from '../format/moment.ts'
import { visibleText } from '../format/visible.ts'
import { FailureNote } from '../search/failure-note.tsx'
import { DataTable } from '../shell/data-table.tsx'
import { useAnswer, useDeed } from '../state/answer.ts'
import { viewState } from '../state/store.ts'
import { DeedNote } from './deed-note.tsx'

const RUN_COLUMNS = [
  { title: 'file' },
  { title: 'status' },
  { title: 'started' },
  { title: 'documents', isNumber: true },
  { title: 'rejected', isNumber: true },
  { title: 'error' },
]

interface RunsPanelProps {
  readonly id: string
  readonly onChange: () => void
}

/** What was indexed lately, and what of it did not get in. */
export function RunsPanel({ id, onChange }: RunsPanelProps) {
  const { tz } = viewState.value
  const runs = useAnswer(id, (signal) => listRuns(id, signal))
  const failures = useAnswer(id, (signal) => loadFailures(id, signal))
  const error = runs.error ?? failures.error
  return (
    <section class="panel" aria-labelledby="runs">
      <h2 id="runs">Ingest</h2>
      {error !== undefined && <FailureNote error={error} />}
      {failures.value !== undefined && failures.value.rejected > 0 && (
        <FailuresPart
          id={id}
          failures={failures.value}
          onRetried={() => {
            runs.again()
            failures.again()
            onChange()
          }}
        />
      )}
      {runs.value !== undefined && (
        <DataTable
          label="Ingest runs"
          columns={RUN_COLUMNS}
          rows={runs.value.map((run) => ({
            key: run.id,
            cells: [
              <span class="mono">{visibleText(run.file)}</span>,
              run.status,
              formatSecond(Date.parse(run.started) / 1_000, tz),
              formatCount(run.docs),
              formatCount(run.rejected),
              visibleText(run.error ?? ''),
            ],
          }))}
        />
      )}
    </section>
  )
}

const REASON_COLUMNS = [
  { title: 'rejected', isNumber: true },
  { title: 'reason' },
  { title: 'example' },
]

interface FailuresPartProps {
  readonly id: string
  readonly failures: Failures
  readonly onRetried: () => void
}

function FailuresPart({ id, failures, onRetried }: FailuresPartProps) {
  const deed = useDeed()
  const retry = (): void =>
    deed.run(async (signal) => {
      const { docs, rejected } = await retryRejected(id, signal)
      onRetried()
      return `${plural(docs, 'document')} indexed, ${formatCount(rejected)} rejected again.`
    })
  return (
    <>
      <DataTable
        label="Why documents were rejected"
        columns={REASON_COLUMNS}
        rows={failures.reasons.map(({ count, reason, example }, at) => ({
          key: String(at),
          cells: [
            formatCount(count),
            visibleText(reason),
            <span class="mono clipped">{visibleText(example)}</span>,
          ],
        }))}
      />
      <p>
        <button type="button" disabled={deed.isRunning} onClick={retry}>
          Try {plural(failures.rejected, 'rejected document')} again
        </button>
      </p>
      <DeedNote deed={deed} />
    </>
  )
}
