import { expect, test } from 'vitest'
import { DEFAULT_ASSUMPTIONS } from './assumptions.ts'
import { US_EAST_1_PRICES } from './price-book.ts'
import { storedObjectsCost, type StoredVolume } from './stored-objects.ts'

const cost = (volume: Partial<StoredVolume>) =>
  storedObjectsCost(
    { objectCount: 1_000_000, storedBytes: 0, sourceBytes: 0, listRequests: 2_000, ...volume },
    DEFAULT_ASSUMPTIONS,
    US_EAST_1_PRICES,
  )

const row = (label: string, volume: Partial<StoredVolume> = {}): number =>
  cost(volume).rows.find((each) => each.label === label)?.usd ?? NaN

test('a million small objects cost their requests and the time that each takes', () => {
  // Half a second each at 2.9375 GB of arm64.
  expect(row('indexer compute')).toBeCloseTo(1e6 * 0.5 * 2.9375 * 0.0000133334, 2)
  // A listing of a thousand keys, counted and handed over, at the price of a write.
  expect(row('S3 listing')).toBeCloseTo(0.01, 6)
  // HEAD, GET and four of the metastore; a tenth of a merge reads eleven.
  expect(row('S3 reads')).toBeCloseTo(((6 + 1.1) * 1e6 * 0.0004) / 1_000, 4)
  // Split and metastore; a tenth of a merge writes two.
  expect(row('S3 writes')).toBeCloseTo((2.2 * 1e6 * 0.005) / 1_000, 4)
  // Sent, received, hidden while they are worked on, and deleted, ten at a time.
  expect(row('queue')).toBeCloseTo((0.4 * 0.4 * 1e6) / 1e6, 6)
  expect(row('function requests')).toBeCloseTo((0.1 * 0.2 * 1e6) / 1e6, 6)
  expect(cost({}).seconds).toBe(250_000)
})

test('the total is the sum of its rows, and large objects are read in pieces', () => {
  const volume = { objectCount: 10, storedBytes: 80 * 1024 ** 3, sourceBytes: 300e9 }
  const { rows, totalUsd, storageUsdMonth } = cost(volume)
  expect(totalUsd).toBeCloseTo(
    rows.reduce((sum, { usd }) => sum + usd, 0),
    9,
  )
  expect(row('S3 reads', volume)).toBeCloseTo(((10 * 7.1 + 10_240) * 0.0004) / 1_000, 6)
  expect(storageUsdMonth).toBeCloseTo(300 * DEFAULT_ASSUMPTIONS.indexRatio * 0.023, 4)
})

test('one object cannot be shared between two indexers', () => {
  expect(cost({ objectCount: 1 }).seconds).toBe(0.5)
})
