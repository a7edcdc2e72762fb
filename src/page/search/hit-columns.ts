import type { Json } from '../api/exact-json.ts'
import type { MappingFacts } from '../query/field-facts.ts'
import { cellText } from './flatten.ts'

type FlatHit = ReadonlyMap<string, Json>

/** Columns that the page chooses by itself. */
const CHOSEN_COLUMNS = 8
/** Rows that widths are measured on: a width that changes while one scrolls is none. */
const MEASURED_ROWS = 100
const MIN_CHARS = 4
const MAX_CHARS = 48

/**
 * Fields that are searched by default, then the others as the mapping has them, then what only the
 * documents know; of each kind those that most of the documents have first. The time has a column of
 * its own.
 */
export function chooseColumns(rows: readonly FlatHit[], mapping: MappingFacts): readonly string[] {
  const counts = new Map<string, number>()
  for (const path of rows.flatMap((row) => [...row.keys()])) {
    counts.set(path, (counts.get(path) ?? 0) + 1)
  }
  const declared = mapping.declared.map(({ path }) => path)
  const ordered = new Set([...mapping.searchFields, ...declared, ...counts.keys()])
  ordered.delete(mapping.timestampField ?? '')
  const known = [...ordered].filter((path) => counts.has(path))
  const isCommon = (path: string): boolean => (counts.get(path) ?? 0) * 2 >= rows.length
  const common = known.filter(isCommon)
  return [...common, ...known.filter((path) => !isCommon(path))].slice(0, CHOSEN_COLUMNS)
}

/** For each column how many characters it wants. */
export function columnChars(columns: readonly string[], rows: readonly FlatHit[]): number[] {
  const measured = rows.slice(0, MEASURED_ROWS)
  return columns.map((column) => {
    const lengths = measured.map((row) => cellText(row.get(column)).length)
    return Math.min(MAX_CHARS, Math.max(MIN_CHARS, column.length, ...lengths))
  })
}

/** A column one place to the left or right; where it stands at the end, nothing changes. */
export function movedColumn(
  columns: readonly string[],
  column: string,
  step: -1 | 1,
): readonly string[] {
  const from = columns.indexOf(column)
  const to = from + step
  if (from < 0 || to < 0 || to >= columns.length) return columns
  return columns.toSpliced(from, 1).toSpliced(to, 0, column)
}
