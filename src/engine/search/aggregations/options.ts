import { isJsonObject, JsonFloat, type JsonValue } from '../../bytes/json.ts'
import { QwError } from '../../errors.ts'
import { dateToNanos, parseRfc3339 } from '../../dates/datetime.ts'
import type { AggregationField, AggregationInput } from './aggregation.ts'

/** Reading the options of one aggregation: each function throws `invalid` naming aggregation and option. */

/** What each of them reads: the object under the type's name, and the aggregation's own name. */
type Options = Pick<AggregationInput, 'options' | 'name'>

export function invalidAggregation(name: string, reason: string, fix?: string): QwError {
  return new QwError('invalid', `invalid aggregation request: "${name}": ${reason}`, { fix })
}

/** Options that are known there and stay out here, whatever the kind. */
const REFUSED_OPTIONS: ReadonlyMap<string, readonly [why: string, fix: string]> = new Map([
  ['highlight', ['fragments are made for hits', 'ask for the hits in a search of their own']],
  ['fields', ['documents are shown as they were sent', 'name the fields in `_source`']],
  ['docvalue_fields', ['documents are shown as they were sent', 'name the fields in `_source`']],
  ['stored_fields', ['documents are shown as they were sent', 'name the fields in `_source`']],
  ['script_fields', ['there are no scripts over documents', 'index what it computes as a field']],
  ['script', ['there are no scripts over documents', 'index what it computes as a field']],
])

/** Throws `invalid` for an option that is none: what is not understood is never left out in silence. */
export function refuseUnknown(input: Options, type: string, known: readonly string[]): void {
  for (const option of Object.keys(input.options)) {
    if (known.includes(option)) continue
    const refused = REFUSED_OPTIONS.get(option)
    if (refused !== undefined) {
      const [why, fix] = refused
      throw invalidAggregation(input.name, `\`${option}\` is not supported: ${why}`, fix)
    }
    throw invalidAggregation(
      input.name,
      `[${type}] unknown field [${option}]`,
      `it takes ${known.join(', ')}`,
    )
  }
}

export function fieldOption(input: AggregationInput): AggregationField {
  const path = input.options['field']
  if (typeof path !== 'string') throw invalidAggregation(input.name, 'missing field `field`')
  return input.field(path)
}

/** A JSON number or a string that is one; undefined when absent or null. */
export function numberOption(input: Options, option: string): number | undefined {
  const raw = input.options[option]
  if (raw === undefined || raw === null) return undefined
  const value = asNumber(raw)
  if (value === undefined) {
    throw invalidAggregation(input.name, `\`${option}\` must be a number or a numeric string`)
  }
  return value
}

export function asNumber(raw: JsonValue): number | undefined {
  if (typeof raw === 'number') return raw
  if (typeof raw === 'bigint') return Number(raw)
  if (raw instanceof JsonFloat) return raw.value
  if (typeof raw === 'string' && raw.trim() !== '') {
    const value = Number(raw)
    return Number.isFinite(value) ? value : undefined
  }
  return undefined
}

/** A whole number from 0 on, or a string that is one. */
export function countOption(input: Options, option: string): number | undefined {
  const raw = input.options[option]
  if (raw === undefined || raw === null) return undefined
  const value = asNumber(raw)
  if (value === undefined || !Number.isSafeInteger(value) || value < 0) {
    throw invalidAggregation(input.name, `\`${option}\` must be a whole number from 0 on`)
  }
  return value
}

export function booleanOption(input: Options, option: string, otherwise: boolean): boolean {
  const raw = input.options[option]
  if (raw === undefined || raw === null) return otherwise
  if (typeof raw !== 'boolean') {
    throw invalidAggregation(input.name, `\`${option}\` must be true or false`)
  }
  return raw
}

export interface Bounds {
  readonly min: number
  readonly max: number
}

/** `{min, max}`, each a number or an RFC 3339 date, which becomes milliseconds; what is open is infinite. */
export function boundsOption(
  input: Options,
  option: string,
  read: (raw: JsonValue, option: string) => number = numberOrDate(input),
): Bounds | undefined {
  const raw = input.options[option]
  if (raw === undefined || raw === null) return undefined
  if (!isJsonObject(raw)) throw invalidAggregation(input.name, `\`${option}\` must be an object`)
  refuseUnknown({ ...input, options: raw }, option, ['min', 'max'])
  const [min = null, max = null] = [raw['min'], raw['max']]
  if (min === null && max === null) {
    throw invalidAggregation(
      input.name,
      `\`${option}\` needs \`min\` or \`max\`, each a number or a date`,
    )
  }
  const bounds = {
    min: min === null ? -Infinity : read(min, `${option}.min`),
    max: max === null ? Infinity : read(max, `${option}.max`),
  }
  if (bounds.min <= bounds.max) return bounds
  throw invalidAggregation(input.name, `\`${option}.min\` is above \`${option}.max\``)
}

function numberOrDate({ name }: Options): (raw: JsonValue, option: string) => number {
  return (raw, option) => {
    const number = asNumber(raw)
    if (number !== undefined) return number
    const date = typeof raw === 'string' ? parseRfc3339(raw) : undefined
    if (date !== undefined) return Number(dateToNanos(date)) / 1e6
    throw invalidAggregation(name, `\`${option}\` must be a number or an RFC 3339 date`)
  }
}
