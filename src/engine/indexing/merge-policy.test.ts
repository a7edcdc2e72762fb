import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SplitRecord } from '../metastore/split-record.ts'
import { testConfig } from './testing/indexing-fixture.ts'
import {
  candidateBytes,
  isMature,
  maturityAtBirth,
  maturityOfHeir,
  mergeScore,
  planForcedMerges,
  planMerges,
} from './merge-policy.ts'

const HOUR_MS = 3_600_000
const NOW_MS = 1_700_000_000_000

const stableLog = testConfig({ split_num_docs_target: 1_000_000 }).indexingSettings
const limitMerge = testConfig({
  split_num_docs_target: 1_000_000,
  merge_policy: { type: 'limit_merge' },
}).indexingSettings
const noMerge = testConfig({ merge_policy: { type: 'no_merge' } }).indexingSettings

const at = (nowMs: number, maxBytes = Infinity) => ({ nowMs, maxBytes })

/** The n-th split: newer with every n. */
function split(n: number, docCount: number, more: Partial<SplitRecord> = {}): SplitRecord {
  return {
    splitId: `S${String(n).padStart(5, '0')}`,
    indexUid: 'i:1',
    sourceId: 's',
    nodeId: 'n',
    state: 'Published',
    createTimestamp: NOW_MS / 1000,
    updateTimestamp: NOW_MS / 1000,
    publishTimestamp: NOW_MS / 1000,
    docCount,
    sourceBytes: docCount * 100,
    timeRange: { startSeconds: n * 100, endSeconds: n * 100 + 99 },
    tags: [],
    footer: { start: docCount * 50, end: docCount * 50 + 100 },
    maturity: { kind: 'immature', maturationPeriodMs: 48 * HOUR_MS },
    mergeOpCount: 0,
    deleteOpstamp: 0,
    docMappingUid: 'm',
    columnBounds: [],
    ...more,
  }
}

const splits = (count: number, docCount: number, from = 0): SplitRecord[] =>
  Array.from({ length: count }, (_, i) => split(from + i, docCount))

const idsOf = (plans: readonly (readonly SplitRecord[])[]): string[][] =>
  plans.map((plan) => plan.map(({ splitId }) => Number(splitId.slice(1)).toString()))

describe('stable_log', () => {
  test('ten splits of a level are one merge, nine are none', () => {
    expect(planMerges(splits(9, 1_000), stableLog, at(NOW_MS))).toEqual([])
    expect(idsOf(planMerges(splits(10, 1_000), stableLog, at(NOW_MS)))).toEqual([
      ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    ])
  })

  test('of more than max_merge_factor splits the oldest twelve go first', () => {
    const [plan] = planMerges(splits(30, 1_000), stableLog, at(NOW_MS))
    expect(plan?.map(({ splitId }) => splitId)).toEqual(
      splits(12, 1_000).map(({ splitId }) => splitId),
    )
  })

  test('two splits that reach the target together are merged', () => {
    const plans = planMerges([split(0, 600_000), split(1, 500_000)], stableLog, at(NOW_MS))
    expect(idsOf(plans)).toEqual([['0', '1']])
  })

  test('a split three times as large as the newer ones opens a level of its own', () => {
    const young = splits(10, 1_000, 100)
    const old = splits(10, 150_000, 0)
    const plans = planMerges([...old.slice(0, 5), ...young], stableLog, at(NOW_MS))
    expect(idsOf(plans)).toEqual([
      ['100', '101', '102', '103', '104', '105', '106', '107', '108', '109'],
    ])
  })

  test('at most one merge per level is planned, the one with the best score first', () => {
    const young = splits(12, 1_000, 100)
    const old = splits(12, 120_000, 0)
    const plans = planMerges([...old, ...young], stableLog, at(NOW_MS))
    expect(plans.map((plan) => plan[0]?.docCount)).toEqual([1_000, 120_000])
    expect(plans[1]).toHaveLength(9)
  })

  test('splits without a time range count as oldest', () => {
    const timeless = split(50, 1_000, { timeRange: undefined })
    const [plan] = planMerges([...splits(12, 1_000), timeless], stableLog, at(NOW_MS))
    expect(plan?.[0]?.splitId).toBe(timeless.splitId)
  })
})

describe('what is worth its bytes', () => {
  test('a file that comes late is not merged with the few large splits of its time', () => {
    const large = [split(0, 90_000), split(4, 90_000)]
    const late = [1, 2, 3, 5, 6, 7, 8, 9].map((n) => split(n, 100))
    expect(planMerges([...large, ...late], stableLog, at(NOW_MS))).toEqual([])
    const more = [10, 11].map((n) => split(n, 100))
    const [plan] = planMerges([...large, ...late, ...more], stableLog, at(NOW_MS))
    expect(plan?.map(({ docCount }) => docCount)).toEqual(Array(10).fill(100))
  })

  test('where merge_factor is small, that many splits of about one size are worth it', () => {
    for (const factor of [2, 3, 4]) {
      const policy = { type: 'stable_log', merge_factor: factor, max_merge_factor: factor }
      const settings = testConfig({ merge_policy: policy }).indexingSettings
      const some = Array.from({ length: factor }, (_, n) => split(n, n === 0 ? 110 : 100))
      expect(planMerges(some, settings, at(NOW_MS))).toHaveLength(1)
    }
  })

  test('a split that fits no merge does not keep the others from theirs', () => {
    // Shares of what a merge may hold: 0.745, and four of 0.26.
    const some = [split(0, 14_898), ...splits(4, 5_198, 1)]
    for (const settings of [stableLog, limitMerge]) {
      expect(idsOf(planMerges(some, settings, at(NOW_MS, 1_000_000)))).toEqual([['1', '2', '3']])
    }
  })
})

