import { expect, test } from 'vitest'
import { visibleText } from './visible.ts'

test('what turns the reading order around or cannot be seen is shown as a sign', () => {
  expect(visibleText('invoice-\u202Egnp.exe')).toBe(String.raw`invoice-\u202egnp.exe`)
  expect(visibleText('\u001B[31m\u0000\u0085\u2066')).toBe(String.raw`␛[31m␀\u0085\u2066`)
})

test('everything else stays, other scripts and line ends included', () => {
  const text = 'שלום\tعربى\n🦊 naïve'
  expect(visibleText(text)).toBe(text)
})
