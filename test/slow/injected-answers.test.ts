import { afterAll, beforeAll, expect, test } from 'vitest'
import { s3Store } from '../../src/aws/s3-store.ts'
import { FakeS3, type S3Call, type S3Fault } from '../../src/aws/testing/fake-s3.ts'
import {
  countingRandom,
  publishedNumbers,
  testConfig,
  testLines,
} from '../../src/engine/indexing/testing/indexing-fixture.ts'
import { publishedSplits } from '../../src/engine/metastore/index-metadata.ts'
import { Metastore } from '../../src/engine/metastore/metastore.ts'
import type { ObjectStore } from '../../src/engine/ports.ts'
import { makeIndexerHandler } from '../../src/functions/indexer-handler.ts'
import { instantClock } from '../../src/stores/testing/instant-clock.ts'
import { retryingStore } from '../../src/stores/retrying-store.ts'

/** Documents of one whole run: staged in three files, three splits, one merge. */
const DOCS = 30
const ALL = Array.from({ length: DOCS }, (_, n) => n)
const CONFIG = testConfig({
  merge_policy: {
    type: 'stable_log',
    merge_factor: 3,
    max_merge_factor: 3,
    min_level_num_docs: 1_000,
  },
})
/** So small that a split goes in two parts. */
// Longer than a busy machine takes to answer: whoever gives up on an answer takes its upload back.
const LIMITS = { idleTimeoutMs: 200, singlePutBytesMax: 1_000, partBytes: 800 }
/** As the function has them, without waiting. */
const RETRIES = { attemptsMax: 5, pauseMsFirst: 50, pauseMsMax: 2_000, timeoutMs: 20_000 }
const DELIVERIES_MAX = 5

let s3: FakeS3
let buckets: ReadonlyMap<string, ObjectStore>
beforeAll(async () => {
  s3 = await FakeS3.start()
  const open = (bucket: string): [string, ObjectStore] => [
    bucket,
    s3Store({
      bucket,
      region: 'us-east-1',
      endpoint: s3.endpoint,
      credentials: () => ({ accessKeyId: 'id', secretAccessKey: 'secret' }),
      clock: instantClock(),
      limits: LIMITS,
    }),
  ]
  buckets = new Map([open('staging'), open('index')])
})
afterAll(() => s3.stop())

let seed = 0

function newProcess() {
  const clock = instantClock(Date.UTC(2026, 10, 23))
  const random = countingRandom(++seed * 7919)
  const openBucket = (bucket: string): ObjectStore => {
    const store = buckets.get(bucket)
    if (store === undefined) throw new Error(`no bucket ${bucket}`)
    return retryingStore(store, { clock, random, ...RETRIES })
  }
  const metastore = new Metastore(openBucket('index'), { clock, random })
  return { clock, random, openBucket, metastore, configFor: async () => CONFIG, log: () => {} }
}

/** Stages, indexes as the queue delivers, merges and cleans up. What fails for a passing reason is
 *  delivered again, as the queue does and as a person would. */
async function wholeRun(): Promise<void> {
  const process = newProcess()
  const keys = ['events/a', 'events/b', 'events/c']
  for (const [i, key] of keys.entries()) {
    const body = Buffer.from(testLines(i * 10, i * 10 + 10))
    await process
      .openBucket('staging')
      .put(key, body, { condition: { kind: 'ifAbsent' } })
      .catch(
        // Staged already, by a try of ours whose answer was lost.
        (error: unknown) => expect(error).toMatchObject({ kind: 'conflict' }),
      )
  }
  let waiting = keys
  for (let delivery = 0; waiting.length > 0; delivery++) {
    expect(delivery, 'deliveries').toBeLessThan(DELIVERIES_MAX)
    const handler = makeIndexerHandler(newProcess(), { mergesEnabled: true, janitorEnabled: true })
    const report = await handler(queueEvent(waiting), { requestId: 'r', deadlineMs: undefined })
    const failures = 'batchItemFailures' in report ? report.batchItemFailures : []
    waiting = failures.map(({ itemIdentifier }) => itemIdentifier)
  }
}

const queueEvent = (keys: readonly string[]) => ({
  Records: keys.map((key) => ({
    eventSource: 'aws:sqs',
    messageId: key,
    body: JSON.stringify({
      Records: [
        {
          eventName: 'ObjectCreated:Put',
          s3: { bucket: { name: 'staging' }, object: { key } },
        },
      ],
    }),
  })),
})

/** Every document of every published split, read from the split files, and each split in one piece. */
async function assertExact(what: string): Promise<void> {
  s3.fault = () => undefined
  const { metastore } = newProcess()
  expect(await publishedNumbers(metastore), what).toEqual(ALL)
  expect(publishedSplits(await metastore.load('events')), what).not.toHaveLength(0)
}

const isAny = (): boolean => true
const isConditional = (call: S3Call): boolean => call.isConditionalWrite
const answer = (status: number, code: string, performed: boolean): S3Fault => ({
  kind: 'answer',
  status,
  code,
  performed,
})

const DOCUMENTED: readonly [string, (call: S3Call) => boolean, S3Fault][] = [
  [
    '409, another operation in flight',
    isConditional,
    answer(409, 'ConditionalRequestConflict', false),
  ],
  ['412 to a write of ours that happened', isConditional, answer(412, 'PreconditionFailed', true)],
  ['500 and nothing happened', isAny, answer(500, 'InternalError', false)],
  ['500 although it happened', isAny, answer(500, 'InternalError', true)],
  ['503, slow down', isAny, answer(503, 'SlowDown', false)],
  ['a reset after the request was sent', isAny, { kind: 'reset', performed: true }],
  ['no answer in time', isAny, { kind: 'silence', performed: true }],
]

test('a whole run without faults asks S3 for everything that the faults below are put into', async () => {
  s3.clear()
  await wholeRun()
  expect(s3.calls.filter(isConditional).length).toBeGreaterThanOrEqual(10)
  expect(new Set(s3.calls.map(({ method }) => method))).toEqual(
    new Set(['GET', 'HEAD', 'PUT', 'POST']),
  )
  await assertExact('without faults')
})

test.each(DOCUMENTED)(
  '%s, at each call in turn: no document is lost or doubled, every split can be read',
  async (name, applies, fault) => {
    let injected = 0
    for (let at = 0; ; at++) {
      s3.clear()
      let isReached = false
      let eligible = 0
      s3.fault = (call) => {
        if (!applies(call) || eligible++ !== at) return undefined
        isReached = true
        return fault
      }
      await wholeRun()
      await assertExact(`${name} at call ${at}`)
      if (!isReached) break
      injected++
    }
    expect(injected).toBeGreaterThanOrEqual(applies === isAny ? 30 : 10)
  },
  60_000,
)
