import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Fault, FaultPlan } from '../../stores/testing/faulty-store.ts'
import { isQwError } from '../errors.ts'
import { parseIndexConfig } from '../schema/config-text.ts'
import { docMatcher } from '../search/match-docs.ts'
import { keptRejects } from './kept-rejects.ts'
import { reindex, type ReindexRequest } from './reindex.ts'
import { FIRST_TS } from './testing/indexing-fixture.ts'
import { asked, numbersTo, published, snapshotWorld } from './testing/snapshot-world.ts'

/** `n` was whole and becomes a float, or something else; the rest is as it was. */
function targetConfig(fieldType = 'f64') {
  return parseIndexConfig({
    version: '0.9',
    index_id: 'events-2',
    doc_mapping: {
      mode: 'strict',
      timestamp_field: 'ts',
      field_mappings: [
        { name: 'ts', type: 'datetime', input_formats: ['unix_timestamp'], fast: true },
        { name: 'n', type: fieldType },
        { name: 'text', type: 'text' },
      ],
    },
  })
}

async function reindexWorld(splitCount: number, plan?: FaultPlan, fieldType?: string) {
  const world = await snapshotWorld(splitCount, plan)
  await world.metastore.createIndex(targetConfig(fieldType))
  const run = (text = '*', more: Partial<ReindexRequest> = {}) =>
    reindex(world.components, {
      indexId: 'events',
      targetId: 'events-2',
      words: [text],
      queryAt: () => asked(text),
      again: false,
      matchDocs: docMatcher(world.store),
      ...more,
    })
  const brought = () => published(world.metastore, 'events-2')
  return { ...world, run, brought }
}

test('documents of all splits are indexed by the mapping of the other index', async () => {
  const { run, brought, metastore, store } = await reindexWorld(3)
  const result = await run()
  expect(result).toMatchObject({ state: 'done', docCount: 30, rejectedCount: 0 })
  expect(await brought()).toEqual(numbersTo(30))
  const { metadata, splits } = await metastore.load('events-2')
  const task = { query: asked('n:7.0'), createdMs: 0 }
  const found = await Promise.all(splits.map((split) => docMatcher(store)(metadata, split, task)))
  expect(found.map(({ length }) => length)).toEqual([1])
})

test('a query and a time choose the documents', async () => {
  const { run, brought } = await reindexWorld(3)
  await run('n:[5 TO 20]', {
    queryAt: () => ({ ...asked('n:[5 TO 20]'), startTimestamp: FIRST_TS + 12 }),
  })
  expect(await brought()).toEqual(numbersTo(21, (n) => n < 12))
})

test('the same words again are refused once they came to their end, unless twice is what is wanted', async () => {
  const { run, brought, metastore } = await reindexWorld(2)
  await run('n:<5')
  await expect(run('n:<5')).rejects.toMatchObject({ code: 'REINDEXED' })
  await run('n:>=5')
  expect(await brought()).toEqual(numbersTo(20))
  expect((await metastore.load('events')).snapshots).toEqual([])
  await run('n:<5', { again: true })
  expect((await brought()).length).toBe(25)
})

test('a run that another of the same words overtook before its pin brings nothing twice', async () => {
  const { run, brought, inner, metastore } = await reindexWorld(2)
  const put = inner.put.bind(inner)
  inner.put = async (key, body, options) => {
    if (key.includes('/snapshots/')) {
      inner.put = put
      await run()
    }
    return await put(key, body, options)
  }
  await expect(run()).rejects.toMatchObject({ code: 'REINDEXED' })
  expect(await brought()).toEqual(numbersTo(20))
  expect((await metastore.load('events')).snapshots).toEqual([])
})

test('rejected documents are counted and kept with their reasons', async () => {
  const { run, brought, add, store, metastore } = await reindexWorld(1, undefined, 'text')
  await add(10, 20)
  const result = await run('*')
  expect(result).toMatchObject({ state: 'done', docCount: 0, rejectedCount: 20 })
  expect(result.rejectReasons).toMatchObject([{ path: 'n', count: 20 }])
  const kept = keptRejects(store, await metastore.load('events-2'))
  const { value: first } = await kept.next()
  expect(first?.text).toContain('"n":0')
  expect(first?.sourceUri).toMatch(/^reindex:\/\/events\//)
  expect(await brought()).toEqual([])
})

test('too many rejected documents stop it; nothing of that part is brought', async () => {
  const { run, brought } = await reindexWorld(1, undefined, 'text')
  const result = await run('*', { maxRejects: { kind: 'count', count: 3 } })
  expect(result.state).toBe('tooManyRejects')
  expect(await brought()).toEqual([])
})

test('what the source gets, merges and lets go meanwhile changes nothing', async () => {
  const world = await reindexWorld(4)
  let isFirst = true
  const { matchDocs } = { matchDocs: docMatcher(world.store) }
  await world.run('*', {
    matchDocs: async (...search) => {
      const docs = await matchDocs(...search)
      if (isFirst) {
        isFirst = false
        await world.add(40, 50)
        await world.merge()
        await world.clear()
        await world.cleanUp()
      }
      return docs
    },
  })
  expect(await world.brought()).toEqual(numbersTo(40))
})

test('what is erased from the source before it is read is left out, also between two runs of a part', async () => {
  const stop = new AbortController()
  const world = await reindexWorld(3)
  const first = await world.run('*', { signal: stop.signal, onProgress: () => stop.abort() })
  expect(first.state).toBe('incomplete')
  await world.ask('n:[3 TO 14]')
  await world.erase()
  const result = await world.run('*')
  expect(result).toMatchObject({ state: 'done', docCount: 18, erasedDocCount: 12 })
  expect(result.erasuresSince.map(({ query }) => query.text)).toEqual(['n:[3 TO 14]'])
  expect(await world.brought()).toEqual(numbersTo(30, (n) => n >= 3 && n <= 14))
})

test('an index cannot be read into one that is not there, and nothing is pinned for it', async () => {
  const { run, metastore } = await reindexWorld(1)
  await expect(run('*', { targetId: 'events-9' })).rejects.toMatchObject({ kind: 'notFound' })
  expect((await metastore.load('events')).snapshots).toEqual([])
})

test('each document comes exactly once, whatever fails at any request and however many run at once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.infiniteStream(fc.nat({ max: 40 })), async (dice) => {
      const faults = { areOn: false }
      const plan: FaultPlan = () => {
        const rolled = faults.areOn ? (dice.next().value ?? 0) : 10
        const fault: Fault | undefined =
          rolled === 1 ? { kind: 'failBefore' } : rolled === 2 ? { kind: 'failAfter' } : undefined
        return fault
      }
      const world = await reindexWorld(4, plan)
      await world.metastore.updateConfig({
        ...targetConfig(),
        indexingSettings: { ...targetConfig().indexingSettings, splitNumDocsTarget: 7 },
      })
      faults.areOn = true
      for (let round = 0; round < 4; round++) {
        const runs = [world.run(), world.run()]
        for (const { status, ...end } of await Promise.allSettled(runs)) {
          if (status === 'rejected') expect(isQwError(Reflect.get(end, 'reason'))).toBe(true)
        }
        await world.merge().catch(() => undefined)
      }
      faults.areOn = false
      const end = await world.run().catch((error: unknown) => error)
      if (isQwError(end)) expect(end.code).toBe('REINDEXED')
      expect(await world.brought()).toEqual(numbersTo(40))
      expect((await world.metastore.load('events')).snapshots).toEqual([])
    }),
    { numRuns: 8 },
  )
})
