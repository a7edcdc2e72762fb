import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { countingStore } from '../../stores/counting-store.ts'
import { instantClock } from '../../stores/testing/instant-clock.ts'
import { memoryStore } from '../../stores/memory-store.ts'
import { Metastore } from '../metastore/metastore.ts'
import type { ObjectStore } from '../ports.ts'
import type { IndexConfig } from '../schema/index-config.ts'
import {
  countingRandom,
  publishedNumbers,
  waitingRejects,
  testConfig,
  testLine,
  testLines,
} from './testing/indexing-fixture.ts'
import type { IndexSourceRequest } from './indexing-request.ts'
import type { IndexingResult } from './indexing-result.ts'
import { indexSource } from './pipeline.ts'
import { objectSource, type Source } from '../sources/source.ts'
import { type SplitWork, splitWorkHere } from '../split/split-work.ts'

async function world(config: IndexConfig = testConfig(), inner: ObjectStore = memoryStore()) {
  const clock = instantClock()
  const random = countingRandom()
  const store = countingStore(inner)
  const staging = countingStore(memoryStore(clock))
  const metastore = new Metastore(store, { clock, random })
  const components = { metastore, clock, random }
  await metastore.createIndex(config)
  store.reset()
  return {
    clock,
    store,
    staging,
    metastore,
    components,
    stage: async (content: string | Uint8Array, key = 'events/a.gz'): Promise<Source> => {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content
      const info = await staging.put(key, bytes, { condition: { kind: 'always' } })
      staging.reset()
      return objectSource(staging, info, `s3://staging/${key}`)
    },
    index: (source: Source, more: Partial<IndexSourceRequest> = {}): Promise<IndexingResult> =>
      indexSource(components, { indexId: 'events', source, ...more }),
  }
}

const numbersTo = (end: number): number[] => Array.from({ length: end }, (_, n) => n)

