import { QwError } from '../errors.ts'
import { assertChecked, checkedJson, parseChecked } from './checked-json.ts'
import { type Fields, fieldsAt } from './json-fields.ts'
import { MANIFEST_KEY } from './layout.ts'

/** `creating` and `deleting` say what a killed command was doing; the next create or delete of that
 *  index finishes it. */
export type IndexState = 'creating' | 'active' | 'deleting'

/** Which indexes exist: index id -> state. */
export type Manifest = ReadonlyMap<string, IndexState>

export const EMPTY_MANIFEST: Manifest = new Map()

/** Manifests without a format have no checksum either. */
const FORMAT = 2

export function encodeManifest(manifest: Manifest): Uint8Array {
  const indexes = Object.fromEntries([...manifest].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  const content = { format: FORMAT, version: '0.9', indexes, templates: [] }
  return checkedJson(JSON.stringify(content))
}

/** Throws `corrupt`. */
export function decodeManifest(bytes: Uint8Array): Manifest {
  const { fields, isChecked } = parseChecked(bytes, MANIFEST_KEY)
  if (fields['format'] !== undefined) assertChecked(isChecked, MANIFEST_KEY)
  const indexes: Fields = fieldsAt(fields, 'indexes')
  const entries = Object.entries(indexes).map(([id, state]) => [id, decodeState(state)] as const)
  return new Map(entries)
}

function decodeState(value: unknown): IndexState {
  if (value === 'creating' || value === 'active' || value === 'deleting') return value
  throw new QwError('corrupt', `${MANIFEST_KEY}: unknown index state \`${String(value)}\``)
}
