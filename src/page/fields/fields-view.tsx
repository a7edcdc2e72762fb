import { useSignal } from '@preact/signals'
import { postJson } from '../api/client.ts'
import type { IndexFacts } from '../api/indexes.ts'
import type { ListedField } from '../api/list-fields.ts'
import { formatQuantity, plural } from '../format/amount.ts'
import { FailureNote } from '../search/failure-note.tsx'
import { QueryBox } from '../search/query-box.tsx'
import { countBody, readTotal } from '../search/search-request.ts'
import { visibleText } from '../format/visible.ts'
import { useAnswer } from '../state/answer.ts'
import { indexFacts } from '../state/catalog.ts'
import { fields, fieldsFailure } from '../state/fields.ts'
import { navigate, viewState } from '../state/store.ts'
import { currentWish, wishKey } from '../state/wish.ts'
import { formatMs } from '../time/format.ts'
import { FieldDetail, valueText } from './field-detail.tsx'
import { fieldAggs, hasValues, readFieldValues, type FieldValues } from './field-values.ts'
import { percentText, ShareBar } from './share-bar.tsx'

/** Fields whose values are asked for at once: each is a column to be read. */
const VALUES_AT_ONCE = 24
const TOP_VALUES = 3

/** What the documents of an index are made of. */
export function FieldsView() {
  const index = indexFacts.value
  return index === undefined ? null : <FieldsOf key={index.id} index={index} />
}

function FieldsOf({ index }: { readonly index: IndexFacts }) {
  const wanted = useSignal('')
  const valued = useSignal(VALUES_AT_ONCE)
  const text = wanted.value.trim().toLowerCase()
  const found = fields.value.filter(({ name }) => name.toLowerCase().includes(text))
  const asked = found.filter(hasValues).slice(0, valued.value)
  const key = JSON.stringify([wishKey(index), asked.map(({ name, type }) => [name, type])])
  const values = useAnswer(key, (signal) => askValues(index, asked, signal))
  const isListed = fields.value.length > 0 || fieldsFailure.value !== undefined
  return (
    <section class="fields" aria-label="Fields">
      <QueryBox
        isRunning={values.isRunning}
        error={values.error}
        onAgain={values.again}
        onStop={values.stop}
      />
      {fieldsFailure.value !== undefined && <FailureNote error={fieldsFailure.value} />}
      {values.error !== undefined && (
        <FailureNote error={values.error} query={viewState.value.query.trim()} />
      )}
      <div class="fields-bar">
        <input
          type="search"
          aria-label="Find a field"
          placeholder="Find a field"
          value={wanted.value}
          onInput={(event) => (wanted.value = event.currentTarget.value)}
        />
        <p role="status" class="soft">
          {isListed ? said(found.length, values.value?.total) : 'Reading …'}
        </p>
      </div>
      <div class="fields-body">
        <ul class="field-list">
          {found.map((field) => (
            <FieldRow
              key={`${field.name} ${field.type}`}
              index={index}
              field={field}
              total={values.value?.total ?? 0}
              values={values.value?.byField.get(keyOf(field))}
            />
          ))}
        </ul>
        {asked.length < found.filter(hasValues).length && (
          <p>
            <button type="button" onClick={() => (valued.value += VALUES_AT_ONCE)}>
              Values of more fields
            </button>
          </p>
        )}
      </div>
    </section>
  )
}

function said(count: number, total: number | undefined): string {
  const fields = plural(count, 'field')
  return total === undefined ? fields : `${fields} · values of ${plural(total, 'document')}`
}

interface ShownValues {
  readonly total: number
  readonly byField: ReadonlyMap<string, FieldValues>
}

async function askValues(
  index: IndexFacts,
  fields: readonly ListedField[],
  signal: AbortSignal,
): Promise<ShownValues> {
  if (fields.length === 0) return { total: 0, byField: new Map() }
  const path = `_elastic/${encodeURIComponent(index.id)}/_search`
  const body = countBody(currentWish(index), fieldAggs(fields, TOP_VALUES))
  const answer = await postJson(path, body, signal)
  const values = readFieldValues(answer, fields)
  return {
    total: readTotal(answer),
    byField: new Map(
      fields.flatMap((field, n) => (values[n] === undefined ? [] : [[keyOf(field), values[n]]])),
    ),
  }
}

function keyOf({ name, type }: ListedField): string {
  return `${type} ${name}`
}

interface FieldRowProps {
  readonly index: IndexFacts
  readonly field: ListedField
  readonly total: number
  readonly values: FieldValues | undefined
}

function FieldRow({ index, field, total, values }: FieldRowProps) {
  const { name, type, coverage, isSearchable, isAggregatable } = field
  const isOpen = viewState.value.doc === keyOf(field)
  return (
    <li class={isOpen ? 'field open' : 'field'}>
      <button
        type="button"
        class="field-head"
        aria-expanded={isOpen}
        onClick={() => navigate({ doc: isOpen ? undefined : keyOf(field) }, 'replace')}
      >
        <span class="field-name">{visibleText(name)}</span>
        <span class="field-type">{type}</span>
        <span class="field-can">
          {abilities(isSearchable, isAggregatable, name === index.mapping.timestampField)}
        </span>
        <span class="field-coverage">
          {coverage !== undefined && (
            <>
              <ShareBar share={coverage} />
              {percentText(coverage)}
            </>
          )}
        </span>
        <span class="field-top">
          {values !== undefined && <TopValues type={type} values={values} total={total} />}
        </span>
      </button>
      {isOpen && <FieldDetail index={index} field={field} />}
    </li>
  )
}

function abilities(isSearchable: boolean, isAggregatable: boolean, isTime: boolean): string {
  if (isTime) return 'the time'
  if (isSearchable && isAggregatable) return 'search, fast'
  if (isSearchable) return 'search'
  return isAggregatable ? 'fast' : 'shown only'
}

interface TopValuesProps {
  readonly type: string
  readonly values: FieldValues
  readonly total: number
}

function TopValues({ type, values: { top, stats }, total }: TopValuesProps) {
  const mostShare = total === 0 ? 0 : (top[0]?.count ?? 0) / total
  // Values that are hardly ever the same say less than their bounds.
  if (stats !== undefined && mostShare < 0.01) {
    const { tz } = viewState.value
    const text = (value: number): string =>
      type === 'datetime' ? formatMs(value, tz, 'seconds') : formatQuantity(value)
    return (
      <span class="top-value">
        {text(stats.min)} – {text(stats.max)}
      </span>
    )
  }
  return (
    <>
      {top.map(({ value, count }) => (
        <span class="top-value" key={valueText(value)}>
          <span class="top-text">{valueText(value)}</span>{' '}
          <span class="soft">{percentText(total === 0 ? 0 : count / total)}</span>
        </span>
      ))}
    </>
  )
}