describe('splits that matured by age', () => {
  const later = at(NOW_MS + 48 * HOUR_MS)

  test('are merged as many at once as allowed, when there are many, and apart from new ones', () => {
    expect(planMerges(splits(15, 10), stableLog, later)).toEqual([])
    const fresh = splits(9, 10, 50).map((each) => ({
      ...each,
      createTimestamp: later.nowMs / 1000,
    }))
    const plans = planMerges([...splits(16, 10), ...fresh], stableLog, later)
    expect(idsOf(plans)).toEqual([
      splits(12, 10).map(({ splitId }) => `${Number(splitId.slice(1))}`),
    ])
  })

  test('stay old when they are merged or written anew, and full ones stay full', () => {
    const heirOf = (replaced: readonly SplitRecord[]) =>
      maturityOfHeir(
        stableLog,
        { docCount: 100, mergeOpCount: 1 },
        { replaced, nowMs: later.nowMs },
      )
    const old = splits(2, 50)
    expect(heirOf(old)).toEqual({ kind: 'immature', maturationPeriodMs: 0 })
    const fresh = split(9, 50, { createTimestamp: later.nowMs / 1000 })
    expect(heirOf([...old, fresh])).toEqual(fresh.maturity)
    expect(heirOf([split(0, 100, { maturity: { kind: 'mature' } })])).toEqual({ kind: 'mature' })
  })
})

describe('limit_merge', () => {
  test('splits are grouped by the merges behind them and taken oldest first', () => {
    const fresh = splits(22, 10)
    const merged = splits(10, 100, 50).map((s) => ({ ...s, mergeOpCount: 1 }))
    const plans = planMerges([...merged, ...fresh], limitMerge, at(NOW_MS))
    expect(plans.map((plan) => [plan.length, plan[0]?.mergeOpCount])).toEqual([
      [12, 0],
      [10, 0],
      [10, 1],
    ])
  })

  test('a split with max_merge_ops merges behind it is mature', () => {
    const born = maturityAtBirth(limitMerge, { docCount: 1, mergeOpCount: 4 })
    expect(born).toEqual({ kind: 'mature' })
    const worn = splits(12, 10).map((s) => ({ ...s, mergeOpCount: 4 }))
    expect(planMerges(worn, limitMerge, at(NOW_MS))).toEqual([])
  })
})

describe('every policy', () => {
  test('no_merge plans nothing and every split is mature at birth', () => {
    expect(planMerges(splits(50, 10), noMerge, at(NOW_MS))).toEqual([])
    expect(maturityAtBirth(noMerge, { docCount: 1, mergeOpCount: 0 })).toEqual({ kind: 'mature' })
  })

  test('a split matures by size at birth and by age later', () => {
    const born = (docCount: number) => maturityAtBirth(stableLog, { docCount, mergeOpCount: 0 })
    expect(born(1_000_000)).toEqual({ kind: 'mature' })
    expect(born(999_999)).toEqual({ kind: 'immature', maturationPeriodMs: 48 * HOUR_MS })
    expect(isMature(split(0, 1), NOW_MS + 48 * HOUR_MS - 1)).toBe(false)
    expect(isMature(split(0, 1), NOW_MS + 48 * HOUR_MS)).toBe(true)
    expect(planMerges(splits(12, 10), stableLog, at(NOW_MS + 48 * HOUR_MS))).toEqual([])
  })

  test('splits of another mapping, source or state stay apart', () => {
    const some = splits(9, 10)
    for (const odd of [
      { docMappingUid: 'other' },
      { sourceId: 'other' },
      { state: 'MarkedForDeletion' as const },
    ]) {
      expect(planMerges([...some, split(9, 10, odd)], stableLog, at(NOW_MS))).toEqual([])
    }
  })

  test('a merge of many small splits scores above one of few large ones', () => {
    expect(mergeScore(splits(10, 10))).toBeGreaterThan(mergeScore(splits(2, 10)))
    expect(mergeScore(splits(10, 10))).toBeGreaterThan(mergeScore(splits(10, 1_000)))
  })

  test('no split is in two merges, and no merge is larger than allowed', () => {
    const doc = fc.record({ n: fc.nat(50), docCount: fc.nat(400_000), mergeOpCount: fc.nat(4) })
    fc.assert(
      fc.property(
        fc.array(doc, { maxLength: 60 }),
        fc.boolean(),
        fc.nat(1e8),
        (docs, isLimit, maxBytes) => {
          const some = docs.map(({ n, docCount, mergeOpCount }, i) => ({
            ...split(n, docCount, { mergeOpCount }),
            splitId: `S${i}`,
          }))
          const bounds = at(NOW_MS, maxBytes)
          const plans = planMerges(some, isLimit ? limitMerge : stableLog, bounds)
          const forced = planForcedMerges(some, { targetDocs: 1_000_000, maxBytes })
          for (const plan of [...plans, ...forced]) {
            expect(candidateBytes(plan)).toBeLessThanOrEqual(maxBytes)
          }
          const ids = plans.flatMap((plan) => plan.map(({ splitId }) => splitId))
          expect(new Set(ids).size).toBe(ids.length)
          for (const plan of plans) {
            expect(plan.length).toBeGreaterThanOrEqual(2)
            expect(plan.length).toBeLessThanOrEqual(12)
          }
        },
      ),
    )
  })
})
