import { useDeed } from '../state/answer.ts'
import { useSignal } from '@preact/signals'
import { ApiError, getJson, postJson } from '../api/client.ts'
import type { Exchange } from '../api/exchanges.ts'
import { at, numberOf, parseExact } from '../api/exact-json.ts'
import { formatBytes, formatCount, plural } from '../format/amount.ts'
import { FailureNote } from '../search/failure-note.tsx'
import { DataTable } from '../shell/data-table.tsx'
import { indexFacts } from '../state/catalog.ts'
import { currentWish } from '../state/wish.ts'
import { formatDuration } from '../time/format.ts'
import { costPath, planBody, readPlan } from './query-plan.ts'

const COLUMNS = [
  { title: 'request' },
  { title: 'took', isNumber: true },
  { title: 'answer', isNumber: true },
]

/** What the view's requests took, and on demand what its search would cost in AWS. */
export function CostFacts({ exchanges }: { readonly exchanges: readonly Exchange[] }) {
  const search = exchanges.find(({ role }) => role === 'hits' || role === 'counts')
  return (
    <>
      {search !== undefined && <PlannedCost key={search.body} search={search} />}
      <DataTable
        label="Requests"
        columns={COLUMNS}
        rows={exchanges.map(({ role, tookMs, bytes }) => ({
          key: role,
          cells: [role, formatDuration(tookMs), formatBytes(bytes)],
        }))}
      />
    </>
  )
}

interface Planned {
  readonly splits: string
  readonly reads: string
  readonly money: string
}

function PlannedCost({ search }: { readonly search: Exchange }) {
  const deed = useDeed()
  const planned = useSignal<Planned | undefined>(undefined)
  const index = indexFacts.value
  if (index === undefined) return null
  const plan = async (signal: AbortSignal): Promise<string> => {
    const body = parseExact(search.body ?? 'null')
    const asked = { hits: search.role === 'hits' ? 200 : 0, aggs: at(body, 'aggs') }
    const path = `${encodeURIComponent(index.id)}/search-plan`
    const read = readPlan(await postJson(path, planBody(currentWish(index), asked), signal))
    const usd = await priceOf(costPath(read, search.bytes), signal)
    planned.value = {
      splits: `${formatCount(read.splits)} of ${plural(read.allSplits, 'split')}`,
      reads: `${plural(read.requests, 'read')}, ${formatBytes(read.bytes)}`,
      money: usd === undefined ? 'not known here' : `${shortUsd(usd)} per 1,000 such searches`,
    }
    return ''
  }
  return (
    <div class="words-plan">
      <button type="button" disabled={deed.isRunning} onClick={() => deed.run(plan)}>
        What would it read from S3, and for how much?
      </button>
      {deed.error !== undefined && <FailureNote error={deed.error} />}
      {planned.value !== undefined && (
        <dl class="field-stats">
          {(['splits', 'reads', 'money'] as const).map((name) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{planned.value?.[name]}</dd>
            </div>
          ))}
        </dl>
      )}
      {planned.value !== undefined && (
        <p class="soft">
          With nothing cached, at list prices: reads, the function while it waits for them, the call
          and the answer. The time that it computes comes on top.
        </p>
      )}
    </div>
  )
}

/** Dollars for a thousand; undefined: the host, such as a function, knows no prices. */
async function priceOf(path: string, signal: AbortSignal): Promise<number | undefined> {
  try {
    return numberOf(at(await getJson(path, signal), 'usd_per_1000'))
  } catch (error) {
    if (error instanceof ApiError && error.code === 'QWL-NOT-IMPLEMENTED') return undefined
    throw error
  }
}

function shortUsd(usd: number): string {
  return `$${usd.toLocaleString('en', { maximumSignificantDigits: 2 })}`
}
