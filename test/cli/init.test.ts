import { existsSync, readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { initCommand } from '../../src/cli/init/init-command.ts'
import { searchCommand } from '../../src/cli/search/search-command.ts'
import { readIndexConfig } from '../../src/engine/schema/config-text.ts'
import { runCli } from '../cli-process.ts'
import { Workplace } from './in-process.ts'

const SCHEMA = 'https://unpkg.com/qw-lambda@0.0.0/dist/schemas/qw-lambda.schema.json'

let place: Workplace
beforeEach(async () => {
  place = await Workplace.make()
})
afterEach(() => place.remove())

function logs(count: number): string {
  const lines = Array.from({ length: count }, (_, i) =>
    JSON.stringify({
      at: new Date(1_795_000_000_000 + i * 1_000).toISOString(),
      level: i % 5 === 0 ? 'WARN' : 'INFO',
      message: `request ${i} was served`,
      ms: i,
    }),
  )
  return `${lines.join('\n')}\n`
}

function configFile(name: string): ReturnType<typeof readIndexConfig>['config'] {
  return readIndexConfig(readFileSync(place.path(name), 'utf8')).config
}

function project(): Record<string, unknown> {
  return JSON.parse(readFileSync(place.path('qw-lambda.json'), 'utf8')) as Record<string, unknown>
}

async function count(query: string): Promise<number> {
  const { stdout } = await place.run(searchCommand, { args: [query], options: { count: true } })
  return Number(stdout)
}

describe('without a terminal', () => {
  test('files become an index with an inferred, commented config, and the last thing is hits', async () => {
    const from = await place.write('app.ndjson', logs(300))
    const run = await place.run(initCommand, { options: { data: 'files', from, name: 'shop' } })
    expect(run, run.stderr).toMatchObject({ exitCode: 0 })
    expect(await place.names()).toEqual(['app.ndjson', 'app.yaml', 'data', 'qw-lambda.json'])
    expect(configFile('app.yaml').docMapping.timestampField).toBe('at')
    expect(readFileSync(place.path('app.yaml'), 'utf8')).toMatch(/^ {4}# dates/m)
    expect(project()).toEqual({
      $schema: SCHEMA,
      name: 'shop',
      target: 'local',
      indexConfig: './app.yaml',
    })
    expect(run.stdout.split('\n')[0]).toContain('message')
    expect(run.stderr).toMatch(/300 documents in .*\/s\) · index .* source · query /)
    expect(run.stderr).toContain('Next: qw-lambda search')
    expect(await count('level:WARN')).toBe(60)
  })

  test('the command that it prints at the end does the same again', async () => {
    const from = await place.write('app.ndjson', logs(10))
    const first = await place.run(initCommand, {
      options: { data: 'files', from, name: 'shop', retention: '3650d' },
      json: true,
    })
    const { command } = JSON.parse(first.stdout) as { command: string }
    const again = await runCli(
      [...command.split(' ').slice(1), '--data-dir', 'other', '--force', '--json'],
      { cwd: place.folder },
    )
    expect(again, again.stderr).toMatchObject({ exitCode: 0 })
    expect(JSON.parse(again.stdout)).toMatchObject({
      name: 'shop',
      index: 'app',
      first_data: { docs: 10 },
    })
  })

  test('json says where everything is and what it took', async () => {
    const from = await place.write('app.ndjson', logs(20))
    const run = await place.run(initCommand, { options: { from, name: 'shop' }, json: true })
    expect(JSON.parse(run.stdout)).toMatchObject({
      schema: 'qw-lambda/init/1',
      name: 'shop',
      target: 'local',
      region: null,
      project_file: place.path('qw-lambda.json'),
      deployed: true,
      index: 'app',
      first_data: { docs: 20, rejected: 0 },
      first_query: { query: '*', hits: 20 },
    })
  })

  test('what is missing is named with an example, and nothing is written', async () => {
    const run = await place.run(initCommand, { options: { data: 'files' } })
    expect(run).toMatchObject({ exitCode: 2, error: { code: 'FLAGS-MISSING' } })
    expect(run.error?.message).toContain('--from')
    expect(run.error?.fix).toMatch(/^qw-lambda init --data files --from /)
    expect(await place.names()).toEqual([])
  })

  test.each([
    [{ schema: 'a.yaml', fromTemplate: 'sales' }, /--from-template/],
    [{ data: 'sample', from: 'x' }, /--data sample/],
    [{ data: 'sample', fromTemplate: 'hdfs-logs' }, /hdfs-logs/],
    [{ schema: 'a.yaml', timestampField: 'ts' }, /--timestamp-field/],
    [{ name: 'No Name' }, /stack name/],
    [{ data: 'empty', schema: 'none.yaml' }, /none\.yaml/],
    [{ data: 'files', from: 'nothing/*.here' }, /no file is like/],
    [{ data: 's3', from: 's3://bucket/logs/' }, /S3/],
  ])('%j is refused with the way out before anything is written', async (options, message) => {
    const run = await place.run(initCommand, { options })
    expect(run.error?.message).toMatch(message)
    expect(run.error?.fix).toBeTruthy()
    expect(await place.names()).toEqual([])
  })

  test('a template’s config is written where it can be edited', async () => {
    const run = await place.run(initCommand, {
      options: { fromTemplate: 'hdfs-logs', data: 'empty', name: 'hdfs', retention: '90d' },
    })
    expect(run, run.stderr).toMatchObject({ exitCode: 0 })
    expect(configFile('hdfs-logs.yaml').retention?.period).toBe('90d')
    expect(run.stderr).toContain('qw-lambda ingest <file>')
  })

  test('the time of the documents can be named, or there is none', async () => {
    const from = await place.write('app.ndjson', logs(5))
    const none = { from, name: 'none', timestampField: 'none', print: true }
    expect(JSON.parse((await place.run(initCommand, { options: none })).stdout)).toMatchObject({
      name: 'none',
    })
    const wrong = await place.run(initCommand, { options: { from, timestampField: 'level' } })
    expect(wrong.error).toMatchObject({ kind: 'invalid', fix: expect.stringContaining('at') })
    await place.run(initCommand, { options: { ...none, print: false } })
    expect(configFile('app.yaml').docMapping.timestampField).toBeUndefined()
  })

  test('--print shows the project file and writes nothing', async () => {
    const run = await place.run(initCommand, {
      options: { data: 'sample', name: 'shop', every: '15m', print: true },
    })
    expect(JSON.parse(run.stdout)).toEqual({
      $schema: SCHEMA,
      name: 'shop',
      target: 'local',
      generator: { every: '15m' },
      retention: '30d',
    })
    expect(await place.names()).toEqual([])
  })
})

describe('with a terminal', () => {
  test('every question has its answer, a wrong one is asked again, the mapping is edited', async () => {
    const from = await place.write('app.ndjson', logs(50))
    const run = await place.run(initCommand, {
      answers: [
        ['local', 'No', 'shop', 'files', from],
        ['type', 'ms', 'f64'],
        ['fast', 'level'],
        ['drop', 'message'],
        ['time', 'none'],
        ['accept'],
      ].flat(),
    })
    expect(run, run.error?.message ?? '').toMatchObject({ exitCode: 0 })
    expect(run.asked.slice(0, 5)).toEqual([
      'Where to run',
      'Name',
      'Name',
      'First data',
      'File, folder or glob',
    ])
    const { docMapping } = configFile('app.yaml')
    expect(docMapping.timestampField).toBeUndefined()
    expect(docMapping.fieldMappings.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'at datetime',
      'level text',
      'ms f64',
    ])
    expect(docMapping.fieldMappings[1]).toMatchObject({ fast: undefined })
    expect(await count('message:request')).toBe(0)
    expect(await count('*')).toBe(50)
  })

  test('a type that the documents do not have is seen before anything is written', async () => {
    const from = await place.write('app.ndjson', logs(50))
    const run = await place.run(initCommand, {
      options: { from, name: 'shop', target: 'local', retention: 'forever' },
      answers: ['type', 'message', 'u64', 'type', 'message', 'text, words', 'accept'],
    })
    expect(run).toMatchObject({ exitCode: 0 })
    expect(run.stderr).toContain('50 of the first 50 documents would be rejected')
  })

  test('sample data asks how often and for how long', async () => {
    const run = await place.run(initCommand, {
      options: { print: true },
      answers: ['local', 'shop', 'sample', '60', '7d'],
    })
    expect(JSON.parse(run.stdout)).toMatchObject({ generator: { every: '1h' }, retention: '7d' })
  })
})

