import { afterAll, beforeAll, expect, test } from 'vitest'
import { deleteDocsCommand } from '../../src/cli/indexes/delete-docs-command.ts'
import { indexCopyCommand } from '../../src/cli/indexes/copy-command.ts'
import {
  indexClearCommand,
  indexDeleteCommand,
} from '../../src/cli/indexes/index-change-command.ts'
import { indexDescribeCommand } from '../../src/cli/indexes/index-command.ts'
import { indexRestoreCommand } from '../../src/cli/indexes/restore-command.ts'
import { indexSnapshotCommand } from '../../src/cli/indexes/snapshot-command.ts'
import { ingestCommand } from '../../src/cli/ingest/ingest-command.ts'
import { initCommand } from '../../src/cli/init/init-command.ts'
import { teardownCommand } from '../../src/cli/teardown/teardown-command.ts'
import { Workplace } from './in-process.ts'

/* One session: an index of 60 orders of six customers, and what happens to it. */

let place: Workplace

beforeAll(async () => {
  place = await Workplace.make()
  const lines = Array.from({ length: 60 }, (_, i) =>
    JSON.stringify({ ts: 1_700_000_000 + i, customer: `c${i % 6}`, amount: i }),
  )
  const path = await place.write('orders.ndjson', lines.join('\n'))
  await place.run(initCommand, { options: { name: 'backup', data: 'empty' } })
  await place.run(initCommand, { options: { name: 'shop', data: 'empty', force: true } })
  await place.run(ingestCommand, { args: [path], options: { create: true, stack: 'shop' } })
})
afterAll(() => place.remove())

const shop = (more: object = {}) => ({ stack: 'shop', ...more })
const docs = async (id = 'orders', stack = 'shop'): Promise<unknown> => {
  const run = await place.run(indexDescribeCommand, { args: [id], options: { stack }, json: true })
  return JSON.parse(run.stdout).docs
}

test('a snapshot is taken under a name or the time, and listed with what it alone holds', async () => {
  const taken = await place.run(indexSnapshotCommand, {
    args: ['create', 'monday'],
    options: shop(),
    json: true,
  })
  expect(JSON.parse(taken.stdout)).toEqual({
    schema: 'qw-lambda/snapshot/1',
    id: 'orders',
    name: 'monday',
    created_ms: expect.any(Number) as number,
    docs: 60,
    splits: 1,
    bytes: expect.any(Number) as number,
    held_alone_bytes: 0,
    erasures_since: 0,
  })
  const unnamed = await place.run(indexSnapshotCommand, { args: ['create'], options: shop() })
  expect(unnamed.stderr).toMatch(
    /Snapshot \d{4}-\d\d-\d\d-\d{6} of orders: 60 documents in 1 split/,
  )
  const list = await place.run(indexSnapshotCommand, { args: ['list'], options: shop() })
  expect(list.stdout).toMatch(/^snapshot\ttaken\tdocs\tsplits\tbytes\theld by it alone\nmonday\t/)
})

test('a name that is taken, is none or is not there is refused with the way', async () => {
  const again = { args: ['create', 'monday'], options: shop() }
  expect((await place.run(indexSnapshotCommand, again)).error?.code).toBe('SNAPSHOT-EXISTS')
  const absent = { args: ['describe', 'tuesday'], options: shop() }
  expect(await place.run(indexSnapshotCommand, absent)).toMatchObject({
    exitCode: 6,
    error: { code: 'SNAPSHOT-NONE' },
  })
  const odd = { args: ['make'], options: shop() }
  expect((await place.run(indexSnapshotCommand, odd)).error?.message).toContain('create, list')
})

test('an erasure names the snapshots that still hold the documents', async () => {
  const options = shop({ index: 'orders', confirm: 'orders' })
  const args = ['customer:c1']
  const dry = { args, options: { ...options, dryRun: true }, json: true }
  expect(JSON.parse((await place.run(deleteDocsCommand, dry)).stdout)).toMatchObject({
    docs_found: 10,
    snapshots: [{ name: 'monday', docs: 10 }, { docs: 10 }],
  })
  const run = await place.run(deleteDocsCommand, { args, options })
  expect(run.stderr).toContain('The snapshot monday still holds 10 documents of them.')
  expect(run.stderr).toContain('qw-lambda index snapshot delete monday --index orders')
  expect(await docs()).toBe(50)
})

