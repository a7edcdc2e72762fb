import { expect, test } from 'vitest'
import { simulateMerging } from './testing/simulated-merging.ts'

// Sizes around the least documents of a level (100,000), where the oldest split stays in the first one.
test.each([10, 200, 1_000, 2_000, 10_000])(
  'files of %i documents, 288 a day for 30 days, are written six times at most and stay under 150 splits',
  (docsPerFile) => {
    const { writtenPerIndexed, publishedSplits } = simulateMerging({
      days: 30,
      docsPerFile,
      bytesPerDoc: 33,
    })
    expect(writtenPerIndexed).toBeGreaterThan(1)
    expect(writtenPerIndexed).toBeLessThanOrEqual(6)
    expect(publishedSplits).toBeLessThanOrEqual(150)
  },
)
