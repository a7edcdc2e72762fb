import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { styleFor } from './style.ts'
import { drawBars } from './chart.ts'
import { fittedLine, wrappedLines } from './fitted-line.ts'
import { separatedRow } from './separated.ts'
import { unmarked } from './visible.ts'
import { factLine } from './facts.ts'
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

test('a column that must not be cut stays whole: others shrink, and leave from the right in the end', () => {
  const columns = [
    { name: 'id' },
    { name: 'time', whole: true },
    { name: 'body' },
    { name: 'more' },
  ]
  const rows = [['1', '2026-11-23 04:00:00', 'x'.repeat(40), 'y'.repeat(40)]]
  const drawn = (width: number): string => drawTable({ columns, rows }, { width, style: PLAIN })
  expect(drawn(50)).toContain('2026-11-23 04:00:00  xxxxxxxxxx…  yyyyyyyyyyy…')
  expect(drawn(34)).toContain('2026-11-23 04:00:00  xxxxxxxx…\n')
  expect(drawn(21)).toContain('2026-11-23 04:00:00\n')
})

test('a footer breaks between its facts', () => {
  expect(factLine(['20 of 512 hits', '148 ms', '3 of 41 splits'], 30)).toBe(
    '20 of 512 hits · 148 ms\n3 of 41 splits',
  )
})

test('a fitted line closes the colours that it cuts through', () => {
  const line = `${COLORED.paint.dim('time')}  ${COLORED.paint.bold('a long message')}`
  const cut = unmarked(fittedLine(line, 10, COLORED))
  expect(stringWidth(cut)).toBe(10)
  expect(cut).toContain('\u001b[22m')
  expect(fittedLine('short', 10, PLAIN)).toBe('short')
})

test('wrapped cells keep words whole where they fit, break wide characters evenly and keep colours', () => {
  expect(wrappedLines('one two three', 8)).toEqual(['one two', 'three'])
  expect(wrappedLines('日本語テキスト', 5)).toEqual(['日本', '語テ', 'キス', 'ト'])
  expect(wrappedLines('abcdefghij k', 4)).toEqual(['abcd', 'efgh', 'ij k'])
  const painted = `a ${COLORED.paint.bold('bold words')} b`
  expect(wrappedLines(painted, 7).map(unmarked)).toEqual([
    'a \u001b[1mbold\u001b[22m',
    '\u001b[1mwords\u001b[22m b',
  ])
})

test('a wrapped table of wide and painted cells stays within its width and loses nothing', () => {
  const cell = `${COLORED.paint.bold('支払い')}が拒否されました declined ${'z'.repeat(30)}`
  const data = { columns: [{ name: 'n' }, { name: 'body' }], rows: [['1', cell]] }
  const drawn = unmarked(drawTable(data, { width: 24, style: COLORED, wrap: true }))
  for (const line of drawn.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(24)
  // oxlint-disable-next-line no-control-regex -- the colours
  expect(drawn.replaceAll(/\u001b\[\d+m/g, '').replaceAll(/\s/g, '')).toContain(
    `支払いが拒否されましたdeclined${'z'.repeat(30)}`,
  )
})

test('csv quotes what it has to; tabs and line breaks do not survive in tsv', () => {
  expect(separatedRow(['a', 'b,c', 'd"e', 'f\ng'], 'csv')).toBe('a,"b,c","d""e","f\ng"\r\n')
  expect(separatedRow(['a', 'b\tc\r\nd'], 'tsv')).toBe('a\tb c d\n')
})
