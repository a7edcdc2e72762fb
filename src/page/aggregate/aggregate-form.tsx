import { fields } from '../state/fields.ts'
import { visibleText } from '../format/visible.ts'
import { DraftInput } from '../shell/draft-input.tsx'
import { FIRST_SPEC, type AggregateSpec } from './spec.ts'

interface AggregateFormProps {
  readonly spec: AggregateSpec
  readonly hasTime: boolean
  readonly onChange: (change: Partial<AggregateSpec>) => void
}

const NUMBERS = new Set(['u64', 'i64', 'f64'])
const NO_GROUPS = new Set(['json', 'bytes', 'datetime'])

/** What is grouped, and what is computed of the groups. */
export function AggregateForm({ spec, hasTime, onChange }: AggregateFormProps) {
  const fast = fields.value.filter(({ isAggregatable }) => isAggregatable)
  const names = (isWanted: (type: string) => boolean): string[] => [
    ...new Set(fast.filter(({ type }) => isWanted(type)).map(({ name }) => name)),
  ]
  const groupable = names((type) => !NO_GROUPS.has(type))
  return (
    <form class="aggregate-form" aria-label="What is computed" onSubmit={(e) => e.preventDefault()}>
      <label>
        Group by
        <select
          value={spec.group}
          onChange={(event) => onChange({ group: asGroup(event.currentTarget.value) })}
        >
          <option value="field">values of a field</option>
          {hasTime && <option value="time">time</option>}
          <option value="all">nothing</option>
        </select>
      </label>
      {spec.group === 'field' && (
        <FieldChoice
          label="Field"
          value={spec.field}
          names={groupable}
          none="choose"
          onChange={(field) => onChange({ field })}
        />
      )}
      <FieldChoice
        label="Series by"
        value={spec.by}
        names={groupable}
        none="nothing"
        onChange={(by) => onChange({ by })}
      />
      {(spec.group === 'field' || spec.by !== '') && (
        <label>
          Values at most
          <DraftInput
            inputMode="numeric"
            class="size"
            value={String(spec.size)}
            onCommit={(text) => onChange({ size: Number(text) })}
          />
        </label>
      )}
      <MeasureChoice spec={spec} numbers={names((type) => NUMBERS.has(type))} onChange={onChange} />
    </form>
  )
}

interface MeasureChoiceProps {
  readonly spec: AggregateSpec
  readonly numbers: readonly string[]
  readonly onChange: AggregateFormProps['onChange']
}

function MeasureChoice({ spec, numbers, onChange }: MeasureChoiceProps) {
  return (
    <>
      <label>
        Compute
        <select
          value={spec.measure}
          onChange={(event) => onChange({ measure: asMeasure(event.currentTarget.value) })}
        >
          <option value="count">count</option>
          <option value="stats">least, average, most, sum</option>
          <option value="percentiles">percentiles</option>
        </select>
      </label>
      {spec.measure !== 'count' && (
        <FieldChoice
          label="of"
          value={spec.of}
          names={numbers}
          none="choose"
          onChange={(of) => onChange({ of })}
        />
      )}
      {spec.measure === 'percentiles' && (
        <label>
          Percentiles
          <DraftInput
            inputMode="text"
            class="percents"
            value={spec.percents.join(', ')}
            onCommit={(text) => onChange({ percents: readPercents(text) })}
          />
        </label>
      )}
    </>
  )
}

interface FieldChoiceProps {
  readonly label: string
  readonly value: string
  readonly names: readonly string[]
  /** What no field is called. */
  readonly none: string
  readonly onChange: (field: string) => void
}

function FieldChoice({ label, value, names, none, onChange }: FieldChoiceProps) {
  // A field that a link names and nobody knows is still what is asked.
  const known = value === '' || names.includes(value) ? names : [value, ...names]
  return (
    <label>
      {label}
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">{none}</option>
        {known.map((name) => (
          <option key={name} value={name}>
            {visibleText(name)}
          </option>
        ))}
      </select>
    </label>
  )
}

function asGroup(value: string): AggregateSpec['group'] {
  return value === 'time' || value === 'all' ? value : 'field'
}

function asMeasure(value: string): AggregateSpec['measure'] {
  return value === 'stats' || value === 'percentiles' ? value : 'count'
}

/** What is no percentage is left out; nothing left is the usual ones. */
function readPercents(text: string): readonly number[] {
  const numbers = text
    .split(/[\s,;]+/)
    .filter((part) => part !== '')
    .map(Number)
    .filter((each) => each >= 0 && each <= 100)
  return numbers.length === 0 ? FIRST_SPEC.percents : [...new Set(numbers)]
}
