import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CostAssumptions, DEFAULT_ASSUMPTIONS } from './assumptions.ts'
import { COMPONENT_IDS, type ComponentId } from './components.ts'
import { estimateCost } from './model.ts'
import { US_EAST_1_PRICES, usdFor } from './price-book.ts'
import { TUTORIAL_ASSUMPTIONS } from './tutorial.ts'

function row(assumptions: CostAssumptions, id: ComponentId) {
  const found = estimateCost(assumptions).rows.find((candidate) => candidate.id === id)
  if (found === undefined) throw new Error(`no row ${id}`)
  return found
}

const amount = (max: number) => fc.double({ min: 0, max, noNaN: true })

const assumptionsArb: fc.Arbitrary<CostAssumptions> = fc
  .record({
    arch: fc.constantFrom('arm64' as const, 'x86_64' as const),
    queriesPerMonth: amount(1e10),
    queryMs: amount(60_000),
    coldShare: amount(1),
    coldStartMs: amount(10_000),
    responseKb: fc.option(amount(6000), { nil: undefined }),
    httpShare: amount(1),
    splitsPerQuery: amount(1000),
    everySeconds: fc.oneof(fc.constant('never' as const), fc.integer({ min: 1, max: 86_400 })),
    docsPerBatch: amount(1e7),
    indexSeconds: amount(900),
    mergesPerFile: amount(2),
    indexRatio: amount(3),
    stagedRatio: amount(2),
    retentionDays: fc.oneof(fc.constant('forever' as const), amount(3650)),
    searcherMemoryMb: fc.integer({ min: 128, max: 10_240 }),
    indexerMemoryMb: fc.integer({ min: 128, max: 10_240 }),
    searcherEphemeralGb: fc.option(fc.double({ min: 0.5, max: 10, noNaN: true }), {
      nil: undefined,
    }),
    generatorOn: fc.boolean(),
    logBytesPerInvocation: fc.option(amount(1e6), { nil: undefined }),
    alarms: fc.nat(40),
    queuePollers: fc.nat(10),
  })
  .map((changes) => ({ ...DEFAULT_ASSUMPTIONS, ...changes }))

/** Inputs of which more can never cost less. */
const GROWING = [
  'queriesPerMonth',
  'queryMs',
  'coldStartMs',
  'responseKb',
  'splitsPerQuery',
  'readsPerSplit',
  'readsPerQuery',
  'docsPerBatch',
  'docBytes',
  'indexSeconds',
  'splitsPerFile',
  'metastoreWritesPerFile',
  'indexerReadsPerFile',
  'mergesPerFile',
  'mergeSeconds',
  'splitsPerMerge',
  'upkeepRunsPerMonth',
  'upkeepSeconds',
  'upkeepReads',
  'indexRatio',
  'stagedRatio',
  'stagingDaysKept',
  'indexerMemoryMb',
  'searcherMemoryMb',
  'indexerEphemeralGb',
  'searcherEphemeralGb',
  'generatorMemoryMb',
  'generatorSeconds',
  'logBytesPerInvocation',
  'secrets',
  'alarms',
  'queuePollers',
  'queueRequestsPerFile',
] as const

/** Sums of floats agree to this share. */
const TOLERANCE = 1e-9

