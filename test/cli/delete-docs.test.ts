import { afterAll, beforeAll, expect, test } from 'vitest'
import { deleteDocsCommand, wholeSeconds } from '../../src/cli/indexes/delete-docs-command.ts'
import { indexDescribeCommand } from '../../src/cli/indexes/index-command.ts'
import { ingestCommand } from '../../src/cli/ingest/ingest-command.ts'
import { initCommand } from '../../src/cli/init/init-command.ts'
import { Workplace } from './in-process.ts'

let place: Workplace

beforeAll(async () => {
  place = await Workplace.make()
  const lines = Array.from({ length: 60 }, (_, i) =>
    JSON.stringify({ ts: 1_700_000_000 + i, customer: `c${i % 6}`, amount: i }),
  )
  const path = await place.write('orders.ndjson', lines.join('\n'))
  await place.run(initCommand, { options: { name: 'shop', data: 'empty' } })
  await place.run(ingestCommand, { args: [path], options: { create: true } })
})
afterAll(() => place.remove())

const docs = async (): Promise<unknown> =>
  JSON.parse((await place.run(indexDescribeCommand, { json: true })).stdout).docs

test('a dry run counts and erases nothing', async () => {
  const options = { dryRun: true, index: 'orders' }
  const run = await place.run(deleteDocsCommand, { args: ['customer:c1'], options })
  expect(run.stderr).toContain('10 documents of orders match. Nothing was erased.')
  expect(await docs()).toBe(60)
})

test('the index has to be named, since there is no way back', async () => {
  const run = await place.run(deleteDocsCommand, { args: ['customer:c1'] })
  expect(run.exitCode).toBe(11)
  expect(run.error?.fix).toContain('--confirm orders')
  expect(await docs()).toBe(60)
})

test('what the query finds is gone, and the report says what was written anew', async () => {
  const options = { confirm: 'orders' }
  const run = await place.run(deleteDocsCommand, { args: ['customer:c1'], options, json: true })
  expect(JSON.parse(run.stdout)).toEqual({
    schema: 'qw-lambda/delete-docs/1',
    id: 'orders',
    query: 'customer:c1',
    state: 'done',
    docs_found: 10,
    docs_erased: 10,
    splits_rewritten: 1,
    splits_dropped: 0,
    splits_left: 0,
    failures: [],
    snapshots: [],
  })
  expect(await docs()).toBe(50)
})

test('times bound it, to the second, and what counts back from now takes no document too many', async () => {
  const options = { confirm: 'orders', since: '1700000050' }
  const run = await place.run(deleteDocsCommand, { args: ['customer:c2'], options })
  expect(run.stderr).toMatch(/Erased 2 documents[^]*1 split written anew/)
  expect(await docs()).toBe(48)
  const half = { confirm: 'orders', since: '2023-11-14T22:13:20.5Z' }
  const refused = await place.run(deleteDocsCommand, { args: ['*'], options: half })
  expect(refused.error?.message).toContain('is not a whole second')
  const nowMs = 1_700_000_098_500
  const since = (text: string) => wholeSeconds('--since', text, nowMs)
  expect([since('48s'), wholeSeconds('--until', '48s', nowMs)]).toEqual([
    1_700_000_051, 1_700_000_050,
  ])
})

test('a query that finds nothing or says nothing changes nothing', async () => {
  const options = { confirm: 'orders' }
  const none = await place.run(deleteDocsCommand, { args: ['customer:nobody'], options })
  expect([none.exitCode, none.stderr]).toEqual([
    0,
    expect.stringContaining('0 documents of orders match'),
  ])
  const unknown = await place.run(deleteDocsCommand, { args: ['amount:many'], options })
  expect(unknown.exitCode).toBe(2)
  expect(await docs()).toBe(48)
})
