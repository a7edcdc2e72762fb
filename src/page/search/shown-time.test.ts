import { expect, test } from 'vitest'
import { shownTime } from './shown-time.ts'

test('a time is shown as precisely as the document has it', () => {
  const shown = (fraction: string) => shownTime({ time: `2026-11-27T18:19:19.${fraction}Z` }, 'utc')
  expect(shown('000000000')).toBe('2026-11-27 18:19:19')
  expect(shown('452000000')).toBe('2026-11-27 18:19:19.452')
  expect(shown('452000001')).toBe('2026-11-27 18:19:19.452000001')
  expect(shownTime({ time: undefined }, 'utc')).toBe('')
})
