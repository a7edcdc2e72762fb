import fc from 'fast-check'
import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { drawTable } from './table.ts'
import { styleFor } from './style.ts'
import { forTerminal, visible } from './visible.ts'

const STYLE = styleFor({ isTerminal: true, choice: 'always', ascii: false, env: {} })
const ASCII = { ...STYLE, ascii: true }

// oxlint-disable-next-line no-control-regex -- everything that a terminal acts on
const ACTS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/

const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      '\u001B[31m',
      '\u001B]0;x\u0007',
      '\u009B2J',
      '\r',
      '\u202E',
      '\u001B[31;1234567m',
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
})

test('escape sequences, bells, carriage returns and bidirectional controls show instead of acting', () => {
  expect(forTerminal('\u001B[31mred\u0007 a\rb\u202Ec\u009B', STYLE)).toBe(
    String.raw`␛[31mred␇ a␍b\u202ec\u009b`,
  )
  expect(forTerminal('\u001B[31mred', ASCII)).toBe(String.raw`\u001b[31mred`)
})

test('lines and tabs stay, and the line ends of CSV are plain ones', () => {
  expect(forTerminal('a\tb\r\nc\n', STYLE)).toBe('a\tb\nc\n')
})

test('JSON keeps its meaning: what acts is written as JSON would escape it', () => {
  const json = JSON.stringify({ text: '\u007f\u0085\u202e\u001b' })
  expect(JSON.parse(forTerminal(json, STYLE))).toEqual(JSON.parse(json))
})

test('our own colours act, also around a text that holds some', () => {
  expect(forTerminal(STYLE.paint.red('a\u001B[39mb'), STYLE)).toBe('\u001B[31ma␛[39mb\u001B[39m')
  expect(forTerminal(STYLE.paint.dim(`a${STYLE.paint.bold('b')}c`), STYLE)).toBe(
    '\u001B[2ma\u001B[1mb\u001B[22m\u001B[2mc\u001B[22m',
  )
})

test('nothing that data can hold acts on a terminal, and showing it twice changes nothing', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const shown = visible(text, STYLE)
      expect(ACTS.test(shown)).toBe(false)
      expect(visible(shown, STYLE)).toBe(shown)
    }),
  )
})

/** Letters whose width is not in dispute, as that of © and of the newest scripts is. */
const hostileWord = fc.string({
  unit: fc.oneof(
    fc.constantFrom('\u001B[31m', '\u001B]0;x\u0007', '\r', '\u202E', '\u2028', '日', 'é'),
    fc.integer({ min: 0, max: 0x9f }).map((code) => String.fromCharCode(code)),
  ),
})

test('a table of hostile cells has no more colours than its own and columns of one width', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(hostileWord, { minLength: 2, maxLength: 2 }), { minLength: 1 }),
      (rows) => {
        const data = { columns: [{ name: 'a' }, { name: '\u001B[2Jb' }], rows }
        const drawn = forTerminal(drawTable(data, { width: 40, style: STYLE }), STYLE)
        // oxlint-disable-next-line no-control-regex -- the dim and bright of the header
        const colors = [...drawn.matchAll(/\u001B\[(\d+)m/g)].map((match) => match[1])
        expect(colors.every((code) => ['2', '22', '0', '39'].includes(code ?? ''))).toBe(true)
        // oxlint-disable-next-line no-control-regex -- see above
        expect(ACTS.test(drawn.replaceAll(/\u001B\[\d+m/g, ''))).toBe(false)
        for (const line of drawn.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(40)
      },
    ),
  )
})
