import type { JsonObject } from '../api/exact-json.ts'
import { flatten } from '../search/flatten.ts'
import { csvText } from './csv.ts'
import { ndjsonText } from './ndjson.ts'

/** The documents as text; `columns` of CSV: of none, every path that some document has. */
export function hitsText(
  documents: readonly JsonObject[],
  format: 'ndjson' | 'csv',
  columns: readonly string[],
): string {
  if (format === 'ndjson') return ndjsonText(documents)
  const flat = documents.map(flatten)
  const paths =
    columns.length > 0 ? columns : [...new Set(flat.flatMap((document) => [...document.keys()]))]
  return csvText(
    paths,
    flat.map((document) => paths.map((path) => document.get(path))),
  )
}
