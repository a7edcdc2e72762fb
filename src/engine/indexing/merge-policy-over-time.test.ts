import { describe, expect, test } from 'vitest'
import { simulateMerging } from './testing/simulated-merging.ts'

/** In a function of 3 GB. */
const maxMergeBytes = 500 * 1024 * 1024

// Sizes around the least documents of a level (100,000), where the oldest split stays in the first one.
test.each([
  [10, 0],
  [200, 2],
  [1_000, 0],
  [2_000, 2],
  [10_000, 0],
  [10_000, 10],
])(
  'files of %i documents, 288 a day for 45 days, some of them %i days late, are written six times at most and stay few splits',
  (docsPerFile, lateDays) => {
    const { writtenPerIndexed, mostSplits, mostSplitsOfAnHour } = simulateMerging({
      days: 45,
      docsPerFile,
      bytesPerDoc: 33,
      maxMergeBytes,
      retentionDays: 30,
      lateDays,
    })
    expect(writtenPerIndexed).toBeGreaterThan(1)
    expect(writtenPerIndexed).toBeLessThanOrEqual(6)
    expect(mostSplits).toBeLessThanOrEqual(60)
    // Merges keep the order of time: an hour, whichever, is in a few splits.
    expect(mostSplitsOfAnHour).toBeLessThanOrEqual(15)
  },
)

describe('an index that keeps everything', () => {
  test.each([
    [1, 100],
    [4, 10_000],
    [24, 1_000],
  ])('of %i files a day with %i documents has few splits after three years', (filesADay, docs) => {
    const { mostSplits, writtenPerIndexed, mostSplitsOfAnHour } = simulateMerging({
      days: 3 * 365,
      filesADay,
      docsPerFile: docs,
      bytesPerDoc: 33,
      maxMergeBytes,
    })
    expect(mostSplits).toBeLessThanOrEqual(60)
    expect(writtenPerIndexed).toBeLessThanOrEqual(6)
    expect(mostSplitsOfAnHour).toBeLessThanOrEqual(2)
  })
})
