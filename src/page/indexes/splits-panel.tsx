import { MAX_SPLITS, type SplitFacts } from '../api/index-admin.ts'
import { formatBytes, formatCount, plural } from '../format/amount.ts'
import { formatSecond } from '../format/moment.ts'
import { DataTable } from '../shell/data-table.tsx'
import { viewState } from '../state/store.ts'
import { spreadOverLanes } from './split-lanes.ts'

/** Of the drawing, in its own units. */
const WIDTH = 1_000
const LANE_HEIGHT = 10
const LANE_GAP = 3
const LEAST_WIDTH = 3

const COLUMNS = [
  { title: 'split' },
  { title: 'from' },
  { title: 'to' },
  { title: 'documents', isNumber: true },
  { title: 'source', isNumber: true },
  { title: 'published' },
  { title: 'merging' },
]

/** What an index is made of, over the time of its documents. */
export function SplitsPanel({ splits }: { readonly splits: readonly SplitFacts[] }) {
  const { tz } = viewState.value
  return (
    <section class="panel" aria-labelledby="splits">
      <h2 id="splits">Splits</h2>
      <p class="facts">{summary(splits)}</p>
      <SplitLanes splits={splits} />
      {splits.length > 0 && (
        <details>
          <summary>List of splits</summary>
          <DataTable
            label="Splits"
            columns={COLUMNS}
            rows={splits.map((split) => ({
              key: split.id,
              cells: [
                <span class="mono">{split.id}</span>,
                formatSecond(split.span?.start ?? Number.NaN, tz),
                formatSecond(split.span?.end ?? Number.NaN, tz),
                formatCount(split.docs),
                formatBytes(split.sourceBytes),
                formatSecond(split.published, tz),
                split.isMature ? 'done' : 'may be merged',
              ],
            }))}
          />
        </details>
      )}
    </section>
  )
}

function summary(splits: readonly SplitFacts[]): string {
  const open = splits.filter(({ isMature }) => !isMature).length
  const docs = splits.reduce((sum, split) => sum + split.docs, 0)
  const first = splits.length === MAX_SPLITS ? 'the first ' : ''
  return `${first}${plural(splits.length, 'split')} of ${plural(docs, 'document')}, ${open === 0 ? 'merged to the end' : `${plural(open, 'split')} may still be merged`}`
}

/** A bar a split, from its oldest document to its newest; those at the same time stand below. */
function SplitLanes({ splits }: { readonly splits: readonly SplitFacts[] }) {
  const { tz } = viewState.value
  const spans = splits.flatMap(({ span }) => (span === undefined ? [] : [span]))
  if (spans.length === 0) return null
  const start = spans.reduce((least, span) => Math.min(least, span.start), Infinity)
  const end = spans.reduce((most, span) => Math.max(most, span.end), -Infinity)
  const length = Math.max(1, end - start)
  const placed = spreadOverLanes(splits, (length * LEAST_WIDTH) / WIDTH)
  const lanes = placed.reduce((most, { lane }) => Math.max(most, lane + 1), 0)
  const x = (seconds: number): number => ((seconds - start) / length) * (WIDTH - LEAST_WIDTH)
  return (
    <>
      <svg
        class="split-lanes"
        role="img"
        aria-label={`Splits from ${formatSecond(start, tz)} to ${formatSecond(end, tz)}`}
        viewBox={`0 0 ${WIDTH} ${lanes * (LANE_HEIGHT + LANE_GAP)}`}
        height={lanes * (LANE_HEIGHT + LANE_GAP)}
        preserveAspectRatio="none"
      >
        {placed.map(({ item, span, lane }) => (
          <rect
            key={item.id}
            class={item.isMature ? 'split-mature' : 'split-open'}
            x={x(span.start)}
            y={lane * (LANE_HEIGHT + LANE_GAP)}
            width={Math.max(LEAST_WIDTH, x(span.end) - x(span.start))}
            height={LANE_HEIGHT}
          >
            <title>{`${formatCount(item.docs)} documents, ${formatSecond(span.start, tz)} to ${formatSecond(span.end, tz)}`}</title>
          </rect>
        ))}
      </svg>
      <p class="split-ends">
        <span>{formatSecond(start, tz)}</span>
        <span>{formatSecond(end, tz)}</span>
      </p>
    </>
  )
}
