import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseIndexConfig } from '../engine/schema/config-text.ts'
import { systemClock, systemRandom } from '../stores/system-clock.ts'
import { indexOperations } from './index-operations.ts'
import { createLocalStack, type LocalStack } from './local-stack.ts'
import { stackWork } from './stack-work.ts'

let folder: string
let stack: LocalStack
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qwl-operations-'))
  const host = { dataDir: folder, clock: systemClock, random: systemRandom, log: () => undefined }
  stack = await createLocalStack(host, 'shop', undefined)
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7)
}

const operations = () => indexOperations({ work: stackWork(stack), uploads: folder })
const LOG = '127.0.0.1 - - [10/Oct/2024:13:55:36 +0000] "GET /a HTTP/1.1" 200 5 "-" "curl"\n'

test('a packed file is inferred by its beginning, and sent twice it is indexed once', async () => {
  const bytes = gzipSync(LOG.repeat(3))
  const about = { name: 'access.log.gz', format: undefined }
  const inference = await operations().infer({
    ...about,
    bytes,
    indexId: 'web',
    timestampField: undefined,
  })
  expect(inference).toMatchObject({ format: 'nginx', template: 'nginx' })
  expect(inference.sample).toHaveLength(3)
  await stack.indexing.metastore.createIndex(parseIndexConfig(inference.yaml, 'yaml'))
  const signal = new AbortController().signal
  const send = () =>
    operations().indexUpload({ ...about, indexId: 'web', body: inPieces(bytes) }, signal)
  expect(await send()).toMatchObject({
    state: 'done',
    docCount: 3,
    sourceUri: 'upload:/access.log.gz',
  })
  expect(await send()).toMatchObject({ state: 'alreadyIndexed', docCount: 0 })
  expect(await readdir(folder)).toEqual(['shop'])
})

test('keys that cannot be declared are warned of', async () => {
  const bytes = Buffer.from('{"a":1,"bad key!":2}\n{"a":"x","bad key!":2}\n')
  const about = { name: 'a.ndjson', format: undefined, indexId: 'odd', timestampField: undefined }
  const { warnings } = await operations().infer({ ...about, bytes })
  expect(warnings).toEqual([
    'a stays dynamic: values of several types',
    'bad key! stays dynamic: not a field name',
  ])
})

test('a file that is broken off leaves nothing', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('{"a":')
    throw new Error('the client went away')
  }
  const upload = { indexId: 'web', name: 'a', format: undefined, body: broken() }
  const signal = new AbortController().signal
  await expect(operations().indexUpload(upload, signal)).rejects.toThrow('went away')
  expect(await readdir(folder)).toEqual(['shop'])
})