describe('laws', () => {
  test.each(['none', 'always'] as const)(
    'free tier %s: the total is the sum of the rows',
    (freeTier) => {
      fc.assert(
        fc.property(assumptionsArb, (assumptions) => {
          const { rows, totalUsd } = estimateCost(assumptions, { freeTier })
          const sum = rows.reduce((usd, each) => usd + (each.usd ?? 0), 0)
          expect(Math.abs(totalUsd - sum)).toBeLessThanOrEqual(sum * TOLERANCE)
        }),
      )
    },
  )

  test('every component has a row, in order, whatever rounds to zero', () => {
    fc.assert(
      fc.property(assumptionsArb, (assumptions) => {
        expect(estimateCost(assumptions).rows.map((each) => each.id)).toEqual(COMPONENT_IDS)
      }),
    )
  })

  test.each(['none', 'always'] as const)(
    'free tier %s: more of any quantity never costs less',
    (freeTier) => {
      fc.assert(
        fc.property(
          assumptionsArb,
          fc.constantFrom(...GROWING),
          fc.double({ min: 1, max: 100, noNaN: true }),
          (assumptions, name, factor) => {
            const more = { ...assumptions, [name]: (assumptions[name] ?? 0) * factor }
            fc.pre(assumptions[name] !== undefined)
            const before = estimateCost(assumptions, { freeTier }).totalUsd
            const after = estimateCost(more, { freeTier }).totalUsd
            expect(after).toBeGreaterThanOrEqual(before * (1 - TOLERANCE))
          },
        ),
      )
    },
  )

  test('files that come less often never cost more', () => {
    fc.assert(
      fc.property(assumptionsArb, fc.integer({ min: 1, max: 100 }), (assumptions, factor) => {
        const everySeconds = assumptions.everySeconds === 'never' ? 300 : assumptions.everySeconds
        const rarer = estimateCost({ ...assumptions, everySeconds: everySeconds * factor })
        const never = estimateCost({ ...assumptions, everySeconds: 'never' })
        const usual = estimateCost({ ...assumptions, everySeconds })
        expect(rarer.totalUsd).toBeLessThanOrEqual(usual.totalUsd * (1 + TOLERANCE))
        expect(never.totalUsd).toBeLessThanOrEqual(rarer.totalUsd * (1 + TOLERANCE))
      }),
    )
  })

  test('the free tier never increases a row and never makes one negative', () => {
    fc.assert(
      fc.property(assumptionsArb, (assumptions) => {
        const list = estimateCost(assumptions).rows
        for (const [index, free] of estimateCost(assumptions, {
          freeTier: 'always',
        }).rows.entries()) {
          expect(free.quantity).toBe(list[index]?.quantity)
          if (free.usd === undefined) continue
          expect(free.usd).toBeGreaterThanOrEqual(0)
          expect(free.usd).toBeLessThanOrEqual(list[index]?.usd ?? 0)
        }
      }),
    )
  })

  test('a row without a quantity has no amount, and its text never says $0.00', () => {
    fc.assert(
      fc.property(assumptionsArb, (assumptions) => {
        const { rows, unknown } = estimateCost(assumptions)
        for (const each of rows) {
          expect(each.usd === undefined).toBe(each.quantity === undefined)
          expect(unknown.includes(each.id)).toBe(each.usd === undefined)
          if (each.usd !== 0) expect(each.usdText).not.toBe('$0.00')
        }
      }),
    )
  })
})

describe('rows', () => {
  test('a row explains itself from its quantities to its amount', () => {
    const assumptions = {
      ...DEFAULT_ASSUMPTIONS,
      mergesPerFile: 0,
      upkeepRunsPerMonth: 0,
      indexSeconds: 0.6,
    }
    expect(row(assumptions, 'indexer_compute').arithmetic).toBe(
      '8,760 runs × 0.6 s × 2.9375 GB = 15,440 GB-s × $0.0000133334 per GB-s = $0.21',
    )
  })

  test('merges and upkeep stand in the arithmetic of the indexer', () => {
    const assumptions = {
      ...DEFAULT_ASSUMPTIONS,
      indexSeconds: 3,
      mergesPerFile: 0.1,
      mergeSeconds: 13,
    }
    expect(row(assumptions, 'indexer_compute').arithmetic).toMatch(
      /^\(8,760 runs × 3 s \+ 876 merges × 13 s \+ 730 upkeeps × 0\.5 s\) × 2\.9375 GB = 111,722 GB-s/,
    )
  })

  test('arm64 is a fifth cheaper than x86', () => {
    const arm = row(DEFAULT_ASSUMPTIONS, 'searcher_compute').usd ?? 0
    const x86 = row({ ...DEFAULT_ASSUMPTIONS, arch: 'x86_64' }, 'searcher_compute').usd ?? 0
    expect(arm / x86).toBeCloseTo(0.8, 4)
  })

  test('cold starts stand apart from warm queries', () => {
    const assumptions = {
      ...DEFAULT_ASSUMPTIONS,
      queriesPerMonth: 1000,
      coldShare: 0.5,
      coldStartMs: 2000,
    }
    expect(row(assumptions, 'searcher_cold_starts').quantity).toBe(1000 * 2.9375)
    expect(row(assumptions, 'searcher_compute').quantity).toBe(1000 * 2.9375)
  })

  test('only the /tmp beyond the free half gigabyte is paid', () => {
    const free = { ...DEFAULT_ASSUMPTIONS, indexerEphemeralGb: 0.5, searcherEphemeralGb: 0.5 }
    expect(row(free, 'ephemeral_storage').usd).toBe(0)
    const extra = {
      ...free,
      queriesPerMonth: 0,
      mergesPerFile: 0,
      upkeepRunsPerMonth: 0,
      indexSeconds: 1,
      indexerEphemeralGb: 10,
    }
    expect(row(extra, 'ephemeral_storage').quantity).toBe(8760 * 9.5)
  })

  test('without an HTTP share there is no gateway to pay', () => {
    expect(row({ ...DEFAULT_ASSUMPTIONS, httpShare: 0 }, 'api_gateway').usd).toBe(0)
  })

  test('a volume beyond the first price tier says that the price falls', () => {
    const busy = { ...DEFAULT_ASSUMPTIONS, queriesPerMonth: 1e9 }
    expect(row(busy, 'api_gateway').arithmetic).toContain(
      '$3.50 per million calls, falling with volume',
    )
    expect(row(busy, 'api_gateway').usd).toBeCloseTo(333 * 3.5 + 667 * 2.8, 6)
  })

  test('allowances that functions share are used up once', () => {
    const assumptions = { ...TUTORIAL_ASSUMPTIONS, queriesPerMonth: 100_000 }
    const { rows } = estimateCost(assumptions, { freeTier: 'always' })
    const compute = rows.filter((each) => each.id.endsWith('_compute'))
    const paidUsd = compute.reduce((usd, each) => usd + (each.usd ?? 0), 0)
    const used = compute.reduce((gbSeconds, each) => gbSeconds + (each.quantity ?? 0), 0)
    expect(used).toBeGreaterThan(400_000)
    expect(paidUsd).toBeCloseTo((used - 400_000) * 0.0000166667, 6)
  })
})

