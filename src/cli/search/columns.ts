import type { JsonValue } from '../../engine/bytes/json.ts'
import type { IndexFacts } from '../stack/index-facts.ts'

export type FlatHit = ReadonlyMap<string, JsonValue>

/** Time first, then the fields that are searched by default, then the others as the mapping has them. */
export function columnsOf(rows: readonly FlatHit[], facts: IndexFacts | undefined): string[] {
  const seen = new Set(rows.flatMap((row) => [...row.keys()]))
  const ordered = new Set(
    preferredPaths(facts).flatMap((path) => {
      if (seen.has(path)) return [path]
      // What a json field holds differs from document to document.
      return [...seen].filter((candidate) => candidate.startsWith(`${path}.`))
    }),
  )
  return [...ordered, ...[...seen].filter((path) => !ordered.has(path))]
}

/** The same whatever the hits hold, then what only they know: columns for a file. */
export function stableColumnsOf(rows: readonly FlatHit[], facts: IndexFacts | undefined): string[] {
  const open = new Set(facts?.fields.flatMap((f) => (f.type === 'json' ? [plainPath(f.path)] : [])))
  const declared = preferredPaths(facts).filter((path) => !open.has(path))
  return [...new Set([...declared, ...columnsOf(rows, facts)])]
}

function preferredPaths(facts: IndexFacts | undefined): string[] {
  if (facts === undefined) return []
  const { timestampField, defaultSearchFields, fields } = facts
  const paths = [
    ...(timestampField === undefined ? [] : [timestampField]),
    ...defaultSearchFields,
    ...fields.filter((field) => field.stored).map((field) => field.path),
  ]
  return [...new Set(paths.map(plainPath))]
}

/** As hits spell a path: a dot inside a name is not escaped there. */
export function plainPath(path: string): string {
  return path.replaceAll('\\.', '.')
}
