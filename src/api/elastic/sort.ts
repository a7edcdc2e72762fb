import { isJsonObject, JsonFloat, type JsonValue } from '../../engine/bytes/json.ts'
import { QwError } from '../../engine/errors.ts'
import type { SortKey, SortOrder, SortValue } from '../../engine/search/request.ts'
import { decodeError } from '../request-body.ts'

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

/** Options that say what happens anyway. */
const HARMLESS: Readonly<Record<string, readonly JsonValue[] | 'any'>> = {
  missing: ['_last'],
  unmapped_type: 'any',
}

function sortKey(name: string, options: JsonValue): SortKey {
  const {
    order: orderValue,
    format,
    ...rest
  } = isJsonObject(options) ? options : { order: options, format: null }
  for (const [key, value] of Object.entries(rest)) {
    const allowed = Object.hasOwn(HARMLESS, key) ? HARMLESS[key] : undefined
    if (allowed === 'any' || allowed?.includes(value) === true) continue
    throw decodeError(`sort option \`${key}\` of \`${name}\` is not supported`)
  }
  const order = orderOf(name, orderValue)
  if (name === '_score') return { by: 'score', order: order ?? 'desc' }
  if (name === '_doc' || name === '_shard_doc') return { by: 'doc', order: order ?? 'asc' }
  return { by: 'field', field: name, order: order ?? 'asc', dateUnit: dateUnitOf(name, format) }
}

function orderOf(name: string, value: JsonValue | undefined): SortOrder | undefined {
  if (value === undefined || value === null) return undefined
  if (value === 'asc' || value === 'desc') return value
  throw decodeError(`the order of \`${name}\` has to be \`asc\` or \`desc\``)
}

function dateUnitOf(name: string, format: JsonValue | undefined): 'ms' | 'ns' {
  if (format === undefined || format === null) return 'ms'
  if (format === 'epoch_nanos_int') return 'ns'
  throw decodeError(`the format of \`${name}\` can only be \`epoch_nanos_int\``)
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
      return key?.by === 'field' && key.dateUnit === 'ns' ? value.value : value.value / NS_PER_MS
    case 'bool':
    case 'doc':
      return value.value
  }
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
  return json
}