test('a restore says what it would do, asks for the index, and leaves out what was erased', async () => {
  const options = shop({ index: 'orders' })
  const clear = { args: ['orders'], options: shop({ confirm: 'orders' }) }
  const cleared = await place.run(indexClearCommand, clear)
  expect(cleared.stderr).toContain('What its 2 snapshots hold stays')
  expect(await docs()).toBe(0)
  const dry = { args: ['monday'], options: { ...options, dryRun: true } }
  expect((await place.run(indexRestoreCommand, dry)).stderr).toMatch(/0 documents of now .* the 60/)
  const unsure = await place.run(indexRestoreCommand, { args: ['monday'], options })
  expect([unsure.exitCode, unsure.error?.fix]).toEqual([11, 'pass --confirm orders'])
  expect(await docs()).toBe(0)
  const sure = { args: ['monday'], options: { ...options, confirm: 'orders' }, json: true }
  expect(JSON.parse((await place.run(indexRestoreCommand, sure)).stdout)).toEqual({
    schema: 'qw-lambda/index-restore/1',
    id: 'orders',
    snapshot: 'monday',
    state: 'done',
    docs: 50,
    splits: 1,
    splits_withdrawn: 0,
    docs_erased: 10,
  })
  expect(await docs()).toBe(50)
})

test('a restore as another index leaves the first as it is', async () => {
  const options = shop({ index: 'orders', as: 'orders-monday' })
  const run = await place.run(indexRestoreCommand, { args: ['monday'], options })
  expect(run.stderr).toContain('orders-monday has the 50 documents of the snapshot monday')
  expect([await docs(), await docs('orders-monday')]).toEqual([50, 50])
})

test('an index is copied to another stack, under another id, and over one only when that is named', async () => {
  const to = shop({ toLocal: 'backup', as: 'kept' })
  const first = await place.run(indexCopyCommand, { args: ['orders'], options: to, json: true })
  expect(JSON.parse(first.stdout)).toMatchObject({
    schema: 'qw-lambda/index-copy/1',
    to: expect.stringMatching(/backup.*\/kept$/) as string,
    docs: 50,
    splits_copied: 1,
    splits_found: 0,
    replaced: false,
  })
  expect(await docs('kept', 'backup')).toBe(50)
  const again = await place.run(indexCopyCommand, { args: ['orders'], options: to })
  expect(again.error).toMatchObject({ code: 'INDEX-EXISTS', fix: /--overwrite --confirm kept/ })
  const over = { ...to, overwrite: true, confirm: 'kept' }
  const third = await place.run(indexCopyCommand, { args: ['orders'], options: over })
  expect(third.stderr).toContain('kept of backup has the 50 documents of orders')
  const self = await place.run(indexCopyCommand, {
    args: ['orders'],
    options: shop({ toLocal: 'shop' }),
  })
  expect(self.error?.message).toContain('onto itself')
  const nowhere = await place.run(indexCopyCommand, { args: ['orders'], options: shop() })
  expect(nowhere.error?.code).toBe('FLAGS-MISSING')
  // What was pinned for the copy is not any more.
  const list = await place.run(indexSnapshotCommand, {
    args: ['list'],
    options: shop({ index: 'orders' }),
    json: true,
  })
  expect(JSON.parse(list.stdout)).toHaveLength(2)
})

test('an index with snapshots is deleted when they are named too, and a snapshot by its name', async () => {
  const options = shop({ confirm: 'orders' })
  const kept = await place.run(indexDeleteCommand, { args: ['orders'], options })
  expect(kept.error?.code).toBe('INDEX-SNAPSHOTS')
  const plan = await place.run(teardownCommand, { options: shop({ dryRun: true }) })
  expect(plan.stderr).toContain('2 snapshots')
  const snapshot = { index: 'orders', confirm: 'monday' }
  const gone = await place.run(indexSnapshotCommand, {
    args: ['delete', 'monday'],
    options: shop(snapshot),
    json: true,
  })
  expect(JSON.parse(gone.stdout)).toMatchObject({ name: 'monday', splits_deleted: 0 })
  const all = { ...options, withSnapshots: true }
  expect((await place.run(indexDeleteCommand, { args: ['orders'], options: all })).exitCode).toBe(0)
  expect(await docs('orders-monday')).toBe(50)
})
