import { createHash } from 'node:crypto'
import { appendFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { IndexingComponents } from '../engine/indexing/components.ts'
import type { IndexingResult } from '../engine/indexing/indexing-result.ts'
import { indexSource } from '../engine/indexing/pipeline.ts'
import {
  publishedNumbers,
  testConfig,
  testLine,
  testLines,
} from '../engine/indexing/testing/indexing-fixture.ts'
import type { Source } from '../engine/sources/source.ts'
import { instantClock } from '../stores/testing/instant-clock.ts'
import { fileSource } from './file-source.ts'
import { logFolder, upTo } from './testing/log-folder.ts'

let folder: string
let log: string
let components: IndexingComponents
let remove: () => Promise<void>

beforeEach(async () => {
  ;({ folder, log, components, remove } = await logFolder(instantClock()))
})

afterEach(() => remove())

async function index(source?: Source): Promise<IndexingResult> {
  return await indexSource(components, {
    indexId: 'events',
    source: source ?? (await fileSource(log)),
  })
}

function numbers(): Promise<number[]> {
  return publishedNumbers(components.metastore)
}

test('a file that grew is read on from where it was left, as often as it grows', async () => {
  await writeFile(log, testLines(0, 3))
  expect(await index()).toMatchObject({ state: 'done', docCount: 3, continuedAtBytes: 0 })
  for (const end of [5, 6, 9]) {
    const from = (await numbers()).length
    await appendFile(log, testLines(from, end))
    expect(await index()).toMatchObject({ state: 'done', docCount: end - from })
    expect(await numbers()).toEqual(upTo(end))
  }
  expect(await index()).toMatchObject({ state: 'alreadyIndexed' })
})

test('an empty file is one too, and what comes into it is read', async () => {
  await writeFile(log, '')
  expect(await index()).toMatchObject({ state: 'done', docCount: 0 })
  await appendFile(log, testLines(0, 2))
  expect(await index()).toMatchObject({ docCount: 2 })
  expect(await numbers()).toEqual(upTo(2))
})

test('a half line at the end is left, and taken when it is whole', async () => {
  const half = testLine(3).slice(0, 20)
  await writeFile(log, testLines(0, 3) + half)
  const first = await index()
  expect(first).toMatchObject({ docCount: 3, rejectedCount: 0, halfLineBytes: half.length })
  expect(await index()).toMatchObject({ state: 'alreadyIndexed' })
  await appendFile(log, `${testLine(3).slice(20)}\n${testLine(4)}`)
  expect(await index()).toMatchObject({ docCount: 2, rejectedCount: 0, halfLineBytes: 0 })
  // The whole document that lacked its line end was taken; what follows it begins a line of its own.
  await appendFile(log, `\n${testLine(5)}\n`)
  expect(await index()).toMatchObject({ docCount: 1, rejectedCount: 0 })
  expect(await numbers()).toEqual(upTo(6))
})

test('a rewritten and a rotated file are other sources', async () => {
  await writeFile(log, testLines(0, 3))
  await index()
  await writeFile(log, testLines(3, 7))
  expect(await index()).toMatchObject({ docCount: 4, continuedAtBytes: 0 })
  await rename(log, join(folder, 'app.log.1'))
  await writeFile(log, testLines(7, 9))
  expect(await index()).toMatchObject({ docCount: 2, continuedAtBytes: 0 })
  expect(await numbers()).toEqual(upTo(9))
})

test('gzip members that are added are read on as well', async () => {
  await writeFile(log, gzipSync(testLines(0, 3)))
  await index()
  await appendFile(log, gzipSync(testLines(3, 5)))
  expect(await index()).toMatchObject({ docCount: 2 })
  expect(await numbers()).toEqual(upTo(5))
})

test('what is written while a file is read is left for the next run', async () => {
  await writeFile(log, testLines(0, 3))
  const source = await fileSource(log)
  await appendFile(log, testLines(3, 5))
  expect(await index(source)).toMatchObject({ state: 'done', docCount: 3 })
  expect(await index()).toMatchObject({ docCount: 2 })
  expect(await numbers()).toEqual(upTo(5))
})

test('two runs that see a new file at different lengths take each line once', async () => {
  await writeFile(log, testLines(0, 3))
  const short = await fileSource(log)
  await appendFile(log, testLines(3, 5))
  const long = await fileSource(log)
  await Promise.all([index(short), index(long)])
  await index()
  expect(await numbers()).toEqual(upTo(5))
})

test.each(['the shorter', 'the longer'])(
  'two runs that see a known file at different lengths take each line once, %s begun first',
  async (first) => {
    await writeFile(log, testLines(0, 2))
    await index()
    await appendFile(log, testLines(2, 4))
    const short = await fileSource(log)
    await appendFile(log, testLines(4, 6))
    const long = await fileSource(log)
    const order = first === 'the shorter' ? [short, long] : [long, short]
    await Promise.all(order.map((source) => index(source)))
    await index()
    expect(await numbers()).toEqual(upTo(6))
  },
)

test('a run that saw the file before it grew adds nothing once the longer one is indexed', async () => {
  await writeFile(log, testLines(0, 3))
  const short = await fileSource(log)
  await appendFile(log, testLines(3, 5))
  await index()
  expect(await index(short)).toMatchObject({ state: 'alreadyIndexed' })
  expect(await numbers()).toEqual(upTo(5))
})

test('among hundreds of finished files the one that grew is still known', async () => {
  await writeFile(log, testLines(0, 2))
  await index()
  for (let n = 0; n < 120; n++) {
    const other = join(folder, `other-${n}.log`)
    await writeFile(other, `${testLine(1_000 + n)}\n`)
    await index(await fileSource(other))
  }
  await appendFile(log, testLines(2, 3))
  expect(await index()).toMatchObject({ docCount: 1 })
})

test.each(['the shorter', 'the longer'])(
  'two runs of many commits that see a file at different lengths take each line once, %s begun first',
  async (first) => {
    await components.metastore.createIndex({
      ...testConfig({ split_num_docs_target: 5 }),
      indexId: 'small',
    })
    const run = (source: Source): Promise<IndexingResult> =>
      indexSource(components, { indexId: 'small', source })
    await writeFile(log, testLines(0, 40))
    const short = await fileSource(log)
    await appendFile(log, testLines(40, 80))
    const long = await fileSource(log)
    await Promise.all((first === 'the shorter' ? [short, long] : [long, short]).map(run))
    await run(await fileSource(log))
    expect(await publishedNumbers(components.metastore, 'small')).toEqual(upTo(80))
  },
)

const row = (n: number): string => `${1_700_000_000 + n},${n},word`

test('a last row without its line end is taken once nobody writes to the file', async () => {
  await writeFile(log, `ts,n,text\n${row(0)}\n${row(1)}`)
  expect(await index()).toMatchObject({ docCount: 2, rejectedCount: 0, halfLineBytes: 0 })
  await appendFile(log, `\n${row(2)}\n`)
  expect(await index()).toMatchObject({ docCount: 1, rejectedCount: 0 })
  expect(await numbers()).toEqual(upTo(3))
})

test('a last row that somebody is writing is left, and no rejection', async () => {
  const half = row(1).slice(0, -3)
  await writeFile(log, `ts,n,text\n${row(0)}\n${half}`)
  const run = index()
  setTimeout(() => void appendFile(log, `${row(1).slice(-3)}\n`), 300)
  expect(await run).toMatchObject({ docCount: 1, rejectedCount: 0, halfLineBytes: half.length })
  expect(await index()).toMatchObject({ docCount: 1, rejectedCount: 0, halfLineBytes: 0 })
  expect(await numbers()).toEqual(upTo(2))
})

test('what an older version indexed under a short name is known, as long as it is unchanged', async () => {
  await writeFile(log, testLines(0, 2))
  await index()
  await components.metastore.update('events', (file) => {
    const partitions = [...(file.metadata.checkpoint.get('ingest-lambda-source') ?? [])]
    const short = partitions.map(([id, progress]) => {
      const name = createHash('sha256').update(id).digest('base64url').slice(0, 16)
      return [`#${name}`, { ...progress, position: '~' }] as const
    })
    const checkpoint = new Map([['ingest-lambda-source', new Map(short)]])
    return { ...file, metadata: { ...file.metadata, checkpoint } }
  })
  expect(await index()).toMatchObject({ state: 'alreadyIndexed' })
})
