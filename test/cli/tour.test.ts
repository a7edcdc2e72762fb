import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { finished, startCli, type ProcessResult } from '../cli-process.ts'
import { orders, SCHEMA } from './screen-list.ts'

/** No command may wait for something that never comes. */
const HARD_LIMIT_MS = 20_000

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qwl-tour-'))
  await writeFile(join(folder, 'orders.yaml'), SCHEMA)
  await writeFile(join(folder, 'orders.ndjson'), orders())
  await writeFile(join(folder, 'broken.json'), '{"queries": ')
  await run(
    'init',
    '--target',
    'local',
    '--name',
    'shop',
    '--data',
    'empty',
    '--schema',
    'orders.yaml',
    '-y',
  )
  await run('ingest', 'orders.ndjson')
})

afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

async function run(...args: string[]): Promise<ProcessResult> {
  return await runIn(folder, args)
}

async function runIn(cwd: string, args: readonly string[]): Promise<ProcessResult> {
  const child = startCli(args, {
    cwd,
    env: { XDG_CONFIG_HOME: join(folder, 'config'), XDG_DATA_HOME: join(folder, 'data') },
  })
  const limit = setTimeout(() => child.kill('SIGKILL'), HARD_LIMIT_MS)
  try {
    return await finished(child)
  } finally {
    clearTimeout(limit)
  }
}

const READING = [
  'status',
  'list',
  'search item:apple',
  'search --terms item',
  'search --histogram',
  'fields',
  'index list',
  'index describe',
  'index splits',
  'ingest status',
  'ingest failures',
  'generator status',
  'cost-estimate',
  'config list --origin',
  'config path',
  'doctor',
  'logs',
  'version',
  'help',
]

describe.concurrent('without a terminal', () => {
  test.each(READING)(
    '%s --json ends with 0, with one document on stdout and nothing else',
    async (line) => {
      const { exitCode, stdout, stderr } = await run(...line.split(' '), '--json')
      expect(exitCode, stderr).toBe(0)
      expect(stdout + stderr).not.toContain('\u001B')
      expect(JSON.parse(stdout)).toBeTypeOf('object')
    },
  )

  test('a reader that stops early ends the program quietly', async () => {
    const child = startCli(['search', '--all', '--format', 'ndjson'], {
      cwd: folder,
      env: { XDG_DATA_HOME: join(folder, 'data') },
    })
    child.stdout.once('data', () => child.stdout.destroy())
    const { exitCode, stderr } = await finished(child)
    expect({ exitCode, fault: /EPIPE|fault/.test(stderr) }).toEqual({ exitCode: 0, fault: false })
  })

  test('a time limit ends a command that would go on', async () => {
    const { exitCode, stderr } = await run('status', '--watch', '--timeout', '1s')
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 8,
      stderr: expect.stringContaining('--timeout 1s') as string,
    })
  })

  test('a damaged settings file is named by every command, and a finding of doctor', async () => {
    const there = await mkdtemp(join(tmpdir(), 'qwl-broken-'))
    await writeFile(join(there, 'qw-lambda.json'), '{')
    const [status, doctor] = await Promise.all([
      runIn(there, ['status']),
      runIn(there, ['doctor', '--only', 'tool', '--json']),
    ])
    await rm(there, { recursive: true, force: true })
    expect(status).toMatchObject({ exitCode: 2, stdout: '' })
    expect(doctor.exitCode).toBe(12)
    const { checks } = JSON.parse(doctor.stdout) as { checks: { id: string; state: string }[] }
    expect(checks.find(({ state }) => state === 'fail')).toMatchObject({ id: 'tool.config' })
  })

  test.each(['bash', 'fish'])('the completion of %s knows commands and flags', async (shell) => {
    const { stdout, exitCode } = await run('completion', shell)
    expect(exitCode).toBe(0)
    for (const word of ['cost-estimate', 'generator', 'histogram', 'stacks'])
      expect(stdout).toContain(word)
  })

  test('completion asks for names, one a line', async () => {
    const [stacks, indexes] = await Promise.all([
      run('complete', 'stacks'),
      run('complete', 'indexes'),
    ])
    expect([stacks.stdout, indexes.stdout]).toEqual(['shop\n', 'orders\n'])
  })
})

test('changes are kept, and said where they come from', async () => {
  expect(await run('config', 'set', 'tz', 'utc')).toMatchObject({ exitCode: 0 })
  expect((await run('config', 'get', 'tz')).stdout).toBe('utc\n')
  const origin = JSON.parse((await run('config', 'get', 'tz', '--json')).stdout) as object
  expect(origin).toMatchObject({ value: 'utc', origin: 'user file' })
  expect(await run('config', 'unset', 'tz')).toMatchObject({ exitCode: 0 })
  expect(await run('config', 'get', 'tz')).toMatchObject({ exitCode: 6, stdout: '' })
})

test('the sample stream is paused, changed and run', async () => {
  expect((await run('generator', 'set', '--docs', '500', '--seed', '7')).exitCode).toBe(0)
  expect((await run('generator', 'pause')).exitCode).toBe(0)
  const state = JSON.parse((await run('generator', 'status', '--json')).stdout) as object
  expect(state).toMatchObject({ state: 'paused', docs: 500, seed: 7, next_run: null })
  const ran = JSON.parse((await run('generator', 'run', '--json')).stdout) as object
  expect(ran).toMatchObject({ docs: 500, indexed: 500 })
  const logs = JSON.parse((await run('logs', 'indexer', '--json')).stdout) as {
    entries: { event: string }[]
  }
  expect(logs.entries.map(({ event }) => event)).toContain('indexed')
  const measured = await run('cost-estimate', '--assume-measured', '--json')
  expect(JSON.parse(measured.stdout)).toMatchObject({ schema: 'qw-lambda/cost/1' })
  expect(measured.stderr).toContain('index bytes a document')
})

test('a stack that is removed is gone, and removing it again is no mistake', async () => {
  const plan = JSON.parse((await run('teardown', '--dry-run', '--json')).stdout) as object
  expect(plan).toMatchObject({ usd_month: 0 })
  const removed = JSON.parse(
    (await run('teardown', '--confirm', 'shop', '--json')).stdout,
  ) as object
  expect(removed).toMatchObject({ leftovers: [], removed: [{ type: 'local-stack' }] })
  const again = JSON.parse((await run('teardown', '--confirm', 'shop', '--json')).stdout) as object
  expect(again).toMatchObject({ leftovers: [], removed: [], objects_deleted: 0 })
  expect((await run('status')).exitCode).toBe(3)
})
