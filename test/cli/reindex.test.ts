import { afterAll, beforeAll, expect, test } from 'vitest'
import { indexDescribeCommand } from '../../src/cli/indexes/index-command.ts'
import { indexReindexCommand } from '../../src/cli/indexes/reindex-command.ts'
import { indexUpdateCommand } from '../../src/cli/indexes/update-command.ts'
import { ingestCommand } from '../../src/cli/ingest/ingest-command.ts'
import { initCommand } from '../../src/cli/init/init-command.ts'
import { Workplace } from './in-process.ts'

/* One session: the amount of 60 orders is a whole number, and has to become something else. */

let place: Workplace
const config = (id: string, type: string): string => `version: '0.9'
index_id: ${id}
doc_mapping:
  timestamp_field: ts
  field_mappings:
    - { name: ts, type: datetime, input_formats: [unix_timestamp], fast: true }
    - { name: customer, type: text, tokenizer: raw }
    - { name: amount, type: ${type}, fast: true }
`

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

const docs = async (id: string): Promise<unknown> => {
  const run = await place.run(indexDescribeCommand, { args: [id], json: true })
  return JSON.parse(run.stdout).docs
}

test('what an update refuses names the command that does it', async () => {
  const file = await place.write(
    'untimed.yaml',
    config('orders', 'f64').replace('  timestamp_field: ts\n', ''),
  )
  const refused = await place.run(indexUpdateCommand, { options: { file } })
  expect(refused.error?.fix).toContain('qw-lambda index reindex orders --into orders-2 -f FILE')
})

test('documents are read back into an index of the given config, and only once', async () => {
  const file = await place.write('orders-2.yaml', config('orders-2', 'f64'))
  const options = { into: 'orders-2', file }
  const run = await place.run(indexReindexCommand, { args: ['orders'], options })
  expect(run.stderr).toContain('60 documents of orders brought into orders-2, 0 rejected')
  expect(run.stderr).toMatch(/It is as of .*: what orders got since is not in orders-2/)
  const again = await place.run(indexReindexCommand, { args: ['orders'], options })
  expect(again.error?.message).toContain('orders-2 has these documents of orders already')
  expect(again.exitCode).toBe(2)
  expect(await docs('orders-2')).toBe(60)
})

test('--create makes one with the same config; a query and a time choose', async () => {
  const run = await place.run(indexReindexCommand, {
    args: ['orders', 'customer:c1'],
    options: { into: 'customer-1', create: true, since: '1700000030' },
    json: true,
  })
  expect(JSON.parse(run.stdout)).toMatchObject({ state: 'done', docs: 5, erased: 0, reasons: [] })
  expect(await docs('customer-1')).toBe(5)
})

test('documents that do not fit stop it by name, or are counted, kept and told', async () => {
  const file = await place.write('texts.yaml', config('texts', 'text'))
  const stopped = await place.run(indexReindexCommand, {
    args: ['orders'],
    options: { into: 'texts', file },
  })
  expect(stopped.error?.message).toBe('60 documents of orders do not fit texts')
  expect(stopped.error?.why).toBe('`amount`: expected string')
  const kept = await place.run(indexReindexCommand, {
    args: ['orders'],
    options: { into: 'texts', maxErrors: '100%' },
  })
  expect(kept.exitCode).toBe(10)
  expect(kept.stderr).toContain('0 documents of orders brought into texts, 60 rejected')
  expect(kept.stderr).toContain('qw-lambda ingest failures --index texts')
})

test('a config of another name, a missing index and the index itself are refused', async () => {
  const file = await place.write('other.yaml', config('other', 'f64'))
  const misnamed = await place.run(indexReindexCommand, { options: { into: 'orders-9', file } })
  expect(misnamed.error?.fix).toContain('or say --into other')
  const missing = await place.run(indexReindexCommand, { options: { into: 'orders-9' } })
  expect(missing.error?.fix).toContain('--create')
  const itself = await place.run(indexReindexCommand, { options: { into: 'orders' } })
  expect(itself.error?.message).toBe('index orders would be read into itself')
})