describe('one source', () => {
  test('a gzipped file is published whole, in one split, with its counts', async () => {
    const { stage, index, metastore } = await world()
    const text = testLines(0, 1_000)
    const result = await index(await stage(gzipSync(text)))
    expect(result).toMatchObject({
      state: 'done',
      docCount: 1_000,
      rejectedCount: 0,
      sourceBytes: Buffer.byteLength(text),
      emptyCommitCount: 0,
    })
    expect(result.splitIds).toHaveLength(1)
    expect(await publishedNumbers(metastore)).toEqual(numbersTo(1_000))
  })

  test('a small file costs four requests, and one when it is sent again', async () => {
    const { stage, index, store, staging } = await world()
    const source = await stage(gzipSync(testLines(0, 10)))
    await index(source)
    expect(store.requests.map(({ verb }) => verb)).toEqual(['get', 'put', 'put'])
    expect(staging.requests.map(({ verb }) => verb)).toEqual(['get'])
    store.reset()
    staging.reset()
    expect(await index(source)).toMatchObject({ state: 'alreadyIndexed', docCount: 0 })
    expect([...store.requests, ...staging.requests].map(({ verb }) => verb)).toEqual(['get'])
  })

  test('the same key with new content is another source, and force takes the same one again', async () => {
    const { stage, index, metastore } = await world()
    await index(await stage(testLines(0, 3)))
    const second = await stage(testLines(3, 5))
    await index(second)
    expect(await publishedNumbers(metastore)).toEqual(numbersTo(5))
    await index(second, { force: true })
    expect(await publishedNumbers(metastore)).toEqual([0, 1, 2, 3, 3, 4, 4])
  })

  test('an empty file is done and stays done', async () => {
    const { stage, index, metastore } = await world()
    const source = await stage('')
    expect(await index(source)).toMatchObject({ state: 'done', docCount: 0, emptyCommitCount: 1 })
    expect(await index(source)).toMatchObject({ state: 'alreadyIndexed' })
    expect((await metastore.load('events')).splits).toEqual([])
  })

  test('the last split is encoded while the commit before it is under way', async () => {
    const { stage, metastore, components } = await world(testConfig({ split_num_docs_target: 500 }))
    const here = splitWorkHere()
    let goOn = (): void => undefined
    const allSealed = new Promise<void>((resolve) => {
      goOn = resolve
    })
    let sealedDocs = 0
    const splitWork: SplitWork = {
      sealDocs: (block) => {
        sealedDocs += block.ends.length
        if (sealedDocs === 1_000) goOn()
        return here.sealDocs(block)
      },
      // The first split would never be done if the second one waited for it.
      encodeFields: async (fields) => {
        await allSealed
        return await here.encodeFields(fields)
      },
    }
    const source = await stage(testLines(0, 1_000))
    const result = await indexSource({ ...components, splitWork }, { indexId: 'events', source })
    expect(result.splitIds).toHaveLength(2)
    expect(await publishedNumbers(metastore)).toEqual(numbersTo(1_000))
  })

  test('split_num_docs_target cuts a file into splits of exactly that many documents', async () => {
    const { stage, index, metastore } = await world(testConfig({ split_num_docs_target: 300 }))
    const result = await index(await stage(testLines(0, 1_000)))
    expect(result.splitIds).toHaveLength(4)
    const { splits } = await metastore.load('events')
    expect(splits.map(({ docCount }) => docCount)).toEqual([300, 300, 300, 100])
    expect(splits.map(({ maturity }) => maturity.kind)).toEqual([
      'mature',
      'mature',
      'mature',
      'immature',
    ])
    expect(await publishedNumbers(metastore)).toEqual(numbersTo(1_000))
  })

  test('a split is cut when its builder holds too much, whatever its document count', async () => {
    const { stage, index, metastore } = await world()
    const end = 30_000
    const result = await index(await stage(testLines(0, end)), { memoryLimitBytes: 1 })
    expect(result.splitIds.length).toBeGreaterThan(1)
    expect(await publishedNumbers(metastore)).toEqual(numbersTo(end))
  })

  test('a first commit may be asked for early; the others are as large as ever', async () => {
    const { stage, index, metastore } = await world()
    const published: number[] = []
    const result = await index(await stage(testLines(0, 30_000)), {
      firstCommitDocs: 1_000,
      onProgress: ({ phase, docCount }) => {
        if (phase === 'publishing') published.push(docCount)
      },
    })
    expect(result.splitIds).toHaveLength(2)
    expect(published).toEqual([expect.toSatisfy((count: number) => count >= 1_000), 30_000])
    expect(await publishedNumbers(metastore)).toEqual(numbersTo(30_000))
  })

  test('a split is cut when commit_timeout_secs have passed since its first document', async () => {
    const { stage, index, clock } = await world(testConfig({ commit_timeout_secs: 30 }))
    const source = await stage(testLines(0, 60_000))
    const result = await index(source, { onProgress: () => clock.advance(40_000) })
    expect(result.splitIds.length).toBeGreaterThan(1)
    expect(result.docCount).toBe(60_000)
  })

  test('a record has the time range, size and bounds of its split', async () => {
    const { stage, index, metastore } = await world()
    await index(await stage(testLines(5, 25)))
    const [split] = (await metastore.load('events')).splits
    expect(split).toMatchObject({
      state: 'Published',
      docCount: 20,
      sourceId: 'ingest-lambda-source',
      timeRange: { startSeconds: 1_700_000_005, endSeconds: 1_700_000_024 },
      mergeOpCount: 0,
    })
    expect(split?.columnBounds).toContainEqual({ path: 'n', type: 'u64', min: 5, max: 24 })
  })
})

