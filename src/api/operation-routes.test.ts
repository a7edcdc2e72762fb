import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { ApiFixture, at } from './testing/api-fixture.ts'

const ORDERS = `version: "0.9"
index_id: orders
doc_mapping:
  mode: strict
  field_mappings: [{ name: n, type: u64, fast: true }]`

async function orders(): Promise<ApiFixture> {
  const fixture = new ApiFixture()
  await fixture.create(ORDERS)
  return fixture
}

/** Three documents, of which one fits: a file, as an upload or by the command line would bring it. */
const CSV = 'n\n1\nfour\n-3\n'

async function withRejects(): Promise<ApiFixture> {
  const fixture = await orders()
  const path = '/api/v1/orders/ingest?input_format=csv&name=C%3A%5Cdata%5Corders.csv'
  const answer = await fixture.ask(path, { body: CSV })
  expect(answer.json).toMatchObject({
    num_docs_for_processing: 3,
    num_ingested_docs: 1,
    num_rejected_docs: 2,
    state: 'done',
    file: 'upload:/orders.csv',
  })
  return fixture
}

describe('a file that is sent', () => {
  test('is searchable when the answer comes, and what does not fit is told by reason', async () => {
    const fixture = await withRejects()
    const found = await fixture.ask('/api/v1/orders/search?query=*')
    expect(at(found.json, 'hits')).toEqual([{ n: 1 }])
    const failures = await fixture.ask('/api/v1/orders/failures?limit=1')
    expect(failures.json).toMatchObject({
      rejected: 2,
      documents: [{ file: 'upload:/orders.csv', line: 3 }],
      failed_runs: [],
    })
    expect(at(failures.json, 'reasons', 0)).toMatchObject({ field: 'n', kind: 'mapping' })
  })

  test('in a format that there is not, or without a file, is refused', async () => {
    const fixture = await orders()
    const body = '{"n":1}'
    const unknown = await fixture.ask('/api/v1/orders/ingest?input_format=cvs', { body })
    expect([unknown.status, at(unknown.json, 'fix')]).toEqual([400, 'did you mean `csv`?'])
    const none = await fixture.ask('/api/v1/orders/ingest?input_format=auto', { method: 'POST' })
    expect(none.status).toBe(400)
    const missing = await fixture.ask('/api/v1/missing/ingest?input_format=auto', { body })
    expect(missing.status).toBe(404)
  })

  test('that was damaged on its way is a mistake of the request', async () => {
    const fixture = await orders()
    const body = gzipSync('{"n":1}\n').subarray(0, -4)
    const damaged = await fixture.ask('/api/v1/orders/ingest?input_format=auto', { body })
    expect(damaged.status).toBe(400)
    expect(damaged.json).toMatchObject({
      code: 'QWL-SOURCE-DAMAGED',
      fix: expect.stringContaining('complete copy'),
    })
  })
})

describe('runs', () => {
  test('are listed newest first, with what came of them', async () => {
    const fixture = await withRejects()
    const { json } = await fixture.ask('/api/v1/orders/runs?limit=1')
    expect(at(json, 'runs')).toMatchObject([
      { file: 'upload:/orders.csv', status: 'done', docs: 1, rejected: 2, waits: false },
    ])
    expect((await fixture.ask('/api/v1/missing/runs')).status).toBe(404)
  })

  test('rejected documents are mapped again, and those that fit now can be searched', async () => {
    const fixture = await withRejects()
    const again = await fixture.ask('/api/v1/orders/retry', { method: 'POST' })
    expect(again.json).toMatchObject({ docs: 0, rejected: 2 })
    const mended = ORDERS.replace('u64', 'text')
    const headers = { 'content-type': 'application/yaml' }
    await fixture.ask('/api/v1/indexes/orders', { method: 'PUT', body: mended, headers })
    const runs = await fixture.ask('/api/v1/orders/retry', { body: '{"run":"NO-SUCH-RUN"}' })
    expect(runs.json).toMatchObject({ docs: 0, rejected: 0 })
    const retried = await fixture.ask('/api/v1/orders/retry', { method: 'POST' })
    expect(retried.json).toMatchObject({ docs: 2, rejected: 0 })
    expect((await fixture.ask('/api/v1/orders/failures')).json).toMatchObject({ rejected: 0 })
  })
})

test('splits are merged at once, and what was merged away is told of by gc', async () => {
  const fixture = await orders()
  for (const n of [1, 2, 3]) await fixture.ingest('orders', [{ n }])
  const merged = await fixture.ask('/api/v1/orders/merge', { body: '{"target_docs":100}' })
  expect(merged.json).toMatchObject({ merges: 1, splits_merged: 3, docs_merged: 3, complete: true })
  const wrong = await fixture.ask('/api/v1/orders/merge?target_docs=1', { method: 'POST' })
  expect(wrong.status).toBe(400)
  const dry = await fixture.ask('/api/v1/orders/gc?dry_run=true', { method: 'POST' })
  expect(dry.json).toMatchObject({ dry_run: true, splits_deleted: 0, complete: true })
  expect((await fixture.ask('/api/v1/missing/gc', { method: 'POST' })).status).toBe(404)
})

test('where nothing is written there are no such operations, and the answer says why', async () => {
  const fixture = new ApiFixture({ readOnly: true })
  const { routes } = fixture.as({ apiKeys: [], responses: 'plain' })
  const refused = await fixture.ask('/api/v1/orders/retry', { method: 'POST' })
  expect(refused.status).toBe(404)
  expect(refused.json).toMatchObject({
    code: 'QWL-ROUTE',
    fix: 'this server only reads: nothing can be changed through it',
  })
  const unknown = await fixture.ask('/api/v1/orders/rewrite', { method: 'POST' })
  expect(at(unknown.json, 'fix')).toBeUndefined()
  expect(routes).toContain('GET /api/v1/:index/failures')
  expect(routes.filter((route) => /\/(?:retry|merge|gc|infer|ingest)$/.test(route))).toEqual([])
})