describe('what qualifies the total', () => {
  test('another region is priced with the bundled list and says so', () => {
    const { region, notes, totalUsd } = estimateCost({
      ...DEFAULT_ASSUMPTIONS,
      region: 'mx-central-1',
    })
    expect(region).toMatchObject({ requested: 'mx-central-1', priced: 'us-east-1', exact: false })
    expect(notes[0]).toMatch(/Prices are us-east-1's.*mx-central-1 has its own/)
    expect(totalUsd).toBe(estimateCost(DEFAULT_ASSUMPTIONS).totalUsd)
  })

  test('an index kept forever is shown after a year, with its growth', () => {
    const { notes, rows } = estimateCost({ ...TUTORIAL_ASSUMPTIONS, retentionDays: 'forever' })
    expect(rows.find((each) => each.id === 'index_storage')?.quantity).toBeCloseTo(365, 6)
    expect(notes.join(' ')).toContain('grows by $0.70 a month')
  })

  test('the default estimate is under the tutorial’s', () => {
    expect(estimateCost(DEFAULT_ASSUMPTIONS).totalUsd).toBeLessThan(6.57)
  })
})

describe('the price book', () => {
  test('every price has a date, a source, and tiers that rise to no limit and never get dearer', () => {
    for (const price of Object.values(US_EAST_1_PRICES.prices)) {
      expect(price.asOf).toMatch(/^20\d\d-\d\d$/)
      expect(price.source).not.toBe('')
      expect(price.tiers.at(-1)?.upTo).toBe(Infinity)
      for (const [index, tier] of price.tiers.entries()) {
        const next = price.tiers[index + 1]
        if (next === undefined) continue
        expect(next.upTo).toBeGreaterThan(tier.upTo)
        expect(next.usd).toBeLessThan(tier.usd)
      }
    }
  })

  test('nothing costs nothing', () => {
    for (const price of Object.values(US_EAST_1_PRICES.prices)) expect(usdFor(price, 0)).toBe(0)
  })
})

describe('Firehose', () => {
  const month = (changes: Partial<CostAssumptions>) =>
    estimateCost({ ...DEFAULT_ASSUMPTIONS, ...changes })
  const usdOf = (changes: Partial<CostAssumptions>) =>
    month(changes).rows.find(({ id }) => id === 'firehose')?.usd

  test.each([
    [1, 5_120],
    [5_120, 5_120],
    [5_121, 10_240],
  ])('bills a record of %i bytes as %i', (firehoseRecordBytes, billed) => {
    const usd = usdOf({ firehoseRecords: 1e6, firehoseRecordBytes })
    expect(usd).toBeCloseTo(((1e6 * billed) / 1e9) * 0.029, 9)
  })

  test('is told to pack records that a step has room for, and nothing else', () => {
    const small = month({ firehoseRecords: 1e6, firehoseRecordBytes: 160 })
    expect(small.notes.at(-1)).toContain('put up to 32 documents')
    const large = month({ firehoseRecords: 1e6, firehoseRecordBytes: 4_000 })
    expect(large.notes.join()).not.toContain('Firehose')
    expect(month({}).notes.join()).not.toContain('Firehose')
  })

  test('with unknown traffic has no amount, and never zero', () => {
    expect(usdOf({ firehoseRecords: undefined })).toBeUndefined()
  })
})

test('files that are indexed where they lie add reads by the bytes that are scanned', () => {
  const reads = (inPlaceBytes: number) =>
    estimateCost({ ...DEFAULT_ASSUMPTIONS, inPlaceBytes }).rows.find(({ id }) => id === 's3_reads')
      ?.quantity ?? 0
  expect(reads(100 * 8 * 1024 ** 2) - reads(0)).toBe(100)
})
