import { expect, test } from 'vitest'
import { Metastore } from '../engine/metastore/metastore.ts'
import { publishedSplits } from '../engine/metastore/index-metadata.ts'
import { shippedConfig } from '../engine/schema/shipped-configs.ts'
import { countingStore } from '../stores/counting-store.ts'
import { memoryStore } from '../stores/memory-store.ts'
import { systemClock, systemRandom } from '../stores/system-clock.ts'
import { makeIndexerHandler, type IndexerSettings } from './indexer-handler.ts'

const INVOCATION = { requestId: 'r', deadlineMs: undefined }

function setUp(settings: Partial<IndexerSettings> = {}) {
  const source = memoryStore()
  const indexStore = countingStore(memoryStore())
  const lines: Readonly<Record<string, unknown>>[] = []
  const host = { clock: systemClock, random: systemRandom }
  const metastore = new Metastore(indexStore, host)
  const handler = makeIndexerHandler(
    {
      ...host,
      metastore,
      openBucket: () => source,
      configFor: async (indexId) => {
        const config = shippedConfig('mock-sales')
        return config === undefined || indexId === 'unknown' ? undefined : { ...config, indexId }
      },
      log: (fields) => lines.push(fields),
    },
    { mergesEnabled: true, janitorEnabled: true, ...settings },
  )
  const stage = (key: string, docCount = 1, before = '') => {
    const docs = Array.from({ length: docCount }, (_, id) =>
      JSON.stringify({ ts: 1_700_000_000, id }),
    )
    return source.put(key, Buffer.from(before + docs.join('\n')), { condition: { kind: 'always' } })
  }
  const docsIn = async (indexId: string) =>
    publishedSplits(await metastore.load(indexId)).reduce((sum, split) => sum + split.docCount, 0)
  return { handler, stage, docsIn, lines, indexStore }
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

test('a file outside the staging bucket goes into the index that the event names, else the default', async () => {
  const { handler, stage, docsIn } = setUp({ stagingBucket: 'staging', defaultIndexId: 'shop' })
  await stage('archive/2026/a.json', 2)
  await handler({ source_uri: 's3://other/archive/2026/a.json' }, INVOCATION)
  await handler({ source_uri: 's3://other/archive/2026/a.json', index_id: 'books' }, INVOCATION)
  expect([await docsIn('shop'), await docsIn('books')]).toEqual([2, 2])
})

test('an object that expired before its event came is passed over', async () => {
  const { handler, lines } = setUp()
  expect(await handler(queueEvent('shop/gone'), INVOCATION)).toEqual({ batchItemFailures: [] })
  expect(lines).toContainEqual({ event: 'source-gone', uri: 's3://staging/shop/gone' })
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
  expect(verbs).toEqual(['get', 'get', 'put', 'put', 'get'])
  indexStore.reset()
  await handler({ action: 'clean-up', index_id: 'shop' }, INVOCATION)
  expect(indexStore.requests.map(({ verb }) => verb)).toEqual(['get', 'list', 'put'])
})
