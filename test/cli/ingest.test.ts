import { rmSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { indexCreateCommand } from '../../src/cli/indexes/index-change-command.ts'
import { ingestCommand } from '../../src/cli/ingest/ingest-command.ts'
import { ingestFailuresCommand } from '../../src/cli/ingest/ingest-failures-command.ts'
import { ingestStatusCommand } from '../../src/cli/ingest/ingest-status-command.ts'
import { initCommand } from '../../src/cli/init/init-command.ts'
import { searchCommand } from '../../src/cli/search/search-command.ts'
import { runCli } from '../cli-process.ts'
import { Workplace, type Outcome } from './in-process.ts'

const SCHEMA = `version: "0.9"
index_id: orders
doc_mapping:
  field_mappings:
    - {name: ts, type: datetime, fast: true, input_formats: [unix_timestamp]}
    - {name: quantity, type: u64, fast: true}
    - {name: note, type: text}
  timestamp_field: ts
`

let place: Workplace
beforeEach(async () => {
  place = await Workplace.make()
  const schema = await place.write('orders.yaml', SCHEMA)
  const run = await place.run(initCommand, { options: { name: 'shop', data: 'empty', schema } })
  expect(run, run.error?.message ?? '').toMatchObject({ exitCode: 0 })
})
afterEach(() => place.remove())

function orders(count: number, first = 0): string {
  const lines = Array.from({ length: count }, (_, i) =>
    JSON.stringify({ ts: 1_700_000_000 + first + i, quantity: i % 10, note: `order ${first + i}` }),
  )
  return `${lines.join('\n')}\n`
}

async function ingest(
  args: readonly string[],
  options: Record<string, unknown> = {},
): Promise<Outcome> {
  return await place.run(ingestCommand, { args, options, json: true })
}

function answer(run: Outcome): {
  docs: number
  rejected: number
  sources: { status: string; uri: string }[]
} {
  return JSON.parse(run.stdout) as ReturnType<typeof answer>
}

async function count(index = 'orders'): Promise<number> {
  const { stdout } = await place.run(searchCommand, {
    args: ['*'],
    options: { count: true, index },
  })
  return Number(stdout)
}

describe('sources', () => {
  test('folders, globs and files are one run, each file once', async () => {
    await mkdir(place.path('in/deep'), { recursive: true })
    await place.write('in/a b.ndjson', orders(10))
    await place.write('in/deep/b.gz', gzipSync(orders(10, 100)))
    await place.write('in/.hidden', 'no json')
    const c = await place.write(
      'c+ü.json',
      JSON.stringify([{ ts: 1_700_000_000, note: 'an array' }]),
    )
    const run = await ingest([place.path('in'), place.path('in/*.ndjson'), c])
    expect(run).toMatchObject({ exitCode: 0 })
    expect(answer(run)).toMatchObject({ docs: 21, rejected: 0 })
    expect(answer(run).sources).toHaveLength(3)
    expect(await count()).toBe(21)
  })

  test('stdin is read to its end, in a process of its own', async () => {
    const args = ['ingest', '-', '--json', '--data-dir', place.dataDir]
    const run = await runCli(args, { cwd: place.folder, input: gzipSync(orders(50)) })
    expect(run, run.stderr).toMatchObject({ exitCode: 0 })
    expect(JSON.parse(run.stdout)).toMatchObject({
      docs: 50,
      sources: [{ uri: 'stdin', status: 'done' }],
    })
    const array = await runCli([...args, '--create', '--index', 'piped'], {
      cwd: place.folder,
      input: JSON.stringify([{ a: 1 }, { a: 2 }], undefined, 2),
    })
    expect(JSON.parse(array.stdout)).toMatchObject({ docs: 2 })
  })

  test('an array that was cut short is rejected at the cut and nowhere else', async () => {
    const text = JSON.stringify([
      { ts: 1_700_000_000, note: 'whole' },
      { ts: 1_700_000_001, note: 'cut off' },
    ])
    const run = await ingest([await place.write('cut.json', text.slice(0, -8))], { maxErrors: '1' })
    expect(run.exitCode).toBe(10)
    expect(answer(run)).toMatchObject({ docs: 1, rejected: 1 })
  })

  test('nothing there, nothing named, S3: each is refused with the way out', async () => {
    for (const args of [[place.path('none/*.json')], [], ['s3://bucket/logs/']]) {
      const run = await ingest(args)
      expect(run.exitCode).toBeGreaterThan(0)
      expect(run.error?.fix).toBeTruthy()
    }
  })
})

describe('the same file', () => {
  test('adds nothing twice; --force adds it again', async () => {
    const path = await place.write('orders.ndjson', orders(20))
    expect(answer(await ingest([path])).docs).toBe(20)
    const again = answer(await ingest([path]))
    expect(again).toMatchObject({ docs: 0, sources: [{ status: 'skipped' }] })
    expect(answer(await ingest([path], { force: true })).docs).toBe(20)
    expect(await count()).toBe(40)
  })

  test('as an array is one source too', async () => {
    const path = await place.write(
      'orders.json',
      JSON.stringify([{ ts: 1_700_000_000 }, { ts: 1_700_000_001 }]),
    )
    await ingest([path])
    expect(answer(await ingest([path])).sources[0]?.status).toBe('skipped')
  })
})

describe('documents that do not fit', () => {
  const BAD = `${orders(8)}{"ts":1700000000,"quantity":"many"}\nno json\n`

  test('stop a file at 1 %, keep nothing of it, and name the way out', async () => {
    const run = await ingest([await place.write('bad.ndjson', BAD)])
    expect(run).toMatchObject({ exitCode: 10, error: { code: 'INGEST-REJECTS' } })
    expect(run.error?.fix).toContain('--max-errors')
    expect(await count()).toBe(0)
  })

  test.each([
    [{ maxErrors: '2' }, 8],
    [{ maxErrors: '20%' }, 8],
    [{ maxErrors: '1' }, 0],
    [{ onError: 'abort', maxErrors: '50%' }, 0],
  ])('%j lets %d documents in', async (options, docs) => {
    const run = await ingest([await place.write('bad.ndjson', BAD)], options)
    expect(run.exitCode).toBe(10)
    expect(await count()).toBe(docs)
  })

  test('do not hide the files that are well', async () => {
    const bad = await place.write('bad.ndjson', BAD)
    const half = await place.write('half.gz', gzipSync(orders(500)).subarray(0, 500))
    const good = await place.write('good.ndjson', orders(30))
    const run = await ingest([bad, half, good])
    expect(run).toMatchObject({ exitCode: 10, error: { code: 'INGEST-PARTIAL' } })
    expect(answer(run).sources.map(({ status }) => status)).toEqual([
      'too_many_rejects',
      'failed',
      'done',
    ])
    expect(run.error?.why).toContain('bad.ndjson')
    expect(run.error?.why).toContain('half.gz')
    expect(await count()).toBe(30)
  })

  test('are kept with line, reason and text, grouped by reason, and can be written out', async () => {
    const path = await place.write('bad.ndjson', BAD)
    await ingest([path], { maxErrors: '50%' })
    const table = await place.run(ingestFailuresCommand, { options: { show: '1' } })
    expect(table.stdout.split('\n')[0]).toBe('rejected\tfield\treason\texample\tfirst line')
    expect(table.stdout).toMatch(/^1\tquantity\tfailed to coerce JSON string to u64\t"many"\t9$/m)
    expect(table.stderr).toContain('bad.ndjson:9')
    const out = place.path('out.ndjson')
    await place.run(ingestFailuresCommand, { options: { export: out } })
    const lines = (await readFile(out, 'utf8')).trim().split('\n')
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { line: 9, document: { ts: 1_700_000_000, quantity: 'many' } },
      { text: 'no json' },
    ])
  })

  test('with --on-error skip are counted and not kept', async () => {
    const path = await place.write('bad.ndjson', BAD)
    expect((await ingest([path], { onError: 'skip', maxErrors: '50%' })).exitCode).toBe(10)
    const failures = await place.run(ingestFailuresCommand, { json: true })
    expect(JSON.parse(failures.stdout)).toMatchObject({ rejected: 0, reasons: [] })
  })

  test('are shown by --dry-run, which writes nothing, wherever its count stands', async () => {
    const path = await place.write('bad.ndjson', BAD)
    const run = await place.run(ingestCommand, { options: { dryRun: path } })
    expect(run.exitCode).toBe(10)
    expect(run.stdout).toMatch(/^1\tquantity\t.*\t9$/m)
    expect(run.stderr).toContain(':10: ')
    const few = await place.run(ingestCommand, {
      args: [path],
      options: { dryRun: '8' },
      json: true,
    })
    expect(JSON.parse(few.stdout)).toMatchObject({ docs: 8 })
    const status = await place.run(ingestStatusCommand, { json: true })
    expect(JSON.parse(status.stdout)).toMatchObject({ runs: [] })
  })
})

