import { expect, test } from 'vitest'
import { formatSecond } from './moment.ts'

test('a second is shown in UTC or as the clock on the wall has it', () => {
  expect(formatSecond(1_795_803_456, 'utc')).toBe('2026-11-27 18:17:36')
  const local = formatSecond(1_795_803_456, 'local')
  expect(new Date(local.replace(' ', 'T')).getTime()).toBe(1_795_803_456_000)
})

test('what is no time is nothing', () => {
  expect(formatSecond(Number.NaN, 'utc')).toBe('')
  expect(formatSecond(1e300, 'local')).toBe('')
})
