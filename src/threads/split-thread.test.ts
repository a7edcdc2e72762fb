import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import {
  countingRandom,
  publishedNumbers,
  testConfig,
  testLine,
  testLines,
  waitingRejects,
} from '../engine/indexing/testing/indexing-fixture.ts'
import type { IndexingComponents } from '../engine/indexing/components.ts'
import { indexSource } from '../engine/indexing/pipeline.ts'
import { publishedSplits } from '../engine/metastore/index-metadata.ts'
import { splitKey } from '../engine/metastore/layout.ts'
import { Metastore } from '../engine/metastore/metastore.ts'
import { objectSource, type Source } from '../engine/sources/source.ts'
import { type SplitWork, splitWorkHere } from '../engine/split/split-work.ts'
import { memoryStore } from '../stores/memory-store.ts'
import { instantClock } from '../stores/testing/instant-clock.ts'
import { openSplitThread, SplitThread } from './split-thread.ts'
import { bundledSplitWorker, bundledTwoThreads, scriptedWorker } from './testing/bundled-worker.ts'

let folder: string
let entry: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qwl-split-thread-'))
  entry = await bundledSplitWorker(folder)
})

afterAll(async () => await rm(folder, { recursive: true }))

/** Which begins with the first documents. */
function opened(path = entry, worthBytes = 0): SplitThread {
  const thread = new SplitThread(path, worthBytes)
  onTestFinished(() => thread.close())
  return thread
}

/** Splits of 1,000 documents in many small blocks, so that there is much to hand over. */
const CONFIG = testConfig({ split_num_docs_target: 1_000, docstore_blocksize: 4_096 })
const DOCS = 5_500

async function world(splitWork: SplitWork | undefined) {
  const clock = instantClock()
  const random = countingRandom()
  const metastore = new Metastore(memoryStore(clock), { clock, random })
  await metastore.createIndex(CONFIG)
  const components: IndexingComponents = { metastore, clock, random, splitWork }
  const staging = memoryStore(clock)
  const lines = `${testLines(0, 2_500)}no document\n${testLine(2_500)}x\n${testLines(2_501, DOCS)}`
  const body = Buffer.from(lines)
  const info = await staging.put('a.ndjson', body, { condition: { kind: 'always' } })
  return { components, source: objectSource(staging, info, 's3://staging/a.ndjson') }
}

/** Every published split, byte for byte, and every rejected document with its place. */
async function outcomeOf({ metastore }: IndexingComponents) {
  const file = await metastore.load('events')
  const splits = publishedSplits(file).map(async ({ splitId }) => {
    const stored = await metastore.store.get(splitKey('events', splitId))
    return Buffer.from(stored?.bytes ?? []).toString('hex')
  })
  const rejects = await waitingRejects(metastore)
  return {
    splits: await Promise.all(splits),
    rejects: rejects.map(({ line, bytePosition, reason, text }) => {
      return { line, bytePosition, reason, text }
    }),
  }
}

const run = (components: IndexingComponents, source: Source) =>
  indexSource(components, { indexId: 'events', source })

const allNumbers = Array.from({ length: DOCS }, (_, n) => n).filter((n) => n !== 2_500)