describe('runs', () => {
  test('are listed newest first, and one is found by the beginning of its id', async () => {
    await ingest([await place.write('a.ndjson', orders(10))])
    await ingest([await place.write('b.ndjson', 'no json\n')])
    const all = await place.run(ingestStatusCommand, { json: true })
    const { runs } = JSON.parse(all.stdout) as { runs: { run_id: string; state: string }[] }
    expect(runs.map(({ state }) => state)).toEqual(['tooManyRejects', 'done'])
    const one = await place.run(ingestStatusCommand, {
      args: [runs[1]?.run_id.toLowerCase() ?? ''],
    })
    expect(one.stdout).toContain('documents\t10')
    const none = await place.run(ingestStatusCommand, { args: ['zzz'] })
    expect(none).toMatchObject({ exitCode: 6, error: { code: 'RUN-NONE' } })
  })

  test('stopped by Ctrl-C say what is searchable, and go on where they were', async () => {
    const path = await place.write('a.ndjson', orders(200))
    const controller = new AbortController()
    const stopped = await place.run(ingestCommand, {
      args: [path],
      signal: controller.signal,
      onNote: (text) => text.startsWith('Indexing') && controller.abort(new Error('interrupted')),
    })
    expect(stopped.exitCode).toBe(130)
    expect(stopped.stderr).toContain('the index is as it was')
    expect(answer(await ingest([path])).docs).toBe(200)
    expect(await count()).toBe(200)
  })
})

