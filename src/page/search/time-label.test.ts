import { expect, test } from 'vitest'
import { shownLabel } from './time-label.ts'

test('a range is read in the zone that is shown', () => {
  const from = '2026-11-23T04:00:00Z'
  expect(shownLabel({}, 'utc')).toBe('All time')
  expect(shownLabel({ from: 'now-15m' }, 'utc')).toBe('Last 15 minutes')
  expect(shownLabel({ from, to: '2026-11-23T05:00:00.5Z' }, 'utc')).toBe(
    '2026-11-23 04:00:00 – 2026-11-23 05:00:00.500',
  )
  expect(shownLabel({ from: 'nonsense', to: 'now' }, 'utc')).toBe('nonsense – now')
})
