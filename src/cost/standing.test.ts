import { describe, expect, test } from 'vitest'
import { leftoverCost } from './leftovers.ts'
import { queryCost } from './query-cost.ts'
import { IDLE_STACK, standingCostPerMonth } from './standing.ts'

describe('an idle stack', () => {
  test('costs its one secret', () => {
    const cost = standingCostPerMonth(IDLE_STACK)
    expect(cost.usdText).toBe('$0.40')
    expect(cost.usd).toBeLessThanOrEqual(0.5)
  })

  test('costs under a dollar even when other stacks have used up the allowances', () => {
    const { listUsd } = standingCostPerMonth(IDLE_STACK)
    expect(listUsd).toBeCloseTo(0.4 + 3 * 0.1 + 0.657 * 0.4 + 0.0164, 3)
  })

  test('looks after its indexes every hour for less than two cents, and for a tenth of one inside the allowances', () => {
    const idle = standingCostPerMonth(IDLE_STACK)
    const without = standingCostPerMonth({ ...IDLE_STACK, upkeepRuns: 0 })
    expect(idle.listUsd - without.listUsd).toBeLessThan(0.02)
    expect(idle.usd - without.usd).toBeLessThan(0.001)
  })

  test('polls its queue 657,000 times a month, inside the free million', () => {
    const polls = standingCostPerMonth(IDLE_STACK).rows.find((row) => row.label === 'queue polls')
    expect(polls).toMatchObject({ quantity: 657_000, usd: 0 })
  })

  test('breaks the budget with a second mapped queue', () => {
    expect(standingCostPerMonth({ ...IDLE_STACK, polledQueues: 2 }).usd).toBeGreaterThan(0.5)
  })

  test('pays for what it keeps stored', () => {
    const { usd } = standingCostPerMonth({ ...IDLE_STACK, indexBytes: 30e9 })
    expect(usd).toBeCloseTo(0.4 + 0.69, 2)
  })
})

describe('leftovers', () => {
  test.each([
    ['AWS::S3::Bucket', 1e9, '$0.02'],
    ['AWS::S3::Bucket', 0, '$0.00'],
    ['AWS::S3::Bucket', 10, '<$0.01'],
    ['AWS::Logs::LogGroup', 1e9, '$0.03'],
    ['AWS::SecretsManager::Secret', 1, '$0.40'],
    ['AWS::CloudWatch::Alarm', 3, '$0.30'],
    ['AWS::Lambda::EventSourceMapping', 1, '$0.26'],
    ['AWS::IAM::Role', 2, '$0.00'],
    ['AWS::Lambda::Function', undefined, '$0.00'],
  ])('%s of %s: %s a month', (type, quantity, usdText) => {
    expect(leftoverCost(type, quantity).usdText).toBe(usdText)
  })

  test('a bucket whose size could not be read shows its unit price', () => {
    expect(leftoverCost('AWS::S3::Bucket', undefined)).toEqual({
      usdPerMonth: undefined,
      usdText: '$0.023 per GB-month',
    })
  })

  test.each(['AWS::EC2::Instance', 'constructor'])(
    'a type that is not ours, %s, is unknown',
    (type) => {
      expect(leftoverCost(type, 1)).toEqual({ usdPerMonth: undefined, usdText: 'unknown' })
    },
  )
})

describe('one query', () => {
  const warm = {
    functionMs: 96,
    memoryMb: 3008,
    arch: 'x86_64',
    http: false,
    reads: 0,
    responseBytes: 0,
  } as const

  test('that reads nothing costs its compute and its request', () => {
    expect(queryCost(warm).usdText).toBe('$0.0000049')
  })

  test('is billed by the started millisecond', () => {
    expect(queryCost({ ...warm, functionMs: 95.1 }).usd).toBe(queryCost(warm).usd)
  })

  test('pays each read, the gateway and what leaves AWS on top', () => {
    const cost = queryCost({ ...warm, http: true, reads: 10, responseBytes: 8000 })
    expect(cost.usd - queryCost(warm).usd).toBeCloseTo(10 * 0.4e-6 + 3.5e-6 + 8e-6 * 0.09, 12)
    expect(cost.parts.reduce((sum, part) => sum + part.usd, 0)).toBeCloseTo(cost.usd, 15)
    expect(cost.parts[0]?.label).toBe('compute')
  })
})
