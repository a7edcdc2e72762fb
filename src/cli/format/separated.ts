export type Separated = 'csv' | 'tsv'

/** One row with its line end: RFC 4180, or tabs. */
export function separatedRow(cells: readonly string[], kind: Separated): string {
  return kind === 'csv'
    ? `${cells.map(csvCell).join(',')}\r\n`
    : `${cells.map(tsvCell).join('\t')}\n`
}

function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** A tab or line break inside a value would break the row. */
function tsvCell(text: string): string {
  return text.replaceAll(/[\t\r\n]+/g, ' ')
}
