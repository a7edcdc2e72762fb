import { expect, test } from 'vitest'
import { REGION_PATTERN } from './regions.ts'

test.each(['eu-west-1', 'us-gov-west-1', 'eusc-de-east-1', 'us-isob-west-1', 'ap-somewhere-12'])(
  '%s can be a Region',
  (text) => {
    expect(text).toMatch(REGION_PATTERN)
  },
)

test.each(['eu-west', 'EU-WEST-1', 'eu_west_1', '1', ''])('%j is no Region', (text) => {
  expect(text).not.toMatch(REGION_PATTERN)
})
