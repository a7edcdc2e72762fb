import { readdir, readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { indexExportCommand } from '../../src/cli/indexes/export-command.ts'
import { ingestCommand } from '../../src/cli/ingest/ingest-command.ts'
import { initCommand } from '../../src/cli/init/init-command.ts'
import { searchCommand } from '../../src/cli/search/search-command.ts'
import { Workplace, type Outcome } from './in-process.ts'

let place: Workplace
const LINES = Array.from(
  { length: 60 },
  (_, i) =>
    `{"ts": ${1_700_000_000 + i},"customer":"c${i % 6}","amount":${i},"key":${2n ** 63n + BigInt(i)}}`,
)

beforeAll(async () => {
  place = await Workplace.make()
  const path = await place.write('orders.ndjson', LINES.join('\n'))
  await place.run(initCommand, { options: { name: 'shop', data: 'empty' } })
  await place.run(ingestCommand, { args: [path], options: { create: true } })
})
afterAll(() => place.remove())

const exported = (args: readonly string[], options: Record<string, unknown>): Promise<Outcome> =>
  place.run(indexExportCommand, { args, options })
const read = (name: string): Promise<Buffer> => readFile(place.path(name))

test('a file gets the documents byte for byte, in the form that its name says', async () => {
  const run = await exported(['orders'], { to: 'out.ndjson' })
  expect([run.exitCode, run.stderr]).toEqual([0, expect.stringContaining('60 documents of orders')])
  expect((await read('out.ndjson')).toString()).toBe(`${LINES.join('\n')}\n`)
  await exported(['orders', 'customer:c1 AND amount:<20'], {
    to: 'c1.csv.gz',
    fields: 'amount,key',
  })
  const csv = gunzipSync(await read('c1.csv.gz')).toString()
  expect(csv.split('\r\n')).toEqual([
    'amount,key',
    '1,9223372036854775809',
    '7,9223372036854775815',
    '13,9223372036854775821',
    '19,9223372036854775827',
    '',
  ])
})

test('stdout gets one stream, bounded in time', async () => {
  const run = await exported(['orders'], { to: '-', since: '1700000058' })
  expect(run.stdout).toBe(`${LINES.slice(58).join('\n')}\n`)
  const mixed = await place.run(indexExportCommand, { options: { to: '-' }, json: true })
  expect(mixed.exitCode).toBe(2)
})

test('what is there is not replaced unless it is said', async () => {
  await place.write('there.csv', 'mine')
  const refused = await exported(['orders'], { to: 'there.csv' })
  expect(refused.error).toMatchObject({ code: 'FILE-EXISTS' })
  expect((await read('there.csv')).toString()).toBe('mine')
  await exported(['orders'], { to: 'there.csv', force: true })
  expect((await read('there.csv')).toString()).toMatch(/^ts,/)
})

test('a folder gets parts and a list of them; the same again does nothing twice, and --force does', async () => {
  const options = { to: 'parts/', outputFormat: 'parquet' }
  const first = await place.run(indexExportCommand, { args: ['orders'], options, json: true })
  expect(JSON.parse(first.stdout)).toMatchObject({
    state: 'done',
    docs: 60,
    docs_before: 0,
    files: 1,
  })
  const names = await readdir(place.path('parts'))
  expect(names.toSorted()).toEqual([
    expect.stringMatching(/^[0-9A-Z]{26}-0000\.parquet$/),
    '_export.json',
  ])
  const again = await place.run(indexExportCommand, { args: ['orders'], options, json: true })
  expect(JSON.parse(again.stdout)).toMatchObject({ docs: 60, docs_before: 60 })
  const resumed = await exported([], { to: 'parts/', resume: true })
  expect(resumed.stderr).toContain('60 documents of orders')
  const other = await exported(['orders', 'amount:1'], options)
  expect([other.exitCode, other.error?.message]).toEqual([
    2,
    expect.stringContaining('has another export in it'),
  ])
  const forced = await exported(['orders', 'amount:1'], { ...options, force: true })
  expect(forced.stderr).toContain('1 document of orders')
})

test('what is exported answers the same when it is indexed again', async () => {
  await exported(['orders'], { to: 'again.parquet' })
  const path = place.path('again.parquet')
  await place.run(ingestCommand, { args: [path], options: { create: true, index: 'again' } })
  for (const query of ['customer:c3', 'amount:>=30', `key:${2n ** 63n + 7n}`]) {
    const [before, after] = await Promise.all(
      ['orders', 'again'].map((index) =>
        place.run(searchCommand, { args: [query], options: { index, count: true } }),
      ),
    )
    expect(after?.stdout, query).toBe(before?.stdout)
  }
})

test('a dry run counts and writes nothing', async () => {
  const options = { to: 'none.csv', dryRun: true }
  const args = ['orders', 'customer:c2']
  const run = await place.run(indexExportCommand, { args, options, json: true })
  expect(JSON.parse(run.stdout)).toMatchObject({ state: 'not-begun', docs: 10, usd: null })
  expect(await place.names()).not.toContain('none.csv')
})

test.each([
  ['no folder for the file', ['orders'], { to: 'no/where.csv' }, 2, 'mkdir -p'],
  [
    'a name and a flag that differ',
    ['orders'],
    { to: 'a.csv', outputFormat: 'ndjson' },
    2,
    'leave',
  ],
  ['gzip around Parquet', ['orders'], { to: 'a.parquet.gz' }, 2, 'leave --compress out'],
  ['one object in S3', ['orders'], { to: 's3://lake/a.csv' }, 2, 's3://lake/a/'],
  ['nothing to go on with', [], { to: 'empty/', resume: true }, 6, 'leave --resume out'],
  ['one file to go on with', [], { to: 'a.csv', resume: true }, 2, '--to FOLDER/'],
  ['no place', ['orders'], {}, 2, '--to'],
  ['everything of a query', ['orders', '*'], { to: 'b2.csv', all: true }, 2, undefined],
  ['the stack’s own folder', ['orders'], { to: 'data/qw-lambda/shop/x/' }, 2, 'outside of it'],
])('%s', async (_what, args, options, exitCode, fix) => {
  const run = await exported(args, options)
  expect([run.exitCode, run.error?.fix]).toEqual([
    exitCode,
    fix === undefined ? run.error?.fix : expect.stringContaining(fix),
  ])
})