describe('what goes wrong leaves nothing half done', () => {
  test('a damaged file, and then the whole one', async () => {
    const whole = gzipSync(logs(500))
    const from = await place.write('app.gz', whole.subarray(0, whole.length - 30))
    const failed = await place.run(initCommand, { options: { from, name: 'shop' } })
    expect(failed.error).toMatchObject({ kind: 'corrupt', fix: expect.stringContaining('gzip -t') })
    expect(await place.names()).toEqual(['app.gz'])
    await place.write('app.gz', whole)
    const again = await place.run(initCommand, { options: { from, name: 'shop' } })
    expect(again, again.stderr).toMatchObject({ exitCode: 0 })
    expect(await count('*')).toBe(500)
  })

  test('documents of which none fits', async () => {
    await place.write(
      'app.yaml',
      '{version: "0.9", index_id: app, doc_mapping: {mode: strict, field_mappings: [{name: other, type: u64}]}}',
    )
    const from = await place.write('app.ndjson', logs(10))
    const schema = place.path('app.yaml')
    const run = await place.run(initCommand, {
      options: { from, schema, data: 'files', name: 'shop' },
    })
    expect(run).toMatchObject({ exitCode: 10, error: { code: 'INGEST-REJECTS' } })
    expect(await place.names()).toEqual(['app.ndjson', 'app.yaml'])
  })

  test('Ctrl-C while the files are read', async () => {
    const from = await place.write('app.ndjson', logs(3_000))
    const controller = new AbortController()
    const run = await place.run(initCommand, {
      options: { from, name: 'shop' },
      signal: controller.signal,
      onNote: (text) => text.startsWith('Indexing') && controller.abort(new Error('interrupted')),
    })
    expect(run.exitCode).toBe(130)
    expect(await place.names()).toEqual(['app.ndjson'])
  })

  test('some documents that do not fit are no failure, and are told about', async () => {
    const from = await place.write('app.ndjson', `${logs(20)}no json\n`)
    const run = await place.run(initCommand, { options: { from, name: 'shop' } })
    expect(run.exitCode).toBe(10)
    expect(run.stderr).toContain('qw-lambda ingest failures')
    expect(await count('*')).toBe(20)
  })
})