describe('stopping', () => {
  test('a deadline commits what is built, and the next run goes on from there', async () => {
    const { stage, index, clock, metastore } = await world()
    const source = await stage(gzipSync(testLines(0, 40_000)))
    const deadlineMs = clock.nowMs() + 10
    const first = await index(source, { deadlineMs, onProgress: () => clock.advance(11) })
    expect(first.state).toBe('incomplete')
    expect(first.docCount).toBeGreaterThan(0)
    expect(first.docCount).toBeLessThan(40_000)
    const second = await index(source)
    expect(second.state).toBe('done')
    expect(second.docCount + first.docCount).toBe(40_000)
    expect(await publishedNumbers(metastore)).toEqual(numbersTo(40_000))
  })

  test('a signal drops what is not committed, and the next run adds it', async () => {
    const { stage, index, metastore } = await world()
    const source = await stage(testLines(0, 40_000))
    const stop = new AbortController()
    const first = await index(source, { signal: stop.signal, onProgress: () => stop.abort() })
    expect(first).toMatchObject({ state: 'incomplete', docCount: 0, splitIds: [] })
    expect((await metastore.load('events')).splits).toEqual([])
    expect(await index(source)).toMatchObject({ state: 'done', docCount: 40_000 })
  })

  test('line numbers of rejected documents are right after a resumption', async () => {
    const { stage, index, clock, metastore } = await world()
    const source = await stage(`${testLines(0, 40_000)}nonsense\n`)
    await index(source, { deadlineMs: 0, onProgress: () => clock.advance(1) })
    const second = await index(source)
    expect(second).toMatchObject({ state: 'done', rejectedCount: 1 })
    const [reject] = await waitingRejects(metastore)
    expect(reject).toMatchObject({ line: 40_001, text: 'nonsense', runId: second.runId })
  })
})

