import { expect, test } from 'vitest'
import type { JsonObject } from '../../bytes/json.ts'
import { anchorNow } from './anchor-now.ts'

test('`now` in a bound becomes the moment, so that every process means the same', () => {
  const day = (ranges: JsonObject[]): JsonObject => ({
    a: { date_range: { field: 'now', ranges } },
  })
  const nowMs = Date.UTC(2024, 4, 4, 12)
  expect(
    anchorNow(
      day([
        { from: 'now-1d/d', to: 'now' },
        { key: 'now', to: 'nowhere' },
      ]),
      nowMs,
    ),
  ).toEqual(
    day([
      { from: '2024-05-04T12:00:00Z||-1d/d', to: '2024-05-04T12:00:00Z||' },
      { key: 'now', to: 'nowhere' },
    ]),
  )
})
