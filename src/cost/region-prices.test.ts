import { expect, test } from 'vitest'
import { DEFAULT_ASSUMPTIONS } from './assumptions.ts'
import { estimateCost } from './model.ts'
import { US_EAST_1_PRICES } from './price-book.ts'
import { pricedRegions, regionBook } from './region-prices.ts'

test('ten Regions and more have prices of their own, each with its source and date', () => {
  expect(pricedRegions().length).toBeGreaterThanOrEqual(10)
  for (const region of pricedRegions()) {
    for (const price of Object.values(regionBook(region).book.prices)) {
      expect(price.source).not.toBe('')
      expect(price.asOf).toMatch(/^20\d\d-\d\d$/)
    }
  }
})

test('a price that was read from a list names it, and one that was not says so', () => {
  const { s3Write: ireland } = regionBook('eu-west-1').book.prices
  expect(ireland).toMatchObject({ source: expect.stringContaining('Price List'), asOf: '2026-09' })
  expect(ireland.tiers[0].usd).toBe(0.005)
  const { s3Write: london } = regionBook('eu-west-2').book.prices
  expect(london.source).toContain('to be checked')
})

test('what a Region does not have of its own is told by name', () => {
  const estimate = estimateCost({ ...DEFAULT_ASSUMPTIONS, region: 'eu-north-1' })
  expect(estimate.region).toMatchObject({ priced: 'eu-north-1', exact: true })
  expect(estimate.notes[0]).toMatch(/List prices of eu-north-1.*us-east-1's for .*API calls/)
})

test('a Region that is not listed is priced as us-east-1, and the estimate says so', () => {
  const estimate = estimateCost({ ...DEFAULT_ASSUMPTIONS, region: 'mx-central-1' })
  expect(estimate.region).toMatchObject({ priced: 'us-east-1', exact: false })
  expect(estimate.totalUsd).toBe(estimateCost(DEFAULT_ASSUMPTIONS).totalUsd)
})

test('prices that fall with volume fall in the same proportion', () => {
  const [first, second] = regionBook('ap-northeast-1').book.prices.restApiCall.tiers
  const [baseFirst, baseSecond] = US_EAST_1_PRICES.prices.restApiCall.tiers
  expect(first.usd).toBe(4.25)
  expect((second?.usd ?? 0) / first.usd).toBeCloseTo((baseSecond?.usd ?? 0) / baseFirst.usd, 12)
})
