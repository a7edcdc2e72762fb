import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { QwError, type ErrorKind } from '../engine/errors.ts'
import type { ObjectStore } from '../engine/ports.ts'
import type { IndexerHandler } from '../functions/indexer-handler.ts'
import { folderStore } from '../stores/folder-store.ts'
import { instantClock } from '../stores/testing/instant-clock.ts'
import { systemClock, systemRandom } from '../stores/system-clock.ts'
import { createLocalStack, openLocalStack, type LocalStack } from './local-stack.ts'
import { StagingBucket } from './staging.ts'

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

const DAY_MS = 86_400_000
const always = { condition: { kind: 'always' } } as const

async function newStack(): Promise<{ stack: LocalStack; reopened: () => Promise<LocalStack> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'qwl-staging-'))
  folders.push(dataDir)
  const host = { dataDir, clock: systemClock, random: systemRandom, log: () => undefined }
  const stack = await createLocalStack(host, 'shop', undefined)
  return { stack, reopened: () => openLocalStack(host, 'shop') }
}

function sales(count: number): Buffer {
  const lines = Array.from({ length: count }, (_, id) =>
    JSON.stringify({ ts: 1_700_000_000 + id, id, quantity: 1, price: 1.5, name: 'x' }),
  )
  return Buffer.from(lines.join('\n'))
}

async function docCountOf(stack: LocalStack): Promise<number> {
  const file = await stack.indexing.metastore.load('mock-sales')
  return file.splits
    .filter(({ state }) => state === 'Published')
    .reduce((sum, { docCount }) => sum + docCount, 0)
}

async function keysOf(store: ObjectStore): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of store.list('')) keys.push(key)
  return keys
}

test('a put is announced and indexed, whatever its key is made of, and then it goes', async () => {
  const { stack } = await newStack()
  const { store } = stack.staging
  const names = [
    'a b.ndjson',
    'a+b.ndjson',
    'größe 100%.ndjson',
    '東京/&=?#.ndjson',
    "it's(1)*!.gz",
  ]
  for (const name of names) await store.put(`mock-sales/${name}`, sales(2), always)
  const { reports, deadLetters } = await stack.staging.settled()
  expect(deadLetters).toEqual([])
  expect(reports.map((report) => report.num_docs)).toEqual(names.map(() => 2))
  expect(await docCountOf(stack)).toBe(2 * names.length)
  expect(await keysOf(store)).toEqual([])
})

test('a file with rejected documents stays, and adds nothing when it is announced again', async () => {
  const { stack, reopened } = await newStack()
  const body = Buffer.concat([sales(2), Buffer.from('\nnot json\n')])
  await stack.staging.store.put('mock-sales/a', body, always)
  await stack.staging.settled()
  const next = await reopened()
  expect(await next.staging.recover()).toBe(1)
  await next.staging.settled()
  expect(await docCountOf(next)).toBe(2)
  expect(await keysOf(next.staging.store)).toEqual(['mock-sales/a'])
})

test('what a killed process left, or a user moved in, is indexed at the next start, however old', async () => {
  const { stack, reopened } = await newStack()
  const file = join(stack.folder, 'staging-bucket', 'mock-sales', 'old.ndjson')
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, sales(3))
  const longAgo = new Date(Date.now() - 30 * DAY_MS)
  await utimes(file, longAgo, longAgo)
  const next = await reopened()
  await next.staging.recover()
  await next.staging.settled()
  expect(await docCountOf(next)).toBe(3)
  expect(await keysOf(next.staging.store)).toEqual([])
})

test('two processes that find the same file count it once', async () => {
  const { stack, reopened } = await newStack()
  const folder = join(stack.folder, 'staging-bucket', 'mock-sales')
  await mkdir(folder, { recursive: true })
  for (let i = 0; i < 5; i++) await writeFile(join(folder, `${i}.ndjson`), sales(10 + i))
  const both = [await reopened(), await reopened()]
  await Promise.all(both.map((one) => one.staging.recover()))
  await Promise.all(both.map((one) => one.staging.settled()))
  expect(await docCountOf(stack)).toBe(10 + 11 + 12 + 13 + 14)
})

/** A bucket over a real folder whose indexer fails as scripted. */
async function scripted(
  errors: readonly (ErrorKind | undefined)[],
  during: (store: ObjectStore) => Promise<unknown> = async () => undefined,
) {
  const root = await mkdtemp(join(tmpdir(), 'qwl-staging-'))
  folders.push(root)
  const clock = instantClock(Date.now())
  let call = 0
  const indexer: IndexerHandler = async () => {
    await during(store)
    const kind = errors[call++]
    if (kind !== undefined) throw new QwError(kind, `scripted ${kind}`)
    return {
      num_docs: 1,
      num_invalid_docs: 0,
      num_published_splits: 1,
      total_bytes_processed: 1,
      total_size_splits: 1,
      num_merges: 0,
      request_id: '',
    }
  }
  const store = folderStore({ root, clock, survives: 'processEnd' })
  const bucket = new StagingBucket({ store, bucket: 'b', indexer, clock, log: () => undefined })
  return { bucket, root, clock, store, calls: () => call }
}

test('a passing failure is delivered again', async () => {
  const { bucket, store, calls } = await scripted(['unavailable', 'conflict', undefined])
  await bucket.store.put('i/a', sales(1), always)
  expect(await bucket.settled()).toMatchObject({ deadLetters: [], reports: [{ num_docs: 1 }] })
  expect(calls()).toBe(3)
  expect(await keysOf(store)).toEqual([])
})

test('after five deliveries it is given up; the file stays and the next one is indexed', async () => {
  const { bucket, store } = await scripted([...Array<ErrorKind>(5).fill('unavailable'), undefined])
  await bucket.store.put('i/a', sales(1), always)
  await bucket.store.put('i/b', sales(1), always)
  const { reports, deadLetters } = await bucket.settled()
  expect(deadLetters).toEqual([{ key: 'i/a', error: 'scripted unavailable' }])
  expect(reports).toHaveLength(1)
  expect(await keysOf(store)).toEqual(['i/a'])
})

test('a mistake in the file is not delivered twice, and is kept however old it gets', async () => {
  const { bucket, store, clock, calls } = await scripted(['corrupt', 'corrupt'])
  await bucket.store.put('i/a', sales(1), always)
  await bucket.settled()
  clock.advance(2 * DAY_MS)
  await bucket.recover()
  expect((await bucket.settled()).deadLetters).toHaveLength(1)
  expect(calls()).toBe(2)
  expect(await keysOf(store)).toEqual(['i/a'])
})

test('an object that is replaced while it is indexed is not removed with its old notification', async () => {
  const { bucket, store } = await scripted([undefined], (inner) =>
    inner.put('i/a', sales(2), always),
  )
  await bucket.store.put('i/a', sales(1), always)
  await bucket.settled()
  expect((await store.head('i/a')).sizeBytes).toBe(sales(2).length)
})
