import { expect, test } from 'vitest'
import { Metastore } from '../engine/metastore/metastore.ts'
import { publishedSplits } from '../engine/metastore/index-metadata.ts'
import { shippedConfig } from '../engine/schema/shipped-configs.ts'
import { countingStore } from '../stores/counting-store.ts'
import { memoryStore } from '../stores/memory-store.ts'
import { systemClock, systemRandom } from '../stores/system-clock.ts'
import { makeIndexerHandler, type IndexerSettings } from './indexer-handler.ts'
import { TAKEN_BYTES_MAX } from './queue-turn.ts'
import { SimulatedQueue } from './testing/simulated-queue.ts'

const INVOCATION = { requestId: 'r', deadlineMs: undefined }

function setUp(
  settings: Partial<IndexerSettings> & { hasQueue?: boolean; processes?: number } = {},
) {
  const source = { ...memoryStore() }
  const indexStore = countingStore(memoryStore())
  const lines: Readonly<Record<string, unknown>>[] = []
  const host = { clock: systemClock, random: systemRandom }
  const metastore = new Metastore(indexStore, host)
  const nowMs = () => systemClock.nowMs()
  const queue = new SimulatedQueue({ visibilitySeconds: 1_800, maxReceiveCount: 5, nowMs })
  const start = (own: Metastore) =>
    makeIndexerHandler(
      {
        ...host,
        metastore: own,
        openBucket: () => source,
        queue: settings.hasQueue === true ? queue : undefined,
        configFor: async (indexId) => {
          const config = shippedConfig('mock-sales')
          return config === undefined || indexId === 'unknown' ? undefined : { ...config, indexId }
        },
        log: (fields) => lines.push(fields),
      },
      { mergesEnabled: true, janitorEnabled: true, ...settings },
    )
  const handler = start(metastore)
  const handlers = Array.from({ length: settings.processes ?? 0 }, () =>
    start(new Metastore(indexStore, host)),
  )
  const stage = (key: string, docCount = 1, before = '') => {
    const docs = Array.from({ length: docCount }, (_, id) =>
      JSON.stringify({ ts: 1_700_000_000, id }),
    )
    return source.put(key, Buffer.from(before + docs.join('\n')), { condition: { kind: 'always' } })
  }
  const docsIn = async (indexId: string) =>
    publishedSplits(await metastore.load(indexId)).reduce((sum, split) => sum + split.docCount, 0)
  const runsIn = async (indexId: string) => (await metastore.load(indexId)).runs
  return { handler, handlers, source, stage, docsIn, runsIn, lines, indexStore, queue }
}

const s3Event = (...keys: string[]) => ({
  Records: keys.map((key) => ({
    eventName: 'ObjectCreated:Put',
    s3: { bucket: { name: 'staging' }, object: { key } },
  })),
})

const queueEvent = (...keys: string[]) => ({
  Records: keys.map((key) => ({
    eventSource: 'aws:sqs',
    messageId: key,
    body: JSON.stringify(s3Event(key)),
  })),
})

test('all records of one event are indexed, each into the index of its first folder', async () => {
  const { handler, stage, docsIn } = setUp()
  await stage('shop/a', 2)
  await stage('shop/b', 3)
  await stage('books/a', 4)
  const report = await handler(s3Event('shop/a', 'shop/b', 'books/a'), INVOCATION)
  expect(report).toMatchObject({ num_docs: 9, num_invalid_docs: 0, num_published_splits: 3 })
  expect([await docsIn('shop'), await docsIn('books')]).toEqual([5, 4])
})

test('the same event again adds nothing and succeeds', async () => {
  const { handler, stage, docsIn } = setUp()
  await stage('shop/a', 2)
  await handler(s3Event('shop/a'), INVOCATION)
  expect(await handler(s3Event('shop/a'), INVOCATION)).toMatchObject({ num_docs: 0 })
  expect(await docsIn('shop')).toBe(2)
})

