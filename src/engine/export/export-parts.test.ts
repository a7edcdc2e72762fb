import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countingStore } from '../../stores/counting-store.ts'
import { memoryStore } from '../../stores/memory-store.ts'
import { faultyStore, type Fault, type FaultPlan } from '../../stores/testing/faulty-store.ts'
import { instantClock } from '../../stores/testing/instant-clock.ts'
import { splitKey } from '../metastore/layout.ts'
import type { ObjectStore } from '../ports.ts'
import { SearchFixture } from '../search/testing/search-fixture.ts'
import { decodeManifest, encodeManifest, MANIFEST_NAME } from './export-manifest.ts'
import { clearExport, exportParts, readManifest, type PartsJob } from './export-parts.ts'
import { planExport } from './export-plan.ts'

const SPLITS = 5
const DOCS_EACH = 20

async function shop(): Promise<SearchFixture> {
  const fixture = await SearchFixture.create({ field_mappings: [{ name: 'id', type: 'u64' }] })
  for (let split = 0; split < SPLITS; split++) {
    const ids = Array.from({ length: DOCS_EACH }, (_, i) => split * DOCS_EACH + i)
    await fixture.addSplit(ids.map((id) => `{"id":${id},"half":${id % 2}}`))
  }
  return fixture
}

async function jobOf(
  fixture: SearchFixture,
  target: ObjectStore,
  query?: string,
): Promise<PartsJob> {
  const file = await fixture.metastore.load('events')
  const stored = await readManifest(target)
  if (stored !== undefined) return { file, target, ...stored }
  const selection = { query, startTimestamp: undefined, endTimestamp: undefined }
  const request = { indexId: 'events', query, since: undefined, until: undefined, fields: [] }
  const manifest = {
    request: { ...request, format: 'ndjson', compression: 'none' } as const,
    selection,
    indexUid: file.metadata.indexUid,
    columns: [],
    begunMs: 1,
    finishedMs: undefined,
    splits: planExport(file, selection).splits,
    parts: new Map(),
  }
  return { file, target, manifest, etag: undefined }
}

async function run(fixture: SearchFixture, target: ObjectStore, query?: string): Promise<void> {
  const job = await jobOf(fixture, target, query)
  await exportParts(job, { store: fixture.store }, () => 2)
}

async function exportedIds(target: ObjectStore): Promise<number[]> {
  const ids: number[] = []
  for await (const { key } of target.list('')) {
    if (key === MANIFEST_NAME) continue
    const text = Buffer.from((await target.get(key))?.bytes ?? []).toString()
    for (const line of text.trimEnd().split('\n')) ids.push((JSON.parse(line) as { id: number }).id)
  }
  return ids.toSorted((a, b) => a - b)
}

const ALL = Array.from({ length: SPLITS * DOCS_EACH }, (_, id) => id)

test('each document is in one part, and only what the query finds', async () => {
  const fixture = await shop()
  const [all, some] = [memoryStore(instantClock()), memoryStore(instantClock())]
  await run(fixture, all)
  await run(fixture, some, 'half:1 AND id:<50')
  expect(await exportedIds(all)).toEqual(ALL)
  expect(await exportedIds(some)).toEqual(ALL.filter((id) => id % 2 === 1 && id < 50))
  const finished = (await readManifest(some))?.manifest
  expect(finished?.finishedMs).toBe(2)
  expect(decodeManifest(encodeManifest(finished!))).toEqual(finished)
})

