import { expect, test } from 'vitest'
import { simulateYear } from '../../bench/year/simulated-year.ts'

// Three weeks of `npm run bench -- year`, of which one is kept: what grows with age would grow here.
test('weeks of batches, late, announced twice and cut off by deaths, are all found once within the bounds', async () => {
  const { days, ...end } = await simulateYear({
    days: 21,
    retentionDays: 7,
    docsPerBatch: 10_000,
    realDocsPerBatch: 4,
    seed: 2,
  })
  expect(end.deathCount).toBeGreaterThan(10)
  expect(end.sentDocs).toBeGreaterThan(7 * 280 * 4)
  expect(end.foundDocs).toBe(end.sentDocs)
  const most = (pick: (day: (typeof days)[0]) => number): number => Math.max(...days.map(pick))
  expect(most((day) => day.publishedSplits)).toBeLessThanOrEqual(60)
  expect(most((day) => day.metastoreBytes)).toBeLessThanOrEqual(300_000)
  const sum = (pick: (day: (typeof days)[0]) => number): number =>
    days.reduce((total, day) => total + pick(day), 0)
  const written = sum((day) => day.writtenDocs) / sum((day) => day.indexedDocs)
  expect(written).toBeGreaterThan(2)
  expect(written).toBeLessThanOrEqual(6)
  // What a death left of an upload is an object without a name for a day.
  expect(most((day) => day.objects - day.namedObjects)).toBeLessThanOrEqual(5)
  const last = days.at(-1)
  expect(last?.query.oneHour.splits).toBeLessThanOrEqual(10)
  expect(last?.query.lastDay.splits).toBeLessThan(last?.publishedSplits ?? 0)
})
