import fc from 'fast-check'
import { expect, test } from 'vitest'
import { memoryStore } from '../../stores/memory-store.ts'
import { instantClock } from '../../stores/testing/instant-clock.ts'
import { MAX_KEPT_LINE_BYTES } from '../sources/line-batch.ts'
import { Metastore } from '../metastore/metastore.ts'
import { dryRunSource } from './dry-run.ts'
import { countingRandom, testConfig, testLine } from './testing/indexing-fixture.ts'
import { exceedsRejectLimit } from './reject-limit.ts'
import {
  decodeRejects,
  encodeRejects,
  KEEPS_NONE,
  MAX_REASONS,
  MAX_WHOLE_DOC_BYTES,
  RejectLog,
  RUN_KEEPS,
} from './rejects.ts'

const at = (line: number) => ({
  line,
  bytePosition: line * 10,
  kind: 'mapping' as const,
  reason: 'no',
  summary: 'no',
  example: undefined,
  path: 'n',
})

test('all are counted, and kept up to a number and a size', () => {
  const log = new RejectLog({ docs: 5, bytes: 1_000 })
  const line = Buffer.from('{"n":"x"}')
  for (let i = 0; i < 8; i++) log.add(at(i), line, true)
  expect(log.count).toBe(8)
  expect(log.kept).toHaveLength(5)
  expect(log.kept[4]).toMatchObject({ line: 4, text: '{"n":"x"}', isWhole: true })
  const small = new RejectLog({ docs: 5, bytes: 20 })
  for (let i = 0; i < 8; i++) small.add(at(i), line, true)
  expect([small.count, small.kept.length, small.keptBytes]).toEqual([8, 2, 18])
})

test('what is none, or too long, is kept by its beginning', () => {
  const log = new RejectLog(RUN_KEEPS)
  log.add(at(1), Buffer.from('ä'.repeat(5_000)), false)
  log.add(at(2), Buffer.alloc(MAX_WHOLE_DOC_BYTES + 1, 'x'), true)
  log.add(at(3), Buffer.alloc(MAX_WHOLE_DOC_BYTES, 'x'), true)
  expect(log.kept.map(({ isWhole, text }) => [isWhole, text.length])).toEqual([
    [false, MAX_KEPT_LINE_BYTES / 2],
    [false, MAX_KEPT_LINE_BYTES],
    [true, MAX_WHOLE_DOC_BYTES],
  ])
})

test('equal mistakes count together, with the value of the first line as the example', () => {
  const log = new RejectLog()
  const no = (line: number, example: string) => {
    const reason = `expected u64, got \`${example}\``
    log.add({ ...at(line), reason, summary: 'expected u64', example }, Buffer.from('x'), true)
  }
  no(3, 'abc 12')
  no(4, 'def')
  log.add({ ...at(5), summary: 'timestamp field is required' }, Buffer.from('x'), true)
  expect(log.reasonsByCount()).toEqual([
    {
      kind: 'mapping',
      path: 'n',
      reason: 'expected u64',
      example: 'abc 12',
      count: 2,
      firstLine: 3,
    },
    expect.objectContaining({ reason: 'timestamp field is required', count: 1, firstLine: 5 }),
  ])
})

test('reasons beyond the limit are counted as others', () => {
  const log = new RejectLog(KEEPS_NONE)
  for (let i = 0; i < MAX_REASONS + 10; i++) {
    log.add({ ...at(i), path: `field_${i}x` }, Buffer.from('x'), true)
  }
  const reasons = log.reasonsByCount()
  expect(reasons).toHaveLength(MAX_REASONS + 1)
  expect(reasons[0]).toMatchObject({ count: 10, reason: 'other reasons' })
})

test('kept documents come back as they were', () => {
  const reject = fc.record({
    line: fc.nat(),
    bytePosition: fc.nat(),
    kind: fc.constantFrom('json' as const, 'mapping' as const, 'format' as const),
    reason: fc.string(),
    summary: fc.string(),
    example: fc.option(fc.string(), { nil: undefined }),
    path: fc.option(fc.string(), { nil: undefined }),
    text: fc.string({ unit: 'grapheme' }),
    isWhole: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(reject, { minLength: 1 }), (rejects) => {
      const run = { runId: 'R', sourceUri: 's3://b/k' }
      const decoded = decodeRejects(encodeRejects(rejects, run), 'key')
      expect(decoded).toEqual(rejects.map((r) => ({ ...r, ...run })))
    }),
  )
  expect(() => decodeRejects(Buffer.from('nonsense'), 'key')).toThrow(/key/)
})

test('a limit is a number of documents, or a share once a thousand were read or a commit is due', () => {
  const exceeds = (
    limit: Parameters<typeof exceedsRejectLimit>[0],
    rejected: number,
    read: number,
    commit = false,
  ) => exceedsRejectLimit(limit, { rejectedCount: rejected, readCount: read }, commit)
  expect(exceeds(undefined, 5, 5)).toBe(false)
  expect(exceeds({ kind: 'count', count: 0 }, 1, 10_000)).toBe(true)
  expect(exceeds({ kind: 'count', count: 1 }, 1, 1)).toBe(false)
  expect(exceeds({ kind: 'fraction', fraction: 0.01 }, 10, 20)).toBe(false)
  expect(exceeds({ kind: 'fraction', fraction: 0.01 }, 10, 20, true)).toBe(true)
  expect(exceeds({ kind: 'fraction', fraction: 0.01 }, 20, 2_000)).toBe(false)
  expect(exceeds({ kind: 'fraction', fraction: 0.01 }, 21, 2_000)).toBe(true)
})

test('a dry run maps the first documents, tells what does not fit and writes nothing', async () => {
  const store = memoryStore()
  const [clock, random] = [instantClock(), countingRandom()]
  const metastore = new Metastore(store, { clock, random })
  await metastore.createIndex(testConfig())
  const before = await metastore.load('events')
  const text = `${testLine(0)}\nbad\n${testLine(1)}\n${testLine(2)}\n`
  const source = {
    uri: 'test:',
    etag: '1',
    sizeBytes: undefined,
    async *open() {
      yield Buffer.from(text)
    },
    verifyUnchanged: () => Promise.resolve(),
  }
  const dryRun = (maxDocs: number) =>
    dryRunSource({ metastore, clock, random }, { indexId: 'events', source, maxDocs })
  expect(await dryRun(10)).toMatchObject({ docCount: 3, rejectedCount: 1, rejects: [{ line: 2 }] })
  expect(await dryRun(1)).toMatchObject({ docCount: 1, rejectedCount: 0 })
  expect(await metastore.load('events')).toEqual(before)
})
