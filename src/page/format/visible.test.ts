import { expect, test } from 'vitest'
import { visibleText } from './visible.ts'

test.each([
  ['plain\n\ttext ÄÖ 漢字 🎉', 'plain\n\ttext ÄÖ 漢字 🎉'],
  ['\u001B[31mred', '␛[31mred'],
  ['invoice-\u202Egnp.exe', String.raw`invoice-\u202egnp.exe`],
  ['a\u200Bb', String.raw`a\u200bb`],
  ['a\r\nb', 'a␍\nb'],
])('%j is shown as %j', (text, shown) => {
  expect(visibleText(text)).toBe(shown)
})