describe('a failure part-way', () => {
  test('counts what was committed before it, and merging still follows', async () => {
    const schema = `${SCHEMA.replace('index_id: orders', 'index_id: cut')}indexing_settings:\n  split_num_docs_target: 2000\n`
    const made = await place.run(indexCreateCommand, {
      options: { file: await place.write('cut.yaml', schema) },
    })
    expect(made, made.error?.message ?? '').toMatchObject({ exitCode: 0 })
    const whole = gzipSync(orders(40_000))
    const path = await place.write('half.gz', whole.subarray(0, whole.length / 2))
    const run = await place.run(ingestCommand, { args: [path], options: { index: 'cut' } })
    expect(run.error?.kind).toBe('corrupt')
    const docs = await count('cut')
    expect(docs).toBeGreaterThan(0)
    expect(run.stderr).toContain(`${docs.toLocaleString('en-US')} documents indexed`)
    expect(run.stdout).toContain('what was committed stays')
  })

  test('that took the index with it is not followed by a merge', async () => {
    const path = await place.write('orders.ndjson', orders(10))
    const index = place.path(join('data', 'qw-lambda', 'shop', 'index-bucket'))
    const run = await place.run(ingestCommand, {
      args: [path],
      onNote: (text) =>
        text.startsWith('Indexing') && rmSync(index, { recursive: true, force: true }),
    })
    expect(run.exitCode).toBe(6)
    expect(run.stderr).toContain('0 documents indexed')
    expect(run.stderr).not.toMatch(/merg/i)
  })
})

test('--create infers an index once, and then writes to it', async () => {
  const path = await place.write('visits.ndjson', '{"at":"2026-11-23T04:00:00Z","who":"a"}\n')
  const created = await ingest([path], { create: true, index: 'visits', timestampField: 'at' })
  expect(created).toMatchObject({ exitCode: 0 })
  expect(created.stderr).toContain('Created index visits')
  const more = await place.write('more.ndjson', '{"at":"2026-11-23T04:00:01Z","who":"b"}\n')
  const second = await ingest([more], { create: true, index: 'visits' })
  expect(second.stderr).not.toContain('Created')
  expect(await count('visits')).toBe(2)
})

