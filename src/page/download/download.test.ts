import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isJsonObject, parseExact, type Json } from '../api/exact-json.ts'
import { csvText } from './csv.ts'
import { ndjsonText } from './ndjson.ts'

test('NDJSON has a document a line, digit by digit', () => {
  const lines = ['{"id":18446744073709551615,"f":1.0}', '{"text":"two\\nlines"}']
  const documents = lines.map(parseExact).filter(isJsonObject)
  expect(ndjsonText(documents)).toBe(lines.map((line) => `${line}\n`).join(''))
  expect(ndjsonText([])).toBe('')
})

test('CSV has texts as they are and the rest as JSON', () => {
  const [id, list] = ['18446744073709551615', '[1,"a"]'].map((text) => parseExact(`[${text}]`))
  const row: Json[] = [...(id as Json[]), true, null, '', 'a "b", c', ...(list as Json[])]
  expect(csvText(['id', 'ok', 'none', 'empty', 'text', 'list'], [row])).toBe(
    'id,ok,none,empty,text,list\r\n18446744073709551615,true,,"","a ""b"", c","[1,""a""]"\r\n',
  )
  expect(csvText(['a'], [[undefined]])).toBe('a\r\n""\r\n')
})

test.each([
  ['=HYPERLINK("http://x")', `"'=HYPERLINK(""http://x"")"`],
  ['+1+cmd|x', `'+1+cmd|x`],
  ['@SUM(A1)', `'@SUM(A1)`],
  ['-2+3', `'-2+3`],
  ['\t=1', `'\t=1`],
  ['-5', '-5'],
  ['+1.5', '+1.5'],
  ['a=1', 'a=1'],
])('a text %s is no formula to a spreadsheet: %s', (text, shown) => {
  expect(csvText(['a'], [[text]])).toBe(`a\r\n${shown}\r\n`)
})

test('CSV comes apart again into the cells that went in', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ') })
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { minLength: 1 }), (rows) => {
      const [, ...read] = readCsv(csvText(['x', 'y'], rows))
      // The apostrophe that keeps a line break at the front from being a formula is not of the text.
      expect(read).toEqual(
        rows.map((row) => row.map((each) => (each.startsWith('\r') ? `'${each}` : each))),
      )
    }),
  )
})

function readCsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  for (const [, quoted, plain, end] of text.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g,
  )) {
    row.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
    if (end === ',') continue
    rows.push(row)
    row = []
  }
  return rows
}