test('an object overwritten under its name counts as what it is now, once however late its events come', async () => {
  const { handler, stage, docsIn } = setUp()
  await stage('shop/a', 2)
  await handler(s3Event('shop/a'), INVOCATION)
  await stage('shop/a', 3)
  // The first one's event comes late and finds the second content; then the second one's own.
  expect(await handler(s3Event('shop/a'), INVOCATION)).toMatchObject({ num_docs: 3 })
  expect(await handler(s3Event('shop/a'), INVOCATION)).toMatchObject({ num_docs: 0 })
  expect(await docsIn('shop')).toBe(5)
})

test('an object overwritten while it is indexed fails its message, which comes again for the new content', async () => {
  const { handler, stage, docsIn, source } = setUp()
  await stage('shop/a', 2)
  const head = source.head.bind(source)
  source.head = async (key) => {
    const info = await head(key)
    source.head = head
    await stage('shop/a', 3)
    return info
  }
  expect(await handler(queueEvent('shop/a'), INVOCATION)).toEqual({
    batchItemFailures: [{ itemIdentifier: 'shop/a' }],
  })
  expect(await docsIn('shop')).toBe(0)
  expect(await handler(queueEvent('shop/a'), INVOCATION)).toEqual({ batchItemFailures: [] })
  expect(await docsIn('shop')).toBe(3)
})

test('any number of indexers that get the same event at once index its object once', async () => {
  const { handlers, stage, docsIn } = setUp({ processes: 5 })
  await stage('shop/a', 4)
  const reports = await Promise.all(handlers.map((one) => one(s3Event('shop/a'), INVOCATION)))
  expect(reports).toHaveLength(5)
  expect(await docsIn('shop')).toBe(4)
})

test('a file outside the staging bucket goes into the index that the event names, else the default', async () => {
  const { handler, stage, docsIn } = setUp({ stagingBucket: 'staging', defaultIndexId: 'shop' })
  await stage('archive/2026/a.json', 2)
  await handler({ source_uri: 's3://other/archive/2026/a.json' }, INVOCATION)
  await handler({ source_uri: 's3://other/archive/2026/a.json', index_id: 'books' }, INVOCATION)
  expect([await docsIn('shop'), await docsIn('books')]).toEqual([2, 2])
})

test.each([
  ['logs/_SUCCESS', 9],
  ['logs/2026/', 0],
  ['logs/a.gz', 0],
  ['logs/_temporary/0/part-0', 9],
])('a bucket that tells of %s (%s bytes) tells of no data', async (key, size) => {
  const settings = { stagingBucket: 'staging', defaultIndexId: 'shop', sourcePrefix: 'logs/' }
  const { handler, lines } = setUp(settings)
  const detail = { bucket: { name: 'theirs' }, object: { key, size } }
  await handler({ source: 'aws.s3', 'detail-type': 'Object Created', detail }, INVOCATION)
  expect(lines).toContainEqual(expect.objectContaining({ event: 'source-passed-over' }))
})

test('an object that expired before its event came is passed over', async () => {
  const { handler, lines } = setUp()
  expect(await handler(queueEvent('shop/gone'), INVOCATION)).toEqual({ batchItemFailures: [] })
  expect(lines).toContainEqual({ event: 'source-gone', uri: 's3://staging/shop/gone' })
})

test('an object asked for by name that is not there is told among the runs of its index', async () => {
  const { handler, runsIn } = setUp()
  await handler({ source_uri: 's3://other/gone', index_id: 'shop' }, INVOCATION)
  expect(await runsIn('shop')).toMatchObject([
    { sourceUri: 's3://other/gone', state: 'failed', error: 'no object at key gone' },
  ])
})