test('Ctrl-C while sample data is made takes everything back before it is all indexed', async () => {
  const controller = new AbortController()
  let said = ''
  const run = await place.run(initCommand, {
    options: { name: 'shop', data: 'sample' },
    signal: controller.signal,
    onNote: (text) => {
      said += text
      if (text.startsWith('Making sample sales')) setTimeout(() => controller.abort('stop'), 50)
    },
  })
  expect(run.exitCode).toBe(130)
  expect(said).toContain('taken back')
  expect(said).not.toContain('Indexed 100,000')
  expect(await place.names()).toEqual([])
})

describe('in a folder that is set up', () => {
  async function setUp(): Promise<void> {
    const from = await place.write('app.ndjson', logs(30))
    await place.run(initCommand, { options: { from, name: 'shop' } })
  }

  test('it shows what there is and changes nothing', async () => {
    await setUp()
    const before = project()
    const run = await place.run(initCommand)
    expect(run.exitCode).toBe(0)
    expect(run.stdout).toContain('app: 30 documents')
    expect(run.stderr).toContain('shop is set up already')
    expect(project()).toEqual(before)
  })

  test('flags change what they name, in the stack and in the project file', async () => {
    await setUp()
    const run = await place.run(initCommand, { options: { every: '15m', retention: '3650d' } })
    expect(run, run.error?.message ?? '').toMatchObject({ exitCode: 0 })
    expect(project()).toMatchObject({
      name: 'shop',
      generator: { every: '15m' },
      retention: '3650d',
    })
    expect(existsSync(place.path('qw-lambda.json.bak'))).toBe(true)
  })

  test('one more file can be added by an answer', async () => {
    await setUp()
    const more = await place.write('more.ndjson', logs(40).replaceAll('request', 'other'))
    const run = await place.run(initCommand, { answers: ['data', more] })
    expect(run, run.error?.message ?? '').toMatchObject({ exitCode: 0 })
    expect(await count('*')).toBe(70)
  })

  test('with --json whatever is changed is one document of init', async () => {
    await setUp()
    const from = await place.write('more.ndjson', logs(40).replaceAll('request', 'other'))
    const run = await place.run(initCommand, { options: { from, every: '15m' }, json: true })
    expect(JSON.parse(run.stdout)).toMatchObject({
      schema: 'qw-lambda/init/1',
      name: 'shop',
      changed: ['data', 'every'],
      ingest: { docs: 40, rejected: 0 },
    })
    expect(project()).toMatchObject({ generator: { every: '15m' } })
  })

  test('another name is refused with the way out; --force keeps the old file', async () => {
    await setUp()
    const refused = await place.run(initCommand, { options: { name: 'other', data: 'empty' } })
    expect(refused).toMatchObject({ exitCode: 7, error: { code: 'PROJECT-EXISTS' } })
    const forced = await place.run(initCommand, {
      options: { name: 'other', data: 'empty', force: true },
    })
    expect(forced, forced.error?.message ?? '').toMatchObject({ exitCode: 0 })
    expect(project()).toMatchObject({ name: 'other' })
    expect(readFileSync(place.path('qw-lambda.json.bak'), 'utf8')).toContain('shop')
  })

  test('a stack of the same name is never replaced', async () => {
    await setUp()
    const run = await place.run(initCommand, {
      options: { name: 'shop', data: 'empty', force: true },
    })
    expect(run.error).toMatchObject({
      code: 'STACK-EXISTS',
      fix: expect.stringContaining('teardown'),
    })
    expect(await count('*')).toBe(30)
  })
})

