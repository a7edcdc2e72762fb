import { plainText, type Json } from '../api/exact-json.ts'

/** RFC 4180 with a header. A text is as it is, everything else as JSON, nothing for null. */
export function csvText(
  columns: readonly string[],
  rows: readonly (readonly (Json | undefined)[])[],
): string {
  const lines = [columns.map((name) => quoted(harmless(name))), ...rows.map((row) => row.map(cell))]
  // A row of one empty cell would be an empty line, which readers pass over.
  return lines.map((cells) => `${cells.join(',') || '""'}\r\n`).join('')
}

function cell(value: Json | undefined): string {
  if (value === '') return '""'
  return quoted(typeof value === 'string' ? harmless(value) : plainText(value))
}

/**
 * What a spreadsheet would run as a formula gets an apostrophe before it, which spreadsheets take for
 * the mark of a text. A file from a browser is opened with a double click, and anybody may have
 * written what is in a log. NDJSON has everything as it is.
 */
function harmless(text: string): string {
  return /^[=+\-@\t\r]/.test(text) && !/^[+-]?[\d.]+$/.test(text) ? `'${text}` : text
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
