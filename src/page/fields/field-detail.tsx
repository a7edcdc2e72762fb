import { ApiError, postJson } from '../api/client.ts'
import { plainText, type Json } from '../api/exact-json.ts'
import type { IndexFacts } from '../api/indexes.ts'
import type { ListedField } from '../api/list-fields.ts'
import { formatCount, formatQuantity, plural } from '../format/amount.ts'
import { valueClause } from '../query/clause.ts'
import { clauseMode, withClause, withoutClause } from '../query/edit-query.ts'
import { FailureNote } from '../search/failure-note.tsx'
import { countBody, readTotal } from '../search/search-request.ts'
import { visibleText } from '../format/visible.ts'
import { useAnswer } from '../state/answer.ts'
import { navigate, viewState } from '../state/store.ts'
import { currentWish, wishKey } from '../state/wish.ts'
import { bucketDetail, formatMs, type TimeZone } from '../time/format.ts'
import { Bars } from './bars.tsx'
import {
  distributionAggs,
  fieldAggs,
  hasValues,
  readDistribution,
  readFieldValues,
  type Bar,
  type FieldValue,
  type FieldValues,
} from './field-values.ts'
import { percentText, ShareBar } from './share-bar.tsx'

const TOP_VALUES = 12

interface FieldDetailProps {
  readonly index: IndexFacts
  readonly field: ListedField
}

interface FieldAnswer {
  readonly total: number
  readonly values: FieldValues
  readonly bars: readonly Bar[]
  /** Width of a bar, in the field's unit; milliseconds of dates. */
  readonly width: number
}

/** The values of one field among the documents that match. */
export function FieldDetail({ index, field }: FieldDetailProps) {
  const key = `${wishKey(index)} ${field.name} ${field.type}`
  const answer = useAnswer(key, (signal) => askField(index, field, signal))
  if (answer.error !== undefined) {
    // A mistake in the query is told once, at the query.
    const isOfQuery = answer.error instanceof ApiError && answer.error.position !== undefined
    return isOfQuery ? null : <FailureNote error={answer.error} />
  }
  if (answer.value === undefined) return <p class="soft">Reading …</p>
  const { total, values, bars, width } = answer.value
  return (
    <div class="field-detail">
      <Summary field={field} values={values} />
      {bars.length > 0 && <Distribution field={field} bars={bars} width={width} />}
      {values.top.length > 0 && (
        <ul class="values" aria-label={`Values of ${visibleText(field.name)}`}>
          {values.top.map((each) => (
            <ValueRow
              key={plainText(each.value)}
              index={index}
              path={field.name}
              each={each}
              total={total}
            />
          ))}
        </ul>
      )}
      {values.otherCount > 0 && (
        <p class="soft">Other values: {plural(values.otherCount, 'document')}</p>
      )}
      {values.top.length === 0 && bars.length === 0 && values.stats === undefined && (
        <p class="soft">
          {hasValues(field)
            ? 'No document that matches has a value here.'
            : 'Its values are in no column: set `fast: true` on it to count them.'}
        </p>
      )}
    </div>
  )
}

async function askField(
  index: IndexFacts,
  field: ListedField,
  signal: AbortSignal,
): Promise<FieldAnswer> {
  const path = `_elastic/${encodeURIComponent(index.id)}/_search`
  const wish = currentWish(index)
  const nothing = { top: [], otherCount: 0, stats: undefined }
  if (!hasValues(field)) return { total: 0, values: nothing, bars: [], width: 0 }
  const answer = await postJson(path, countBody(wish, fieldAggs([field], TOP_VALUES)), signal)
  const values = readFieldValues(answer, [field])[0] ?? nothing
  const total = readTotal(answer)
  const picture = values.stats && distributionAggs(field, values.stats)
  if (picture === undefined) return { total, values, bars: [], width: 0 }
  const drawn = await postJson(path, countBody(wish, picture.aggs), signal)
  return { total, values, bars: readDistribution(drawn), width: picture.interval.ms }
}

function Summary({
  field,
  values: { stats },
}: {
  readonly field: ListedField
  readonly values: FieldValues
}) {
  if (stats === undefined) return null
  const shown = [
    ['least', stats.min],
    ['average', stats.avg],
    ['most', stats.max],
  ] as const
  return (
    <dl class="field-stats">
      {shown.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{amountText(value, field.type, viewState.value.tz)}</dd>
        </div>
      ))}
    </dl>
  )
}

function amountText(value: number, type: string, zone: TimeZone): string {
  return type === 'datetime' ? formatMs(value, zone, 'millis') : formatQuantity(value)
}

function Distribution({
  field,
  bars,
  width,
}: {
  readonly field: ListedField
  readonly bars: readonly Bar[]
  readonly width: number
}) {
  const { tz } = viewState.value
  const isDate = field.type === 'datetime'
  const edge = (value: number): string =>
    isDate ? formatMs(value, tz, bucketDetail(width)) : formatQuantity(value)
  const first = bars[0]?.start ?? 0
  const end = (bars.at(-1)?.start ?? 0) + width
  return (
    <figure class="distribution">
      <Bars
        bars={bars}
        label={`Documents by ${visibleText(field.name)} from ${edge(first)} to ${edge(end)}`}
        barTitle={({ start, count }) =>
          `${edge(start)} – ${edge(start + width)}: ${formatCount(count)}`
        }
      />
      <figcaption>
        <span>{edge(first)}</span>
        <span>{edge(end)}</span>
      </figcaption>
    </figure>
  )
}

interface ValueRowProps {
  readonly index: IndexFacts
  readonly path: string
  readonly each: FieldValue
  readonly total: number
}

/** A value, how often it is there, and the way to have it alone or not at all. */
function ValueRow({ index, path, each: { value, count }, total }: ValueRowProps) {
  const clause = valueClause(index.mapping.field(path), value)
  const share = total === 0 ? 0 : count / total
  return (
    <li>
      <span class="value-text">{valueText(value)}</span>
      <ShareBar share={share} />
      <span class="number">{formatCount(count)}</span>
      <span class="number soft">{percentText(share)}</span>
      <span class="value-acts">
        {clause !== undefined && <ClauseButtons clause={clause} text={valueText(value)} />}
      </span>
    </li>
  )
}

function ClauseButtons({ clause, text }: { readonly clause: string; readonly text: string }) {
  const { query } = viewState.value
  const now = clauseMode(query, clause)
  return (
    <>
      {(['include', 'exclude'] as const).map((mode) => {
        const next = now === mode ? withoutClause(query, clause) : withClause(query, clause, mode)
        return (
          <button
            type="button"
            key={mode}
            class="act"
            aria-pressed={now === mode}
            aria-label={`${mode === 'include' ? 'Only' : 'Without'} ${text}`}
            onClick={() => navigate({ query: next })}
          >
            {mode === 'include' ? '+' : '−'}
          </button>
        )
      })}
    </>
  )
}

/** An empty text is one too. */
export function valueText(value: Json): string {
  return value === '' ? '(empty)' : visibleText(plainText(value))
}