test('another file where the index config would go stays as it is', async () => {
  const from = await place.write('app.ndjson', logs(5))
  await place.write('app.yaml', 'mine')
  const run = await place.run(initCommand, { options: { from, name: 'shop' } })
  expect(run.error).toMatchObject({
    code: 'FILE-EXISTS',
    fix: expect.stringContaining('--schema app.yaml'),
  })
  expect(readFileSync(place.path('app.yaml'), 'utf8')).toBe('mine')
})

test('the same file is replaced when the answer says so, and kept beside', async () => {
  const from = await place.write('app.ndjson', logs(5))
  await place.write('app.yaml', 'mine')
  const run = await place.run(initCommand, {
    options: { from, name: 'shop', target: 'local', retention: 'forever' },
    answers: ['accept'],
  })
  expect(run, run.error?.message ?? '').toMatchObject({ exitCode: 0 })
  expect(configFile('app.yaml').indexId).toBe('app')
  expect(readFileSync(place.path('app.yaml.bak'), 'utf8')).toBe('mine')
})

test('a folder of files in several formats is one index', async () => {
  await mkdir(place.path('logs'))
  await place.write('logs/a.ndjson', logs(10))
  await place.write('logs/b.gz', gzipSync(logs(10)))
  await place.write(
    'logs/c.json',
    JSON.stringify(
      logs(10)
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
      undefined,
      2,
    ),
  )
  const run = await place.run(initCommand, {
    options: { from: place.path('logs'), name: 'shop' },
    json: true,
  })
  expect(JSON.parse(run.stdout)).toMatchObject({ index: 'logs', first_data: { docs: 30 } })
})
