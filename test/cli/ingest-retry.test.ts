import { readFile, rm, writeFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ingestCommand } from '../../src/cli/ingest/ingest-command.ts'
import { ingestFailuresCommand } from '../../src/cli/ingest/ingest-failures-command.ts'
import { ingestRetryCommand } from '../../src/cli/ingest/ingest-retry-command.ts'
import { initCommand } from '../../src/cli/init/init-command.ts'
import { searchCommand } from '../../src/cli/search/search-command.ts'
import { Workplace, type Outcome } from './in-process.ts'

const SCHEMA = `version: "0.9"
index_id: orders
doc_mapping:
  mode: strict
  field_mappings:
    - {name: id, type: u64, fast: true}
    - {name: note, type: text}
`

let place: Workplace
beforeEach(async () => {
  place = await Workplace.make()
  const schema = await place.write('orders.yaml', SCHEMA)
  const run = await place.run(initCommand, { options: { name: 'shop', data: 'empty', schema } })
  expect(run, run.error?.message ?? '').toMatchObject({ exitCode: 0 })
})
afterEach(() => place.remove())

function ingest(path: string, given: Record<string, unknown> = {}): Promise<Outcome> {
  const options = { index: 'orders', ...given }
  return place.run(ingestCommand, { args: [path], options, json: true })
}

async function retry(options: Record<string, unknown>, run?: string) {
  const args = run === undefined ? [] : [run]
  const outcome = await place.run(ingestRetryCommand, { args, options, json: true })
  const answer = outcome.stdout === '' ? {} : (JSON.parse(outcome.stdout) as object)
  return { exitCode: outcome.exitCode, error: outcome.error, ...answer }
}

async function failures(options: Record<string, unknown> = {}) {
  const { stdout } = await place.run(ingestFailuresCommand, { options, json: true })
  return JSON.parse(stdout) as { rejected: number; failed_runs: { source_uri: string }[] }
}

async function ids(): Promise<string[]> {
  const options = { maxHits: '100' }
  const { stdout } = await place.run(searchCommand, { args: ['*'], options, json: true })
  const { hits } = JSON.parse(stdout) as { hits: { id: number }[] }
  return hits.map(({ id }) => String(id)).toSorted()
}

test('rejected documents are exported, mended with any editor, and come in once', async () => {
  const lines = ['{"id":1}', '{"id":"x","note":"a"}', 'no document', '{"id":2,"extra":[1]}']
  await ingest(await place.write('orders.ndjson', lines.join('\n')), { maxErrors: '99%' })
  const path = await place.write('rejected.ndjson', '')
  await place.run(ingestFailuresCommand, { options: { export: path } })
  const exported = (await readFile(path, 'utf8')).trim().split('\n')
  expect(exported.map((line) => JSON.parse(line) as object)).toMatchObject([
    { line: 2, position: 9, field: 'id', document: { id: 'x', note: 'a' } },
    { line: 3, text: 'no document' },
    { line: 4, field: 'extra', document: { id: 2, extra: [1] } },
  ])
  const [first = '', second = ''] = exported
  const mended = [
    first.replace('"id":"x"', '"id":3'),
    second.replace('"text":"no document"', '"text":"{\\"id\\":4}"'),
  ]
  await writeFile(path, `${mended.join('\n')}\n`)
  expect(await retry({ from: path })).toMatchObject({ exitCode: 0, docs: 2, not_waiting: 0 })
  expect(await retry({ from: path })).toMatchObject({ exitCode: 0, docs: 0, not_waiting: 2 })
  expect(await ids()).toEqual(['1', '2', '3', '4'].filter((id) => id !== '2'))
  expect(await failures()).toMatchObject({ rejected: 1 })
  expect(await retry({ all: true, dryRun: true })).toMatchObject({ exitCode: 0, rejected: 1 })
  expect(await retry({ all: true })).toMatchObject({ exitCode: 10, docs: 0, rejected: 1 })
})

test('a file that failed is read again once it is mended, and is named when it is gone', async () => {
  const whole = gzipSync(Buffer.from('{"id":1}\n{"id":2}\n'.repeat(50)))
  const cut = await place.write('cut.ndjson.gz', whole.subarray(0, whole.length - 9))
  const bad = await place.write('bad.ndjson', '{"id":"x"}\n{"id":5}\n')
  await ingest(cut)
  await ingest(bad)
  const { failed_runs } = await failures()
  expect(failed_runs.map(({ source_uri }) => source_uri.split('/').at(-1))).toEqual([
    'bad.ndjson',
    'cut.ndjson.gz',
  ])
  expect(await retry({ all: true })).toMatchObject({
    exitCode: 10,
    files: [{ status: 'failed' }, { status: 'failed' }],
  })
  await writeFile(cut, gzipSync(Buffer.from('{"id":1}\n{"id":2}\n')))
  expect(await retry({ all: true, maxErrors: '50%' })).toMatchObject({
    exitCode: 10,
    // The one that was tried last comes first.
    files: [
      { status: 'indexed', docs: 2, rejected: 0 },
      { status: 'indexed', docs: 1, rejected: 1 },
    ],
  })
  expect(await ids()).toEqual(['1', '2', '5'])
  expect((await failures()).failed_runs).toEqual([])
  const lost = await place.write('lost.ndjson.gz', whole.subarray(0, whole.length - 9))
  await ingest(lost)
  await rm(lost)
  expect(await retry({ all: true })).toMatchObject({
    files: [
      { status: 'failed', error: expect.stringContaining('is not there any more') as string },
    ],
  })
})

test('--drop asks for the index by name, and leaves nothing to retry', async () => {
  await ingest(await place.write('orders.ndjson', '{"id":"secret"}\n'), { maxErrors: '100%' })
  const refused = await place.run(ingestFailuresCommand, { options: { drop: true } })
  expect(refused.error?.code).toBe('CONFIRM')
  expect(await failures()).toMatchObject({ rejected: 1 })
  await place.run(ingestFailuresCommand, { options: { drop: true, confirm: 'orders' } })
  expect(await failures()).toMatchObject({ rejected: 0, failed_runs: [] })
  expect(await retry({ all: true })).toMatchObject({ exitCode: 0, docs: 0, gone: 0 })
})

test.each([
  ['', /which run/],
  ['{"position":1,"document":{}}', /names no rejected document/],
  ['{"run_id":"R","position":1,"document":" "}', /has no document/],
  ['nonsense', /rejected.ndjson:1 is no JSON object/],
  ['{"run_id":"R","position":1,"text":"a"}\n{"run_id":"R","position":1,"text":"b"}', /second line/],
])('a file of mended documents is not %j', async (text, message) => {
  const from = text === '' ? undefined : await place.write('rejected.ndjson', text)
  const { error } = await retry(from === undefined ? {} : { from })
  expect(error).toMatchObject({
    kind: 'invalid',
    message: expect.stringMatching(message) as string,
  })
})
