import { expect, test } from 'vitest'
import { DEFAULT_ASSUMPTIONS } from './assumptions.ts'
import { findLevers } from './levers.ts'
import { estimateCost } from './model.ts'
import { TUTORIAL_ASSUMPTIONS } from './tutorial.ts'

const CASES = [
  ['default', DEFAULT_ASSUMPTIONS],
  ['tutorial', TUTORIAL_ASSUMPTIONS],
  [
    'wasteful',
    {
      ...TUTORIAL_ASSUMPTIONS,
      retentionDays: 'forever',
      indexerEphemeralGb: 10,
      searcherEphemeralGb: 10,
      logBytesPerInvocation: 50_000,
      logRetentionDays: 'forever',
    },
  ],
] as const

test.each(CASES)('%s: each saving is the difference of two estimates', (_, assumptions) => {
  for (const freeTier of ['none', 'always'] as const) {
    const beforeUsd = estimateCost(assumptions, { freeTier }).totalUsd
    const levers = findLevers(assumptions, { freeTier })
    expect(levers.length).toBeGreaterThan(2)
    for (const lever of levers) {
      const afterUsd = estimateCost(lever.assumptions, { freeTier }).totalUsd
      expect(lever.savesUsd).toBeCloseTo(beforeUsd - afterUsd, 9)
      expect(lever.savesUsd).toBeGreaterThan(0)
      expect(lever.change).not.toBe('')
    }
  }
})

test.each(CASES)('%s: the biggest saving comes first', (_, assumptions) => {
  const savings = findLevers(assumptions).map((lever) => lever.savesUsd)
  expect(savings).toEqual(savings.toSorted((a, b) => b - a))
})

test('a stack on arm64 is not told to move to arm64, the tutorial is', () => {
  expect(findLevers(DEFAULT_ASSUMPTIONS).map((lever) => lever.id)).not.toContain('arm64')
  const saved =
    findLevers(TUTORIAL_ASSUMPTIONS).find((lever) => lever.id === 'arm64')?.savesUsd ?? 0
  // A fifth of the compute rows: $2.15 + $1.47 + $0.73.
  expect(saved).toBeCloseTo(0.2 * (2.146 + 1.47 + 0.73), 2)
})

test('batching three files into one indexes the same documents', () => {
  const lever = findLevers(DEFAULT_ASSUMPTIONS).find((each) => each.id === 'interval')
  expect(lever?.change).toMatch(/every 15 min/)
  if (lever === undefined) return
  expect(estimateCost(lever.assumptions).volumes.docsPerMonth).toBe(
    estimateCost(DEFAULT_ASSUMPTIONS).volumes.docsPerMonth,
  )
})

test('nothing is left to save on a stack without traffic, data or extras', () => {
  const idle = {
    ...DEFAULT_ASSUMPTIONS,
    everySeconds: 'never',
    queriesPerMonth: 0,
  } as const
  expect(findLevers(idle)).toEqual([])
})
