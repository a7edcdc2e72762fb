import { expect, test } from 'vitest'
import { fittingSigns } from './ascii.ts'

test('our own signs become ASCII where nothing else can be shown; letters of names stay', () => {
  const text = 'größe.json · 3 × 5 µs … the folder’s'
  expect(fittingSigns(text, { ascii: true })).toBe("größe.json - 3 x 5 us ... the folder's")
  expect(fittingSigns(text, { ascii: false })).toBe(text)
})
