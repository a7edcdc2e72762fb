import { useSignal } from '@preact/signals'
import { useId } from 'preact/hooks'
import { loadCost, type CostEstimate } from '../api/cost.ts'
import { formatDays, formatQuantity, formatUsd } from '../format/amount.ts'
import { FailureNote } from '../search/failure-note.tsx'
import { DataTable } from '../shell/data-table.tsx'
import { useAnswer } from '../state/answer.ts'

/** What people change first; every other assumption has its name in `cost-estimate --explain`. */
const ASSUMPTIONS = [
  { name: 'queriesPerMonth', label: 'Queries a month' },
  { name: 'docsPerBatch', label: 'Documents a file' },
  { name: 'everySeconds', label: 'Seconds between files' },
  { name: 'docBytes', label: 'Bytes a document' },
  { name: 'retentionDays', label: 'Days kept' },
]

/** What a month in AWS costs, row by row, what a deployment did cost, and what would lower it. */
export function CostView() {
  const changed = useSignal<Readonly<Record<string, string>>>({})
  const cost = useAnswer(JSON.stringify(changed.value), (signal) => loadCost(changed.value, signal))
  return (
    <section class="page-scroll" aria-label="Cost">
      <AssumptionsForm
        onChange={(values) => {
          changed.value = values
        }}
      />
      {cost.error !== undefined && <FailureNote error={cost.error} />}
      {cost.value !== undefined && <Estimate estimate={cost.value} />}
    </section>
  )
}

interface AssumptionsFormProps {
  /** What was given; what is empty is as measured on this machine or deployed. */
  readonly onChange: (values: Readonly<Record<string, string>>) => void
}

function AssumptionsForm({ onChange }: AssumptionsFormProps) {
  const id = useId()
  const submit = (event: SubmitEvent & { readonly currentTarget: HTMLFormElement }): void => {
    event.preventDefault()
    const given = [...new FormData(event.currentTarget)].flatMap(([name, value]) =>
      typeof value === 'string' && value.trim() !== '' ? [[name, value.trim()]] : [],
    )
    onChange(Object.fromEntries(given))
  }
  return (
    <form class="assumptions" aria-label="Assumptions" onSubmit={submit}>
      {ASSUMPTIONS.map(({ name, label }) => (
        <div key={name}>
          <label for={`${id}-${name}`}>{label}</label>
          <input
            id={`${id}-${name}`}
            name={name}
            type="text"
            inputMode="decimal"
            placeholder="as here"
            autocomplete="off"
          />
        </div>
      ))}
      <button type="submit" class="primary">
        Estimate
      </button>
    </form>
  )
}

/** Units that are words are counted: `3 reads`; `3 GB-s` stays. */
function quantityText({ quantity, unit }: CostEstimate['rows'][number]): string {
  const isMany = quantity !== 1 && /^[a-z]/.test(unit)
  return `${formatQuantity(quantity)} ${unit}${isMany ? 's' : ''}`
}

function Estimate({ estimate }: { readonly estimate: CostEstimate }) {
  const { region, rows, totalUsd, actualTotalUsd, actualDays = 0, levers, warnings } = estimate
  const hasActual = actualTotalUsd !== undefined
  const columns = [
    { title: 'component' },
    { title: 'quantity', isNumber: true },
    { title: 'a month', isNumber: true },
    ...(hasActual ? [{ title: 'actual', isNumber: true }] : []),
  ]
  const actual = (usd: number | undefined): string[] =>
    hasActual ? [usd === undefined ? 'not known' : formatUsd(usd)] : []
  const used = rows.filter(({ usd, actualUsd }) => usd > 0 || (actualUsd ?? 0) > 0)
  return (
    <>
      <p class="cost-total" role="status">
        {formatUsd(totalUsd)} a month in {region}
        {hasActual &&
          ` · ${formatUsd(actualTotalUsd)} as used in the last ${formatDays(actualDays)}`}
      </p>
      <DataTable
        label="Cost by component"
        columns={columns}
        rows={used.map((row) => ({
          key: row.id,
          cells: [row.label, quantityText(row), formatUsd(row.usd), ...actual(row.actualUsd)],
        }))}
      />
      {levers.length > 0 && (
        <section class="panel" aria-labelledby="levers">
          <h2 id="levers">To pay less, each by itself</h2>
          <DataTable
            label="To pay less"
            columns={[{ title: 'saves', isNumber: true }, { title: 'by' }]}
            rows={levers.map(({ change, savesUsd }) => ({
              key: change,
              cells: [formatUsd(savesUsd), change],
            }))}
          />
        </section>
      )}
      {warnings.map((warning) => (
        <p key={warning} class="facts">
          {warning}
        </p>
      ))}
    </>
  )
}
