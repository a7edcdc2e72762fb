import type { Style } from './style.ts'

const PLAIN: Readonly<Record<string, string>> = {
  '…': '...',
  '·': '-',
  '–': '-',
  '—': '-',
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
  '×': 'x',
  µ: 'u',
  '→': '->',
}
const SIGNS = /[…·–—’‘“”×µ→]/g

/** Our own words with the signs that the stream can show; other letters, as of a file's name, stay. */
export function fittingSigns(text: string, { ascii }: Pick<Style, 'ascii'>): string {
  return ascii ? text.replaceAll(SIGNS, (sign) => PLAIN[sign] ?? sign) : text
}
