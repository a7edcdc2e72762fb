import { describe, expect, test } from 'vitest'
import type { StackStatus } from './stack-status.ts'
import { warningsOf } from './status-warnings.ts'

const NOW_MS = 1_795_406_405_000

const HEALTHY: Omit<StackStatus, 'warnings'> = {
  name: 'shop',
  folder: '/data/shop',
  url: undefined,
  indexes: [
    { id: 'orders', docCount: 5, splitCount: 1, sizeBytes: 9, minSeconds: 1, maxSeconds: 2 },
  ],
  lastRun: undefined,
  failureCount: 0,
  merging: [],
  generator: {
    paused: false,
    isScheduled: false,
    indexId: 'mock-sales',
    everyMs: 300_000,
    docsPerBatch: 100,
    seed: undefined,
    lastRunMs: NOW_MS - 3_600_000,
    nextRunMs: undefined,
  },
}

const RUN = {
  runId: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
  indexId: 'orders',
  sourceUri: 'file:///orders.ndjson',
  state: 'done',
  docCount: 90,
  rejectedCount: 10,
  sourceBytes: 1,
  splitCount: 1,
  startedMs: 1,
  updatedMs: 2,
  error: undefined,
} as const

const FACTS = { waitingCount: 0, failedMerges: [], nowMs: NOW_MS }

function codes(changes: Partial<StackStatus>, waitingCount = 0): string[] {
  return warningsOf({ ...HEALTHY, ...changes }, { ...FACTS, waitingCount }).map(({ code }) => code)
}

describe('a warning', () => {
  test('is not given for a stack that nobody serves, however old its data', () => {
    expect(codes({})).toEqual([])
  })

  test('is given for an empty index, with the command that fills it', () => {
    const indexes = HEALTHY.indexes.map((index) => ({ ...index, docCount: 0 }))
    const [warning] = warningsOf({ ...HEALTHY, indexes }, FACTS)
    expect(warning).toMatchObject({
      code: 'INDEX-EMPTY',
      fix: 'qw-lambda ingest <file> --index orders',
    })
  })

  test('is given for merges that failed after an ingest had returned, with their reason', () => {
    const failedMerges = [{ indexId: 'orders', message: 'the disk is full' }]
    expect(warningsOf(HEALTHY, { ...FACTS, failedMerges })).toEqual([
      {
        code: 'MERGES-FAILED',
        message: 'merging after the last ingest into orders failed: the disk is full',
        fix: 'qw-lambda index merge orders',
      },
    ])
  })

  test.each([
    ['rejected documents', { lastRun: RUN }, 0, ['INGEST-REJECTS']],
    [
      'a failed run',
      { lastRun: { ...RUN, state: 'failed', error: 'disk full' } as const },
      0,
      ['INGEST-FAILED'],
    ],
    ['requests that wait for a server', {}, 3, ['INGEST-WAITING']],
    ['nothing, when the server is there', { url: 'http://127.0.0.1:7280' }, 3, []],
    [
      'a batch that is late',
      { generator: { ...HEALTHY.generator, isScheduled: true } },
      0,
      ['GENERATOR-LATE'],
    ],
  ])('is given for %s', (_, changes, waiting, expected) => {
    expect(codes(changes, waiting)).toEqual(expected)
  })
})