test('more objects than one invocation should take go on through the queue', async () => {
  const { handler, stage, docsIn, queue } = setUp({ hasQueue: true })
  const keys = Array.from({ length: 10 }, (_, i) => `shop/${i}`)
  for (const key of keys) await stage(key)
  const events = keys.map(
    (key) => JSON.parse(sizedEvent(key, 64 * MEGABYTES)) as { Records: object[] },
  )
  await handler({ Records: events.flatMap(({ Records }) => Records) }, INVOCATION)
  expect(await docsIn('shop')).toBe(4)
  expect(queue.size).toBe(6)
  await workOff({ queue, handler })
  expect(await docsIn('shop')).toBe(10)
})

test('a message that fails comes again; the others of its batch do not', async () => {
  const { handler, stage, docsIn } = setUp()
  await stage('unknown/a')
  await stage('shop/a')
  const report = await handler(queueEvent('unknown/a', 'shop/a'), INVOCATION)
  expect(report).toEqual({ batchItemFailures: [{ itemIdentifier: 'unknown/a' }] })
  expect(await docsIn('shop')).toBe(1)
})

test('without time left nothing is begun, and the messages come again', async () => {
  const { handler, stage } = setUp()
  await stage('shop/a')
  const invocation = { requestId: 'r', deadlineMs: systemClock.nowMs() + 1_000 }
  expect(await handler(queueEvent('shop/a'), invocation)).toEqual({
    batchItemFailures: [{ itemIdentifier: 'shop/a' }],
  })
})

const MEGABYTES = 1_000_000

/** Delivers what the queue has, as an event source mapping does, until it is empty. */
async function workOff(
  { queue, handler }: Pick<ReturnType<typeof setUp>, 'queue' | 'handler'>,
  deadlineMs: () => number | undefined = () => undefined,
): Promise<number> {
  for (let deliveries = 0; ; deliveries++) {
    const records = queue.receive(10)
    if (records.length === 0) return deliveries
    const report = await handler({ Records: records }, { requestId: 'r', deadlineMs: deadlineMs() })
    const failures = 'batchItemFailures' in report ? report.batchItemFailures : []
    const failed = new Set(failures.map(({ itemIdentifier }) => itemIdentifier))
    for (const { messageId } of records)
      if (!failed.has(String(messageId))) queue.delete(String(messageId))
  }
}

function sizedEvent(key: string, size: number): string {
  const s3 = { bucket: { name: 'staging' }, object: { key, size } }
  return JSON.stringify({ Records: [{ eventName: 'ObjectCreated:Put', s3 }] })
}

test('a batch is taken by the bytes it names; the rest goes back before the work begins', async () => {
  const { handler, stage, docsIn, queue, lines } = setUp({ hasQueue: true })
  const keys = Array.from({ length: 10 }, (_, i) => `shop/${i}`)
  for (const key of keys) await stage(key)
  await queue.send(keys.map((key) => sizedEvent(key, 64 * MEGABYTES)))
  expect(await workOff({ queue, handler })).toBe(3)
  expect(await docsIn('shop')).toBe(10)
  const told = lines.flatMap(({ event, num_messages: count }) =>
    event === 'handed-back' ? [count] : event === 'source' ? ['file'] : [],
  )
  const taken = Math.ceil(TAKEN_BYTES_MAX / (64 * MEGABYTES))
  expect(told.slice(0, 1 + taken)).toEqual([
    10 - taken,
    ...Array.from({ length: taken }, () => 'file'),
  ])
  expect(queue.deadLetters).toEqual([])
})

test('what there is no time for goes back as new, also when it was asked for directly', async () => {
  const { handler, stage, docsIn, queue } = setUp({ hasQueue: true })
  await stage('shop/a')
  const noTime = { requestId: 'r', deadlineMs: systemClock.nowMs() + 1_000 }
  const records = {
    Records: [{ eventSource: 'aws:sqs', messageId: 'm', body: sizedEvent('shop/a', 9) }],
  }
  expect(await handler(records, noTime)).toEqual({ batchItemFailures: [] })
  await handler({ source_uri: 's3://staging/shop/a' }, noTime)
  expect(queue.size).toBe(2)
  await workOff({ queue, handler })
  expect(await docsIn('shop')).toBe(1)
})