test('an index that is missing is named with the nearest', async () => {
  const run = await ingest([await place.write('a.ndjson', orders(1))], { index: 'order' })
  expect(run).toMatchObject({ exitCode: 6, error: { code: 'INDEX-NONE' } })
  expect(run.error?.fix).toContain('orders')
})

describe('the index of documents that nobody named one for', () => {
  test('is not the default where that one does not fit: the error has the command that works', async () => {
    const file = await place.write('app.ndjson', '{"level":"info","message":"started"}\n')
    const refused = await ingest([file])
    expect(refused).toMatchObject({ exitCode: 2, error: { code: 'INDEX-MISFIT' } })
    expect(refused.error?.why).toBe('its mapping does not know level, message')
    expect(refused.error?.fix).toContain(`qw-lambda ingest ${file} --index app --create`)
    expect(await count()).toBe(0)
    expect(await ingest([file], { index: 'app', create: true })).toMatchObject({ exitCode: 0 })
    expect(await count('app')).toBe(1)
  })

  test('is asked about where somebody can answer', async () => {
    const file = await place.write('app.ndjson', '{"level":"info","message":"started"}\n')
    const run = await place.run(ingestCommand, { args: [file], answers: ['new'] })
    expect(run).toMatchObject({ exitCode: 0, asked: ['Where shall it go?'] })
    expect(run.stderr).toContain(
      'app.ndjson does not fit the index orders: its mapping does not know',
    )
    expect(await count('app')).toBe(1)
  })

  test('is the default where that one fits', async () => {
    const file = await place.write('orders-2.ndjson', orders(3))
    expect(await ingest([file])).toMatchObject({ exitCode: 0 })
    expect(await count()).toBe(3)
  })

  test('is a new one of the file’s name with --create, when the default does not fit', async () => {
    const file = await place.write('app.ndjson', '{"level":"info","message":"started"}\n')
    expect(await ingest([file], { create: true })).toMatchObject({ exitCode: 0 })
    expect(await count('app')).toBe(1)
  })

  test('is the first one of an empty stack, made of the file', async () => {
    const empty = await Workplace.make()
    await empty.run(initCommand, { options: { name: 'bare', data: 'empty' } })
    const file = await empty.write('app.ndjson', '{"level":"info","message":"started"}\n')
    const run = await empty.run(ingestCommand, { args: [file], json: true })
    expect(run).toMatchObject({ exitCode: 0 })
    expect(run.stderr).toContain('Created index app')
    await empty.remove()
  })

  test('has fields that are named as parts of every object, with their examples', async () => {
    const file = await place.write(
      'parts.ndjson',
      '{"level":"info"}\n{"constructor":"own","toString":7}\n',
    )
    const created = await ingest([file], { create: true, index: 'parts' })
    expect(created, created.error?.message ?? '').toMatchObject({ exitCode: 0 })
    expect(created.stderr).toMatch(/constructor +text.*own/)
    expect(created.stderr).toMatch(/toString +u64.*7/)
  })

  test('is made once by two commands that create it at the same time', async () => {
    const [one, two] = await Promise.all(
      ['one', 'two'].map((name) => place.write(`${name}.ndjson`, `{"name":"${name}"}\n`)),
    )
    const options = { index: 'both', create: true }
    const runs = await Promise.all([ingest([one!], options), ingest([two!], options)])
    expect(runs).toMatchObject([{ exitCode: 0 }, { exitCode: 0 }])
    expect(await count('both')).toBe(2)
  })
})

test('the command that a failed ingest gives shows the rejected line, in whatever index it was', async () => {
  const other = await place.write('other.ndjson', '{"a":1}\n')
  await ingest([other], { index: 'second', create: true })
  const bad = await place.write('bad.ndjson', 'not json\n')
  const failed = await ingest([bad], { index: 'second' })
  expect(failed.error?.fix).toContain('qw-lambda ingest failures --index second')
  const shown = await place.run(ingestFailuresCommand, { options: { index: 'second', show: '1' } })
  expect(shown.stdout + shown.stderr).toContain('not json')
})
