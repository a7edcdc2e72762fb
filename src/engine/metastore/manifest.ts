import { QwError } from '../errors.ts'
import { type Fields, fieldsAt, parseFields } from './json-fields.ts'
import { MANIFEST_KEY } from './layout.ts'

/** `creating` and `deleting` say what a killed command was doing; the next create or delete of that
 *  index finishes it. */
export type IndexState = 'creating' | 'active' | 'deleting'

/** Which indexes exist: index id -> state. */
export type Manifest = ReadonlyMap<string, IndexState>

export const EMPTY_MANIFEST: Manifest = new Map()

export function encodeManifest(manifest: Manifest): Uint8Array {
  const indexes = Object.fromEntries([...manifest].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  return new TextEncoder().encode(JSON.stringify({ version: '0.9', indexes, templates: [] }))
}

/** Throws `corrupt`. */
export function decodeManifest(bytes: Uint8Array): Manifest {
  const indexes: Fields = fieldsAt(parseFields(bytes, MANIFEST_KEY), 'indexes')
  const entries = Object.entries(indexes).map(([id, state]) => [id, decodeState(state)] as const)
  return new Map(entries)
}

function decodeState(value: unknown): IndexState {
  if (value === 'creating' || value === 'active' || value === 'deleting') return value
  throw new QwError('corrupt', `${MANIFEST_KEY}: unknown index state \`${String(value)}\``)
}
