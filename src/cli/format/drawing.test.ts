import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { styleFor } from './style.ts'
import { drawBars } from './chart.ts'
import { fittedLine } from './fitted-line.ts'
import { separatedRow } from './separated.ts'
import { drawTable, fitWidths } from './table.ts'

const facts = { isTerminal: true, ascii: false, env: { LANG: 'C.UTF-8' } } as const
const PLAIN = styleFor({ ...facts, choice: 'never' })
const COLORED = styleFor({ ...facts, choice: 'always' })
const ASCII = styleFor({ ...facts, choice: 'never', ascii: true })

test('bars have label, eighths of blocks, count and share', () => {
  const bars = [
    { label: 'a', total: 1_200_000, parts: [] },
    { label: 'bb', total: 300_000, parts: [] },
  ]
  expect(drawBars({ bars, series: [] }, { width: 44, style: PLAIN })).toBe(
    'a   █████████████████████  1,200,000  80.0 %\nbb  █████▎                   300,000  20.0 %\n',
  )
})

test('without colour a stacked bar is told apart by letters, in ASCII too', () => {
  const bars = [{ label: 'x', total: 8, parts: [4, 2] }]
  const drawn = drawBars({ bars, series: ['one', 'two'] }, { width: 28, style: ASCII })
  expect(drawn).toBe('x  aaaaaaabbbb...  8 100.0 %\na one  b two  . other\n')
})

test('the legend names "other" only where something is left over', () => {
  const bars = [{ label: 'x', total: 6, parts: [4, 2] }]
  expect(drawBars({ bars, series: ['one', 'two'] }, { width: 60, style: PLAIN })).not.toContain(
    'other',
  )
})

test.each([30, 40, 80, 120])('a chart of long labels stays within %i columns', (width) => {
  const bars = [{ label: 'a long label that nobody can fit anywhere', total: 12_345, parts: [] }]
  const [line = ''] = drawBars({ bars, series: [] }, { width, style: PLAIN }).split('\n')
  expect(stringWidth(line)).toBeLessThanOrEqual(width)
})

test('a table shrinks its widest columns first', () => {
  expect(fitWidths([10, 40, 5], 40)).toEqual([10, 21, 5])
  const data = { columns: [{ name: 'id' }, { name: 'body' }], rows: [['1', 'x'.repeat(50)]] }
  for (const line of drawTable(data, { width: 20, style: PLAIN }).split('\n')) {
    expect(stringWidth(line)).toBeLessThanOrEqual(20)
  }
  expect(
    drawTable(data, { width: 20, style: PLAIN, wrap: true }).replaceAll(/[^x]/g, ''),
  ).toHaveLength(50)
})

test('a fitted line closes the colours that it cuts through', () => {
  const line = `${COLORED.paint.dim('time')}  ${COLORED.paint.bold('a long message')}`
  const cut = fittedLine(line, 10, COLORED)
  expect(stringWidth(cut)).toBe(10)
  expect(cut).toContain('\u001b[22m')
  expect(fittedLine('short', 10, PLAIN)).toBe('short')
})

test('csv quotes what it has to; tabs and line breaks do not survive in tsv', () => {
  expect(separatedRow(['a', 'b,c', 'd"e', 'f\ng'], 'csv')).toBe('a,"b,c","d""e","f\ng"\r\n')
  expect(separatedRow(['a', 'b\tc\r\nd'], 'tsv')).toBe('a\tb c d\n')
})