describe('splits encoded by another thread', () => {
  test('are the same bytes in the same order, with the same documents rejected', async () => {
    const alone = await world(undefined)
    const beside = await world(opened())
    const expected = await run(alone.components, alone.source)
    expect(await run(beside.components, beside.source)).toEqual(expected)
    expect(expected).toMatchObject({ state: 'done', docCount: DOCS - 1, rejectedCount: 2 })
    const outcome = await outcomeOf(alone.components)
    expect(outcome.splits).toHaveLength(6)
    expect(outcome.rejects.map(({ line }) => line)).toEqual([2_501, 2_502])
    expect(await outcomeOf(beside.components)).toEqual(outcome)
  })

  test.each([
    ['stops at once', 'process.exit(3)'],
    ['fails at its first task', "parentPort.on('message', () => { throw new Error('no memory') })"],
  ])(
    'a thread that %s is an error with a way out, and the next run loses nothing',
    async (_, script) => {
      const dying = opened(await scriptedWorker(folder, script))
      const { components, source } = await world(dying)
      await expect(run(components, source)).rejects.toMatchObject({
        kind: 'unavailable',
        message: 'the thread that encodes splits ended in its work',
        fix: expect.stringContaining('run the same again'),
      })
      await run({ ...components, splitWork: opened() }, source)
      expect(await publishedNumbers(components.metastore)).toEqual(allNumbers)
    },
  )

  test('a thread that ends after some splits leaves them published, and nothing is there twice', async () => {
    const thread = opened()
    const { components, source } = await world(thread)
    const ended = indexSource(components, {
      indexId: 'events',
      source,
      onProgress: ({ phase }) => {
        if (phase === 'publishing') void thread.close()
      },
    })
    await expect(ended).rejects.toMatchObject({ kind: 'unavailable' })
    const before = await publishedNumbers(components.metastore)
    expect(before.length).toBeGreaterThanOrEqual(1_000)
    expect(before.length).toBeLessThan(DOCS - 1)
    await run(components, source)
    expect(await publishedNumbers(components.metastore)).toEqual(allNumbers)
  })

  test('an interruption keeps what was published, and the next run goes on from there', async () => {
    const { components, source } = await world(opened())
    const stop = new AbortController()
    const result = await indexSource(components, {
      indexId: 'events',
      source,
      signal: stop.signal,
      onProgress: ({ phase }) => {
        if (phase === 'publishing') stop.abort()
      },
    })
    expect(result.state).toBe('incomplete')
    expect(await publishedNumbers(components.metastore)).toHaveLength(result.docCount)
    await run(components, source)
    expect(await publishedNumbers(components.metastore)).toEqual(allNumbers)
  })
})

describe('the thread', () => {
  // V8 says so when it begins to look at each access of every array whether it was taken away.
  test('is given large arrays without taking them away, so that loops over arrays stay fast', async () => {
    const program = await bundledTwoThreads(folder)
    const args = ['--trace-protector-invalidation', program, entry]
    const { stdout } = await promisify(execFile)(process.execPath, args)
    const [alone, beside, ...more] = stdout.trimEnd().split('\n')
    expect(alone).toMatch(/^150000 documents, 2 splits, [\da-f]{64}$/)
    expect(beside).toBe(alone)
    expect(more).toEqual([])
  })

  test('is not waited for by more blocks than keep it busy: they are sealed here', async () => {
    const silent = opened(await scriptedWorker(folder, "parentPort.on('message', () => undefined)"))
    const block = { docs: Buffer.from('{"n":1}{"n":2}'), ends: Uint32Array.of(7, 14), level: 8 }
    const sealing = Array.from({ length: 6 }, () => silent.sealDocs(block))
    // Those before them never will be.
    for (const waiting of sealing.slice(0, 4)) waiting.catch(() => undefined)
    const expected = await splitWorkHere().sealDocs(block)
    expect(await Promise.all(sealing.slice(4))).toEqual([expected, expected])
  })

  test('is not begun for fields alone: what is small never waits for it', async () => {
    const dying = opened(await scriptedWorker(folder, 'process.exit(4)'))
    const encoded = await dying.encodeFields({ docCount: 1, fields: [] })
    expect(encoded.fields).toEqual([])
  })

  test('begins when documents have come that are worth its start', async () => {
    const dying = opened(await scriptedWorker(folder, 'process.exit(5)'), 20)
    const block = { docs: Buffer.from('{"n":1}{"n":2}'), ends: Uint32Array.of(7, 14), level: 8 }
    const expected = await splitWorkHere().sealDocs(block)
    expect(await dying.sealDocs(block)).toEqual(expected)
    expect(await dying.sealDocs(block)).toEqual(expected)
    await expect(dying.sealDocs(block)).rejects.toMatchObject({ kind: 'unavailable' })
  })

  test('tells what its work threw', async () => {
    const error = { kind: 'tooLarge', message: 'too much', fix: 'ask for less' }
    const answer = `({ id }) => parentPort.postMessage({ kind: 'failed', id, error: ${JSON.stringify(error)} })`
    const refusing = opened(await scriptedWorker(folder, `parentPort.on('message', ${answer})`))
    const block = { docs: Buffer.from('{}'), ends: Uint32Array.of(2), level: undefined }
    await expect(refusing.sealDocs(block)).rejects.toMatchObject(error)
  })

  test('is not there where it would not help or was not built', () => {
    expect(openSplitThread(1)).toBeUndefined()
    // Beside the sources there is no built file.
    expect(openSplitThread(2)).toBeUndefined()
  })
})
