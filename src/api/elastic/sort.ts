import { isJsonObject, JsonFloat, type JsonValue } from '../../engine/bytes/json.ts'
import { dateFromNanos, dateToNanos, parseRfc3339 } from '../../engine/dates/datetime.ts'
import { javaDateToRfc3339 } from '../../engine/dates/java-date-format.ts'
import { makeDatePrinter } from '../../engine/dates/java-date-print.ts'
import { UTC } from '../../engine/dates/time-zone.ts'
import { QwError } from '../../engine/errors.ts'
import type { SortKey, SortOrder, SortValue } from '../../engine/search/request.ts'
import { decodeError } from '../request-body.ts'
import { allDone, bodyOptions, noEffect, refused, type OptionTable } from './options/option.ts'

/** `field`, `field:asc`, separated by commas. */
export function parseSortText(text: string): SortKey[] {
  const parts = text.split(',').map((part) => part.trim())
  return endingInDoc(
    parts
      .filter((part) => part !== '')
      .map((part) => {
        const colon = part.lastIndexOf(':')
        const isOrdered = colon > 0 && /^(asc|desc)$/.test(part.slice(colon + 1))
        return isOrdered
          ? sortKey(part.slice(0, colon), { order: part.slice(colon + 1) })
          : sortKey(part, null)
      }),
  )
}

/** A name, an object whose keys are names, or an array of either. */
export function parseSortJson(json: JsonValue): SortKey[] {
  const items = Array.isArray(json) ? json : [json]
  return endingInDoc(
    items.flatMap((item) => {
      if (typeof item === 'string') return [sortKey(item, null)]
      if (!isJsonObject(item)) throw decodeError('`sort` holds names and objects')
      const entries = Object.entries(item)
      if (Array.isArray(json) && entries.length !== 1) {
        throw decodeError('each object in `sort` has one key, the name of a field')
      }
      return entries.map(([name, options]) => sortKey(name, options))
    }),
  )
}

/** The address decides every tie, so that nothing after it can matter. */
function endingInDoc(keys: readonly SortKey[]): SortKey[] {
  const doc = keys.findIndex((key) => key.by === 'doc')
  return doc < 0 ? [...keys] : keys.slice(0, doc + 1)
}

/** Of one key of `sort`. */
export const SORT_OPTIONS: OptionTable = {
  ...allDone('order', 'missing', 'unmapped_type', 'mode', 'format'),
  nested: refused('objects in arrays are not kept apart', 'sort by the dotted path', ['null']),
  nested_path: refused('objects in arrays are not kept apart', 'sort by the dotted path'),
  nested_filter: refused('objects in arrays are not kept apart', 'sort by the dotted path'),
  numeric_type: noEffect('numbers and dates compare as what they are'),
}

function sortKey(name: string, options: JsonValue): SortKey {
  if (name === '_script') throw decodeError('there are no scripts: sort by a field or by `_score`')
  const json = isJsonObject(options) ? options : options === null ? {} : { order: options }
  const fields = bodyOptions(json, SORT_OPTIONS, `\`sort\` of \`${name}\``)
  const order = orderOf(name, json['order'])
  if (name === '_score') return { by: 'score', order: order ?? 'desc' }
  if (name === '_doc' || name === '_shard_doc') return { by: 'doc', order: order ?? 'asc' }
  const missing = fields.oneOf('missing', ['_first', '_last'])
  const mode = fields.oneOf('mode', ['min', 'max'])
  return {
    by: 'field',
    field: name,
    order: order ?? 'asc',
    ...formatOf(name, json['format']),
    ...(missing === '_first' ? { missing: 'first' } : {}),
    ...(mode === undefined ? {} : { several: mode }),
    ...(fields.has('unmapped_type') ? { isOptional: true } : {}),
  }
}

function orderOf(name: string, value: JsonValue | undefined): SortOrder | undefined {
  if (value === undefined || value === null) return undefined
  if (value === 'asc' || value === 'desc') return value
  throw decodeError(`the order of \`${name}\` has to be \`asc\` or \`desc\``)
}

type FieldKey = Extract<SortKey, { by: 'field' }>

/** Dates in milliseconds, in nanoseconds, or as text in a format of their own. */
function formatOf(
  name: string,
  format: JsonValue | undefined,
): Pick<FieldKey, 'dateUnit' | 'dateFormat'> {
  if (format === undefined || format === null) {
    return { dateUnit: 'ms' }
  }
  if (format === 'epoch_nanos_int') return { dateUnit: 'ns' }
  const fail = formatFailure(name)
  if (typeof format !== 'string') return fail('expected a text')
  makeDatePrinter(format, fail)
  return { dateUnit: 'ns', dateFormat: format }
}

function formatFailure(name: string): (reason: string) => never {
  return (reason) => {
    throw decodeError(`\`format\` of sort key \`${name}\`: ${reason}`)
  }
}

const NS_PER_MS = 1_000_000n

/** As JSON: dates in the unit that the key asks for, integers exact. */
export function sortValueJson(value: SortValue, key: SortKey | undefined): JsonValue {
  switch (value.type) {
    case 'score':
    case 'f64':
      return Number.isInteger(value.value) ? new JsonFloat(value.value) : value.value
    case 'i64':
    case 'u64':
      return value.value
    case 'date':
      return dateJson(value.value, key)
    case 'bool':
    case 'doc':
      return value.value
  }
}

function dateJson(nanos: bigint, key: SortKey | undefined): JsonValue {
  if (key?.by !== 'field' || key.dateUnit === 'ms') return nanos / NS_PER_MS
  if (key.dateFormat === undefined) return nanos
  return makeDatePrinter(key.dateFormat, formatFailure(key.field))(dateFromNanos(nanos), UTC)
}

/** A date that was shown as text, as its nanoseconds. */
function cursorValue(value: JsonValue, key: SortKey | undefined): JsonValue {
  const format = key?.by === 'field' ? key.dateFormat : undefined
  if (format === undefined || typeof value !== 'string') return value
  const fail = (): never => {
    throw decodeError(`\`${value.slice(0, 100)}\` in \`search_after\` has no date as \`${format}\``)
  }
  const date = parseRfc3339(value) ?? parseRfc3339(javaDateToRfc3339(value, format, fail))
  return date === undefined ? fail() : dateToNanos(date)
}

/** Throws `invalid` for anything but one simple value per key. */
export function readSearchAfter(
  json: JsonValue | undefined,
  sort: readonly SortKey[],
): JsonValue[] | undefined {
  if (json === undefined) return undefined
  if (!Array.isArray(json)) throw decodeError('`search_after` has to be an array')
  if (json.length !== sort.length) {
    throw new QwError('invalid', 'sort and search_after are of different length', {
      fix: 'pass the sort values of the last hit, one for each sort key',
    })
  }
  if (json.some((value) => isJsonObject(value) || Array.isArray(value))) {
    throw decodeError('`search_after` holds strings, numbers, booleans and nulls')
  }
  return json.map((value, at) => cursorValue(value, sort[at]))
}
