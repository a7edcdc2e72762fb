import { useSignal } from '@preact/signals'
import type { Json } from '../api/exact-json.ts'
import { csvText } from '../download/csv.ts'
import { saveText } from '../download/save.ts'
import { ShareBar } from '../fields/share-bar.tsx'
import { formatCount, formatQuantity, plural } from '../format/amount.ts'
import { visibleText } from '../format/visible.ts'
import { DataTable } from '../shell/data-table.tsx'
import { viewState } from '../state/store.ts'
import { bucketDetail, formatMs, type TimeZone } from '../time/format.ts'
import type { Aggregated } from './aggregate-request.ts'
import { LinesPlot } from './lines-plot.tsx'
import { chosenNumber, plotChoices, timePlot } from './series.ts'
import { specColumns, type AggregateRow, type AggregateSpec } from './spec.ts'

interface AggregateTableProps {
  readonly spec: AggregateSpec
  readonly result: Aggregated
}

/** Lines where groups are times, else bars beside the numbers; the table has everything. */
export function AggregateTable({ spec, result }: AggregateTableProps) {
  const { rows, interval } = result
  const columns = specColumns(spec)
  const choices = plotChoices(columns)
  const wanted = useSignal('')
  const usual = columns.includes('avg') ? 'avg' : (columns.at(-1) ?? 'count')
  const choice = choices.includes(wanted.value) ? wanted.value : usual
  return (
    <>
      <div class="aggregate-bar">
        <p role="status" class="soft">
          {said(spec, result)}
        </p>
        {choices.length > 1 && (
          <label>
            Plot
            <select value={choice} onChange={(event) => (wanted.value = event.currentTarget.value)}>
              {choices.map((each) => (
                <option key={each} value={each}>
                  {each}
                </option>
              ))}
            </select>
          </label>
        )}
        <button
          type="button"
          class="quiet"
          disabled={rows.length === 0}
          onClick={() => saveText(asCsv(spec, result), 'aggregate.csv', 'text/csv')}
        >
          Download CSV
        </button>
      </div>
      {spec.group === 'time' && rows.length > 0 && (
        <LinesPlot plot={timePlot(rows, spec, { columns, choice })} intervalMs={interval.ms} />
      )}
      {rows.length > 0 && <Groups spec={spec} result={result} choice={choice} />}
    </>
  )
}

function Groups({ spec, result, choice }: AggregateTableProps & { readonly choice: string }) {
  const columns = specColumns(spec)
  const { rows, interval } = result
  const { tz } = viewState.value
  const hasBars = spec.group !== 'time'
  const numbers = rows.map((row) => chosenNumber(row, choice, columns) || 0)
  const most = Math.max(0, ...numbers)
  const head = [
    ...names(spec).map((title) => ({ title: visibleText(title) })),
    ...['count', ...columns].map((title) => ({ title, isNumber: true })),
    ...(hasBars ? [{ title: `${choice}, drawn` }] : []),
  ]
  return (
    <DataTable
      label="Groups"
      columns={head}
      rows={rows.map((row, n) => ({
        key: String(n),
        cells: [
          groupText(row, tz, interval.ms),
          ...(spec.by === '' ? [] : [visibleText(row.series ?? '')]),
          formatCount(row.count),
          ...row.numbers.map((number) => (Number.isNaN(number) ? '–' : formatQuantity(number))),
          ...(hasBars ? [<ShareBar share={most === 0 ? 0 : (numbers[n] ?? 0) / most} />] : []),
        ],
      }))}
    />
  )
}

function groupText({ group }: AggregateRow, zone: TimeZone, intervalMs: number): string {
  return typeof group === 'number'
    ? formatMs(group, zone, bucketDetail(intervalMs))
    : visibleText(group ?? 'all documents')
}

/** Of the columns that name a group and its series. */
function names({ group, field, by }: AggregateSpec): string[] {
  const first = group === 'field' ? field : group === 'time' ? 'time' : 'group'
  return by === '' ? [first] : [first, by]
}

function asCsv(spec: AggregateSpec, { rows }: Aggregated): string {
  const cells = rows.map(({ group, series, count, numbers }): Json[] => [
    typeof group === 'number' ? new Date(group).toISOString() : (group ?? ''),
    ...(spec.by === '' ? [] : [series ?? '']),
    count,
    ...numbers.map((number) => (Number.isNaN(number) ? null : number)),
  ])
  return csvText([...names(spec), 'count', ...specColumns(spec)], cells)
}

function said({ group }: AggregateSpec, { rows, otherCount, total, interval }: Aggregated): string {
  if (total === 0) return 'No document matches.'
  const count = new Set(rows.map((row) => row.group)).size
  const groups =
    group === 'time' ? `${plural(count, 'bucket')} of ${interval.text}` : plural(count, 'group')
  return [
    plural(total, 'document'),
    ...(group === 'all' ? [] : [groups]),
    ...(otherCount > 0 ? [`${plural(otherCount, 'document')} in other groups`] : []),
  ].join(' · ')
}
