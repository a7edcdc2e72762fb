import { isJsonObject } from '../../engine/bytes/json.ts'
import { nearestNames, unknownField } from '../../engine/schema/nearest.ts'
import { apiGetJson } from '../stack/api-client.ts'
import { plainPath } from './columns.ts'
import { indexPath, type SearchSession } from './session.ts'

/**
 * Throws QUERY-FIELD for a field that the command line names for sorting, columns or figures and that
 * neither the mapping nor any document has. Asks the index only when the mapping does not know it.
 */
export async function refuseUnknownFields(
  session: SearchSession,
  named: readonly string[],
): Promise<void> {
  const declared = session.facts?.fields.map((field) => plainPath(field.path)) ?? []
  const used = [...new Set(named.map(plainPath))].filter(
    (field) => !field.startsWith('_') && !isKnownField(field, declared),
  )
  if (used.length === 0 || session.facts === undefined) return
  const known = await fieldNames(session)
  const [missing] = used.filter((field) => known.length > 0 && !isKnownField(field, known))
  if (missing === undefined) return
  throw unknownField(missing, { nearest: (field) => nearestNames(field, known, 3) })
}

/** A field itself, an object above it, or something below it. */
export function isKnownField(field: string, known: readonly string[]): boolean {
  return known.some(
    (name) => name === field || name.startsWith(`${field}.`) || field.startsWith(`${name}.`),
  )
}

/** Declared fields and those that documents brought along. */
export async function fieldNames({
  facts,
  route,
  index,
  signal,
}: SearchSession): Promise<string[]> {
  const declared = facts?.fields.map((field) => plainPath(field.path)) ?? []
  const path = `/_elastic/${indexPath(index)}/_field_caps`
  const caps = await apiGetJson(route.client, path, signal).catch(() => null)
  const found =
    isJsonObject(caps) && isJsonObject(caps['fields']) ? Object.keys(caps['fields']) : []
  return [
    ...new Set([...declared, ...found.filter((name) => !name.startsWith('_')).map(plainPath)]),
  ]
}