test('a file that was indexed in part goes on at once, where it was left', async () => {
  const { handler, stage, docsIn, queue, lines } = setUp({ hasQueue: true, mergesEnabled: false })
  await stage('shop/a', 40_000)
  await queue.send([sizedEvent('shop/a', 1)])
  // Time enough to begin, and over after the first lines that were read.
  await workOff({ queue, handler }, () => systemClock.nowMs() + 5_030)
  expect(await docsIn('shop')).toBe(40_000)
  expect(lines.filter(({ state }) => state === 'incomplete').length).toBeGreaterThan(0)
  expect(queue.deadLetters).toEqual([])
})

test('what fails waits half a minute, then four times as long, and is told to the queue', async () => {
  const { handler, queue } = setUp({ hasQueue: true })
  await queue.send(['{'])
  const [record] = queue.receive(1)
  expect(await handler({ Records: [record] }, INVOCATION)).toEqual({
    batchItemFailures: [{ itemIdentifier: 'm1' }],
  })
  const waitMs = (queue.nextVisibleMs ?? 0) - systemClock.nowMs()
  expect(Math.round(waitMs / 1_000)).toBe(30)
})

test('a staged file in a folder that begins with a dot is for no index', async () => {
  const { handler, stage, lines } = setUp()
  await stage('.firehose-errors/processing-failed/2026/11/23/a')
  const report = await handler(
    queueEvent('.firehose-errors/processing-failed/2026/11/23/a'),
    INVOCATION,
  )
  expect(report).toEqual({ batchItemFailures: [] })
  expect(lines.map(({ event }) => event)).toEqual(['source-passed-over', 'indexed'])
})

test('rejected documents are counted and do not fail the run', async () => {
  const { handler, stage, docsIn } = setUp()
  await stage('shop/a', 2, '{"ts": "no time"}\nnot json\n')
  const source = { source_uri: 's3://staging/shop/a' }
  expect(await handler(source, INVOCATION)).toMatchObject({ num_docs: 4, num_invalid_docs: 2 })
  expect(await docsIn('shop')).toBe(2)
})

test('merges can be asked for by themselves', async () => {
  const { handler, stage, docsIn } = setUp({ mergesEnabled: false })
  for (let i = 0; i < 10; i++) await stage(`shop/${i}`, 1)
  const keys = Array.from({ length: 10 }, (_, i) => `shop/${i}`)
  expect(await handler(s3Event(...keys), INVOCATION)).toMatchObject({ num_merges: 0 })
  expect(await handler({ action: 'merge', index_id: 'shop' }, INVOCATION)).toMatchObject({
    num_merges: 1,
  })
  expect(await docsIn('shop')).toBe(10)
})

test('a warm process does not clean up after every file', async () => {
  const { handler, stage, lines } = setUp()
  for (const key of ['shop/a', 'shop/b', 'books/a']) {
    await stage(key)
    await handler(s3Event(key), INVOCATION)
  }
  const cleaned = lines.filter(({ event }) => event === 'cleaned')
  expect(cleaned.map(({ indexId }) => indexId)).toEqual(['shop', 'books'])
})

test('a file costs two writes and conditional reads; only asked-for clean-up lists the objects', async () => {
  const { handler, stage, indexStore } = setUp()
  await stage('shop/a')
  await handler(s3Event('shop/a'), INVOCATION)
  indexStore.reset()
  await stage('shop/b')
  await handler(s3Event('shop/b'), INVOCATION)
  const verbs = indexStore.requests.map(({ verb }) => verb)
  expect(verbs).toEqual(['get', 'get', 'put', 'put', 'get', 'get'])
  indexStore.reset()
  await handler({ action: 'clean-up', index_id: 'shop' }, INVOCATION)
  expect(indexStore.requests.map(({ verb }) => verb)).toEqual(['get', 'list', 'put'])
})
