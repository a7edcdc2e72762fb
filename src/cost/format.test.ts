import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  formatQuantity,
  formatSmallUsd,
  formatUnitPrice,
  formatUnknown,
  formatUsd,
} from './format.ts'
import { US_EAST_1_PRICES } from './price-book.ts'

test.each([
  [0, '$0.00'],
  [0.0000001, '<$0.01'],
  [0.00999, '<$0.01'],
  [0.01, '$0.01'],
  [6.5717, '$6.57'],
  [1234.5, '$1,234.50'],
  [-0.5, '-$0.50'],
])('%d dollars print as %s', (usd, text) => {
  expect(formatUsd(usd)).toBe(text)
})

test.each([
  [0.0000049, '$0.0000049'],
  [0.00000396, '$0.0000040'],
  [0.0012345, '$0.0012'],
  [0.25, '$0.25'],
  [0, '$0.00'],
])('one query of %d dollars prints as %s', (usd, text) => {
  expect(formatSmallUsd(usd)).toBe(text)
})

test('no amount above zero prints as zero, in either style', () => {
  fc.assert(
    fc.property(fc.double({ min: 5e-324, max: 1e9, noNaN: true }), (usd) => {
      expect(formatUsd(usd)).not.toBe('$0.00')
      expect(formatSmallUsd(usd)).toMatch(/[1-9]/)
    }),
  )
})

test('a list price is printed in full and never with an exponent', () => {
  const { prices } = US_EAST_1_PRICES
  expect(formatUnitPrice(prices.ephemeralGbSecond)).toBe('$0.0000000309 per GB-s')
  expect(formatUnitPrice(prices.lambdaRequest)).toBe('$0.20 per million requests')
  expect(formatUnitPrice(prices.s3Read)).toBe('$0.0004 per 1,000 reads')
})

test('an unknown amount prints the unit price and what would make it known', () => {
  expect(formatUnknown(US_EAST_1_PRICES.prices.dataOutGb)).toBe('$0.09 per GB, needs --actual')
})

test.each([
  [8760, '8,760'],
  [876e6, '876,000,000'],
  [2.9375, '2.9375'],
  [0.000481234, '0.0004812'],
  [0, '0'],
])('a quantity of %d prints as %s', (quantity, text) => {
  expect(formatQuantity(quantity)).toBe(text)
})
