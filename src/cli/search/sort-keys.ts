import type { JsonValue } from '../../engine/bytes/json.ts'
import { QwError } from '../../engine/errors.ts'
import type { IndexFacts } from '../stack/index-facts.ts'

export interface SortKeySpec {
  readonly field: string
  readonly order: 'asc' | 'desc'
}

interface SortSpec {
  readonly keys: readonly SortKeySpec[]
  /** Said to the user when the API's spelling, which reads the other way round, was used. */
  readonly note: string | undefined
}

/** `field:desc,other:asc`; a field alone is descending. Throws `invalid` for another order. */
export function parseSort(text: string): SortSpec {
  let note: string | undefined
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  const keys = parts.map((part): SortKeySpec => {
    const colon = part.lastIndexOf(':')
    const order = colon < 0 ? undefined : part.slice(colon + 1)
    if (order === 'asc' || order === 'desc') return { field: part.slice(0, colon), order }
    if (order !== undefined) {
      throw new QwError(
        'invalid',
        `--sort \`${part}\`: the order is asc or desc, not \`${order}\``,
        {
          fix: `--sort ${part.slice(0, colon)}:desc`,
        },
      )
    }
    if (!/^[+-]/.test(part)) return { field: part, order: 'desc' }
    const native: SortKeySpec = {
      field: part.slice(1),
      order: part.startsWith('-') ? 'asc' : 'desc',
    }
    note = `--sort ${part} is the API's spelling, where ${part.charAt(0)} sorts ${native.order === 'asc' ? 'ascending' : 'descending'}; --sort ${native.field}:${native.order} says the same`
    return native
  })
  if (keys.length === 0)
    throw new QwError('invalid', '--sort names no field', { fix: '--sort price:desc' })
  return { keys, note }
}

/** The API's own spelling, which reads the other way round. */
export function nativeSort(keys: readonly SortKeySpec[]): string {
  return keys.map(({ field, order }) => (order === 'asc' ? `-${field}` : field)).join(',')
}

/** Dates in nanoseconds, so that a cursor loses nothing, and the document's address as the last key. */
export function elasticSort(
  keys: readonly SortKeySpec[],
  facts: IndexFacts | undefined,
): JsonValue[] {
  const last = keys[0]?.order ?? 'desc'
  return [
    ...keys.map(({ field, order }): JsonValue => {
      const isDate = facts?.fields.some((f) => f.path === field && f.type === 'datetime') === true
      return { [field]: isDate ? { order, format: 'epoch_nanos_int' } : { order } }
    }),
    { _doc: { order: last } },
  ]
}
