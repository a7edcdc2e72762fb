import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { indexDocs } from '../engine/indexing/index-docs.ts'
import { indexSource } from '../engine/indexing/pipeline.ts'
import {
  publishedNumbers,
  testConfig,
  testLines,
} from '../engine/indexing/testing/indexing-fixture.ts'
import { systemClock, systemRandom } from '../stores/system-clock.ts'
import { fileSource } from './file-source.ts'
import {
  createLocalStack,
  listLocalStacks,
  openLocalStack,
  removeLocalStack,
  type LocalHost,
} from './local-stack.ts'

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

async function newHost(): Promise<LocalHost> {
  const dataDir = await mkdtemp(join(tmpdir(), 'qwl-stack-'))
  folders.push(dataDir)
  return { dataDir, clock: systemClock, random: systemRandom, log: () => undefined }
}

test('a stack is found by name, listed, not made twice, and gone when it is removed', async () => {
  const host = await newHost()
  const stack = await createLocalStack(host, 'shop', 'orders')
  expect(await listLocalStacks(host.dataDir)).toEqual(['shop'])
  await expect(createLocalStack(host, 'shop', undefined)).rejects.toMatchObject({
    code: 'STACK-EXISTS',
  })
  expect((await (await openLocalStack(host, 'shop')).readFile()).defaultIndex).toBe('orders')
  await stack.indexing.metastore.createIndex(testConfig())
  await removeLocalStack(stack)
  expect(await readdir(host.dataDir)).toEqual([])
})

test('a missing stack is told with those that are there', async () => {
  const host = await newHost()
  await expect(openLocalStack(host, 'shop')).rejects.toMatchObject({
    code: 'STACK-NONE',
    fix: expect.stringContaining('init'),
  })
  await createLocalStack(host, 'books', undefined)
  await mkdir(join(host.dataDir, 'no-stack'))
  await expect(openLocalStack(host, '../shop')).rejects.toMatchObject({
    fix: expect.stringContaining('books'),
  })
})

test.each(['', 'ab', '..', 'a/b', 'Shop', '-shop', 's'.repeat(32)])(
  'a stack is not called %j, and nothing is written',
  async (name) => {
    const host = await newHost()
    await expect(createLocalStack(host, name, undefined)).rejects.toMatchObject({ kind: 'invalid' })
    expect(await readdir(host.dataDir)).toEqual([])
  },
)

test('a data folder that is none is an error, a missing one is empty', async () => {
  const { dataDir } = await newHost()
  await writeFile(join(dataDir, 'file'), '')
  await expect(listLocalStacks(join(dataDir, 'file'))).rejects.toThrow(/data folder/)
  expect(await listLocalStacks(join(dataDir, 'missing'))).toEqual([])
})

test('two processes write to one stack at once and nothing is lost or doubled', async () => {
  const host = await newHost()
  await (
    await createLocalStack(host, 'shop', undefined)
  ).indexing.metastore.createIndex(testConfig())
  const file = join(host.dataDir, 'numbers.ndjson')
  await writeFile(file, testLines(0, 500))
  const processes = await Promise.all([0, 1, 2].map(() => openLocalStack(host, 'shop')))
  await Promise.all(
    processes.map(async ({ indexing }, i) => {
      // The same file by all of them, and documents of its own by each.
      await indexSource(indexing, { indexId: 'events', source: await fileSource(file) })
      const body = Buffer.from(testLines(500 + 10 * i, 510 + 10 * i))
      await indexDocs(indexing, { indexId: 'events', body })
    }),
  )
  const { metastore } = (await openLocalStack(host, 'shop')).indexing
  expect(await publishedNumbers(metastore)).toEqual(Array.from({ length: 530 }, (_, n) => n))
})