test('stopped at any request, before or after it took effect, and run again: each document once', async () => {
  const fixture = await shop()
  const kind = fc.constantFrom<Fault['kind']>('failBefore', 'failAfter')
  const stops = fc.array(fc.record({ at: fc.nat(14), kind }), { maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(stops, async (each) => {
      const clock = instantClock()
      const inner = memoryStore(clock)
      for (const stop of each) {
        let requests = 0
        const dying = faultyStore(
          inner,
          () => {
            // A process that was killed asks for nothing more.
            const place = requests++
            if (place < stop.at) return undefined
            return {
              kind: place === stop.at && stop.kind === 'failAfter' ? 'failAfter' : 'failBefore',
            }
          },
          clock,
        )
        await run(fixture, dying).catch(() => undefined)
      }
      await run(fixture, inner)
      expect(await exportedIds(inner)).toEqual(ALL)
    }),
    { numRuns: 30 },
  )
})

test('parts that are finished are not done again', async () => {
  const fixture = await shop()
  const clock = instantClock()
  const inner = memoryStore(clock)
  let puts = 0
  const dying = faultyStore(
    inner,
    ({ verb }) => (verb === 'put' && ++puts > 6 ? { kind: 'failBefore' } : undefined),
    clock,
  )
  await expect(run(fixture, dying)).rejects.toThrow()
  const before = (await readManifest(inner))?.manifest.parts.size ?? 0
  const target = countingStore(inner)
  await run(fixture, target)
  expect(before).toBeGreaterThan(0)
  const parts = target.requests.filter(({ verb, key }) => verb === 'put' && key !== MANIFEST_NAME)
  expect(parts).toHaveLength(SPLITS - before)
  expect(await exportedIds(inner)).toEqual(ALL)
})

test('a half-written split in which the query finds something else by now is no split to go on with', async () => {
  const fixture = await shop()
  const target = memoryStore(instantClock())
  const job = await jobOf(fixture, target)
  const { splitId } = job.manifest.splits[0]!
  const parts = new Map([[splitId, { docCount: DOCS_EACH + 1, partCount: 2, finished: [] }]])
  const begun = { ...job, manifest: { ...job.manifest, parts } }
  await expect(exportParts(begun, { store: fixture.store }, () => 2)).rejects.toMatchObject({
    kind: 'conflict',
    message: `the query finds ${DOCS_EACH} documents where it found ${DOCS_EACH + 1} when this export began`,
  })
})

test('a split that was merged away while an export was stopped: read while it is there, then refused by name', async () => {
  const fixture = await shop()
  const target = memoryStore(instantClock())
  const job = await jobOf(fixture, target)
  const [first, second] = await fixture.splits()
  await fixture.merge([first!.splitId, second!.splitId])
  const file = await fixture.metastore.load('events')
  await exportParts({ ...job, file }, { store: fixture.store }, () => 2)
  expect(await exportedIds(target)).toEqual(ALL)
  await fixture.store.delete(splitKey('events', second!.splitId))
  const late = exportParts(
    { ...job, file, target: memoryStore(instantClock()) },
    { store: fixture.store },
    () => 2,
  )
  await expect(late).rejects.toMatchObject({
    kind: 'conflict',
    message: expect.stringContaining(second!.splitId),
  })
})

test('nothing of a split that an erasure may have rewritten is written after it', async () => {
  const fixture = await shop()
  const target = memoryStore(instantClock())
  const job = await jobOf(fixture, target)
  const [first, second] = await fixture.splits()
  await fixture.metastore.addDeleteTask('events', {
    dialect: 'native',
    text: 'id:3',
    searchFields: undefined,
    startTimestamp: undefined,
    endTimestamp: undefined,
  })
  // While it is published, searches show it as well.
  const published = await fixture.metastore.load('events')
  await exportParts({ ...job, file: published }, { store: fixture.store }, () => 2)
  await fixture.merge([first!.splitId, second!.splitId])
  const replaced = await fixture.metastore.load('events')
  const late = memoryStore(instantClock())
  await expect(
    exportParts({ ...job, file: replaced, target: late }, { store: fixture.store }, () => 2),
  ).rejects.toMatchObject({ kind: 'conflict' })
  expect(await late.get(MANIFEST_NAME).catch(() => 'absent')).toBe('absent')
})

test('two runs into the same place do not mix: one of them is told', async () => {
  const fixture = await shop()
  const target = memoryStore(instantClock())
  const mine = await jobOf(fixture, target)
  const theirs = { ...mine, manifest: { ...mine.manifest, begunMs: 99 } }
  const ends = await Promise.allSettled(
    [mine, theirs].map((job) => exportParts(job, { store: fixture.store }, () => 2)),
  )
  const told = ends.find((end) => end.status === 'rejected')
  expect(told?.reason).toMatchObject({
    kind: 'conflict',
    message: expect.stringContaining('another export'),
  })
  expect(await exportedIds(target)).toEqual(ALL)
})

test('begun again after a kill between a part and its note, nothing of the first stays in the folder', async () => {
  const fixture = await shop()
  const target = memoryStore(instantClock())
  let notes = 0
  const dies: FaultPlan = ({ verb, key }) =>
    verb === 'put' && key === MANIFEST_NAME && ++notes > 1 ? { kind: 'failBefore' } : undefined
  const noting = faultyStore(target, dies, instantClock())
  await expect(run(fixture, noting)).rejects.toMatchObject({ kind: 'unavailable' })
  expect((await exportedIds(target)).length).toBeGreaterThan(0)
  const stored = await readManifest(target)
  await clearExport(target, stored!)
  const left: string[] = []
  for await (const { key } of target.list('')) left.push(key)
  expect(left).toEqual([])
})

test('an export that is cleared and killed at any request is one of which nothing is done', async () => {
  const fixture = await shop()
  for (let at = 1; at <= SPLITS + 3; at++) {
    const target = memoryStore(instantClock())
    await run(fixture, target)
    const stored = await readManifest(target)
    let writes = 0
    const dies: FaultPlan = ({ verb }) =>
      (verb === 'put' || verb === 'delete') && ++writes >= at ? { kind: 'failBefore' } : undefined
    const killed = faultyStore(target, dies, instantClock())
    await clearExport(killed, stored!).catch(() => undefined)
    await run(fixture, target)
    expect(await exportedIds(target)).toEqual(ALL)
  }
})
