import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { searchStack, type SearchStack } from './search-stack.ts'

let stack: SearchStack

beforeAll(async () => {
  stack = await searchStack()
})

afterAll(() => stack.remove())

describe.concurrent('mistakes and empty answers', () => {
  test('a syntax error has a caret under its place', async () => {
    const { exitCode, stderr } = await stack.run(['search', 'level:(a OR b'])
    expect(exitCode).toBe(2)
    const lines = stderr.split('\n')
    const quoted = lines.findIndex((line) => line.endsWith('level:(a OR b'))
    expect(lines[quoted + 1]?.indexOf('^')).toBe(
      (lines[quoted]?.indexOf('level:') ?? 0) + 'level:'.length,
    )
  })

  test('as JSON the error is one line with its position', async () => {
    const { exitCode, stderr, stdout } = await stack.run(['search', 'level:', '--json'])
    expect([exitCode, stdout]).toEqual([2, ''])
    expect(JSON.parse(stderr)).toMatchObject({
      error: { code: 'QWL-QUERY-SYNTAX', position: 6, exit: 2 },
    })
  })

  test('zero hits are no failure, unless --require-hits says so; hints name time and fields', async () => {
    const { exitCode, stderr } = await stack.run(['search', 'levle:error'])
    expect(exitCode).toBe(0)
    expect(stderr).toContain('no hits')
    expect(stderr).toContain('no document has a field levle; nearest: `level`')
    const early = await stack.run(['search', '--until', '2020-01-01', '--require-hits'])
    expect(early.exitCode).toBe(12)
    expect(early.stderr).toContain('all of it after the time range asked for')
  })

  test('where no field knows its documents, that is why none was found', async () => {
    const { stderr } = await stack.run(['search', 'level:error AND message:*'])
    expect(stderr).toContain('message:* finds nothing, as message is not fast')
    expect(stderr).toContain('index_field_presence: true')
  })

  test.each([
    [['--es', 'a.json', '--terms', 'level'], '--es does not go with --terms'],
    [['--meta'], '--meta needs --json'],
    [['--follow', '--json'], 'no single JSON document'],
    [['--sort', 'at:up'], 'order is asc or desc'],
    [['--since', 'yesterday-ish'], 'is no time'],
    [['--since', '1h', '--until', '2h'], 'time range is empty'],
    [['--tz', 'Mars/Base'], 'is no time zone'],
    [['-n', '10001'], 'read on without an end: --all -n 10001'],
  ])('search %j exits 2', async (args, message) => {
    const { exitCode, stderr, stdout } = await stack.run(['search', '*', ...args])
    expect([exitCode, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
  })

  test('a drawing without a bar names the fields that were meant', async () => {
    expect((await stack.run(['search', '--terms', 'leval'])).stderr).toContain('nearest: `level`')
  })

  test('an index that is not there exits 6', async () => {
    expect((await stack.run(['search', '--index', 'nothing'])).exitCode).toBe(6)
  })
})

describe.concurrent('mistakes: one clear error with the line to type instead', () => {
  test.each([
    [['--sort', 'nope']],
    [['--fields', 'nope,level']],
    [['--stats', 'nope']],
    [['--percentiles', 'nope']],
    [['--terms', 'nope']],
    [['--by', 'nope']],
    [['--snippet', 'nope']],
    [['--all', '--sort', 'nope']],
  ])('a field that no document has: search %j', async (args) => {
    const { exitCode, stderr, stdout } = await stack.run(['search', '*', ...args])
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain('Field does not exist: `nope`')
    expect(stderr).toMatch(/Fix {3}nearest: `\w+`/)
  })

  test('a field that documents brought along is known', async () => {
    expect(await stack.ok('search', 'odd', '--fields', 'place.city', '--format', 'raw')).toBe(
      'Rome\n',
    )
  })

  test.each([
    [['level', 'error'], `qw-lambda search 'level error'`],
    [['-level:error'], 'qw-lambda search -Q -level:error'],
    [['*', '--json', '--format', 'csv'], 'leave one of them out'],
    [['*', '--format', 'xml'], 'use one of table, json, ndjson, csv, tsv, line, raw\n'],
    [['--aggs', '{bad'], '--aggs @file.json'],
  ])('search %j', async (args, fix) => {
    const { exitCode, stderr } = await stack.run(['search', ...args])
    expect(exitCode).toBe(2)
    expect(stderr).toContain(fix)
    expect(stderr).not.toContain('mistake in qw-lambda')
  })

  test('a port that is none', async () => {
    const { exitCode, stderr } = await stack.run(['serve', '--port', '99999'])
    expect(exitCode).toBe(2)
    expect(stderr).toContain('--port takes a whole number from 0 to 65535, not `99999`')
  })

  test('several words are quoted, beside the options that stood there', async () => {
    const line = ['search', 'opened', 'the', '--index', 'visits', '-n', '1', '--count']
    const { exitCode, stderr } = await stack.run(line)
    expect(exitCode).toBe(2)
    expect(stderr).toContain(
      "quote the query: qw-lambda search 'opened the' --index visits -n 1 --count\n",
    )
  })
})

describe.concurrent('a search that finds nothing says which near one does', () => {
  test.each([
    [
      ['level:ERROR'],
      '20 hits in another case (level is matched whole): qw-lambda search level:error',
    ],
    [['level:rro'], "20 hits as a part (level is matched whole): qw-lambda search 'level:*rro*'"],
    [['info'], '40 hits in level: qw-lambda search level:info'],
    [
      ['level:error', '--until', '2020-01-01'],
      '20 hits outside the time range: qw-lambda search level:error\n',
    ],
  ])('search %j', async (args, hint) => {
    const { exitCode, stderr } = await stack.run(['search', ...args])
    expect(exitCode).toBe(0)
    expect(stderr).toContain(hint)
  })

  test('an index whose documents have no time is not called empty', async () => {
    const log = join(stack.folder, 'no-time.ndjson')
    await writeFile(log, '{"host":"Atlas","note":"first of them"}\n')
    await stack.run(['ingest', log, '--index', 'timeless', '--create'])
    const { stderr } = await stack.run(['search', 'host:atlas', '--index', 'timeless'])
    expect(stderr).not.toContain('holds no documents')
    expect(stderr).toContain('1 hit in another case (host is matched whole)')
  })
})