describe('documents that do not fit', () => {
  const bad = [testLine(0), 'not json', '', '{"n":-1,"ts":1700000000}', '[1]', testLine(1)]

  test('they are counted by reason, kept with line, position and text, and do not stop the file; blank lines are none', async () => {
    const { stage, index, metastore } = await world()
    const result = await index(await stage(bad.join('\n')))
    expect(result).toMatchObject({ state: 'done', docCount: 2, rejectedCount: 3 })
    expect(result.rejectReasons.map(({ kind }) => kind).toSorted()).toEqual([
      'json',
      'json',
      'mapping',
    ])
    const rejects = await waitingRejects(metastore)
    expect(rejects.map(({ line, text }) => [line, text])).toEqual([
      [2, 'not json'],
      [4, '{"n":-1,"ts":1700000000}'],
      [5, '[1]'],
    ])
    expect(rejects[1]?.bytePosition).toBe(Buffer.byteLength(bad.slice(0, 3).join('\n')) + 1)
    expect(rejects[0]?.sourceUri).toBe('s3://staging/events/a.gz')
    expect(await publishedNumbers(metastore)).toEqual([0, 1])
  })

  test('no line can stop a file, however it is made', async () => {
    const { stage, index, metastore } = await world(
      testConfig(
        {},
        {
          doc_mapping: { mode: 'dynamic' },
          ingest_settings: { input_format: 'ndjson' },
        },
      ),
    )
    const lines = [
      '['.repeat(200_000),
      '{"a":'.repeat(200_000),
      `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
      '{"__proto__":{"x":1},"constructor":2}',
      '{"n":1e999,"m":-1e999,"big":123456789012345678901234567890}',
      '{"lone":"\\ud800","nul":"\\u0000","":1,".":2}',
      `{"word":"${'w'.repeat(100_000)}"}`,
      '{"a":1}{"b":2}',
      'null',
      testLine(7),
    ]
    const result = await index(await stage(lines.join('\n')))
    expect(result.state).toBe('done')
    expect(result.docCount + result.rejectedCount).toBe(lines.length)
    expect(await publishedNumbers(metastore)).toContain(7)
  })

  test('a file of nothing else is done, with no split', async () => {
    const { stage, index } = await world()
    const source = await stage('x\ny\n')
    expect(await index(source)).toMatchObject({
      state: 'done',
      docCount: 0,
      rejectedCount: 2,
      splitIds: [],
      emptyCommitCount: 1,
    })
    expect(await index(source)).toMatchObject({ state: 'alreadyIndexed' })
  })

  test('above the allowed number nothing of the commit in progress is published', async () => {
    const { stage, index, metastore } = await world()
    const source = await stage(bad.join('\n'))
    const result = await index(source, { maxRejects: { kind: 'count', count: 2 } })
    expect(result).toMatchObject({ state: 'tooManyRejects', docCount: 0, rejectedCount: 3 })
    const file = await metastore.load('events')
    expect(file.splits).toEqual([])
    expect(file.runs[0]).toMatchObject({ state: 'tooManyRejects', rejectedCount: 3 })
    expect(await waitingRejects(metastore)).toHaveLength(3)
    const more = await index(source, { maxRejects: { kind: 'count', count: 3 } })
    expect(more).toMatchObject({ state: 'done', docCount: 2 })
  })

  test('above the allowed fraction a large file stops early', async () => {
    const { stage, index } = await world()
    const source = await stage(`${'x\n'.repeat(20)}${testLines(0, 1_980)}`)
    const run = (fraction: number) => index(source, { maxRejects: { kind: 'fraction', fraction } })
    expect(await run(0.009)).toMatchObject({ state: 'tooManyRejects' })
    expect(await run(0.01)).toMatchObject({ state: 'done', docCount: 1_980, rejectedCount: 20 })
  })

  test('they are not kept when only the count is wanted', async () => {
    const { stage, index, store } = await world()
    const result = await index(await stage(bad.join('\n')), { rejects: 'drop' })
    expect(result).toMatchObject({ rejectedCount: 3, rejectedKeys: [] })
    expect(store.requests.filter(({ key }) => key.includes('rejected'))).toEqual([])
  })
})

describe('sources that cannot be read', () => {
  test('a file cut short is corrupt, publishes nothing of the split in progress and says what to do', async () => {
    const { stage, index, metastore } = await world()
    const whole = gzipSync(testLines(0, 5_000))
    const failure = index(await stage(whole.subarray(0, whole.length - 20)))
    await expect(failure).rejects.toMatchObject({ kind: 'corrupt', fix: /complete copy/ })
    const file = await metastore.load('events')
    expect(file.splits).toEqual([])
    expect(file.runs[0]).toMatchObject({ state: 'failed', error: /cut short/ })
    expect(await index(await stage(whole))).toMatchObject({ state: 'done', docCount: 5_000 })
  })

  test('a missing index is not found, by its nearest name', async () => {
    const { stage, components } = await world()
    const source = await stage('')
    await expect(indexSource(components, { indexId: 'event', source })).rejects.toMatchObject({
      kind: 'notFound',
      fix: /events/,
    })
  })

  test('a source replaced while it is read is a conflict', async () => {
    const { stage, index, staging } = await world()
    const source = await stage(testLines(0, 10))
    await staging.put('events/a.gz', Buffer.from('other'), { condition: { kind: 'always' } })
    await expect(index(source)).rejects.toMatchObject({ kind: 'conflict' })
  })
})

describe('recent runs', () => {
  test('a run is remembered by its own commit', async () => {
    const { stage, index, metastore } = await world(testConfig({ split_num_docs_target: 4 }))
    const { runId } = await index(await stage(`${testLines(0, 9)}x\n`))
    expect((await metastore.load('events')).runs).toEqual([
      expect.objectContaining({
        runId,
        state: 'done',
        docCount: 9,
        rejectedCount: 1,
        splitCount: 3,
        sourceUri: 's3://staging/events/a.gz',
      }),
    ])
  })

  test("progress tells bytes and documents and ends at the source's size", async () => {
    const { stage, index } = await world()
    const source = await stage(gzipSync(testLines(0, 40_000)))
    const seen: { phase: string; docCount: number; readBytes: number }[] = []
    await index(source, { onProgress: (progress) => seen.push(progress) })
    expect(seen.at(-1)).toMatchObject({
      phase: 'publishing',
      docCount: 40_000,
      readBytes: source.sizeBytes,
    })
    expect(seen.length).toBeGreaterThan(1)
  })
})
