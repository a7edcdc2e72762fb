import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli, startCli, finished } from '../cli-process.ts'

/** Enough for threads to be worth their start. */
const FILES = 4
const LINES = 30_000

let folder: string
const env = (): Record<string, string> => ({ HOME: folder })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qwl-threads-'))
  await writeFile(join(folder, '.git'), '')
  for (let file = 0; file < FILES; file++) {
    const lines = Array.from({ length: LINES }, (_, n) =>
      JSON.stringify({
        n: file * LINES + n,
        text: `line ${n} of file ${file} with some more words`,
      }),
    )
    await writeFile(join(folder, `part-${file}.ndjson`), `${lines.join('\n')}\n`)
  }
  const made = await runCli(['init', '--target', 'local', '--data', 'empty', '-y'], {
    cwd: folder,
    env: env(),
  })
  expect(made.exitCode, made.stderr).toBe(0)
}, 60_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

async function countOf(query: string): Promise<string> {
  const run = await runCli(['search', query, '--index', 'parts', '--count'], {
    cwd: folder,
    env: env(),
  })
  return run.stdout.trim()
}

test('files indexed side by side are each there once, in the order in which they were named', async () => {
  const names = Array.from({ length: FILES }, (_, file) => `part-${file}.ndjson`)
  const args = ['ingest', ...names, '--index', 'parts', '--create', '--json']
  const run = await runCli(args, { cwd: folder, env: env() })
  expect(run.exitCode, run.stderr).toBe(0)
  const { docs, sources } = JSON.parse(run.stdout) as {
    docs: number
    sources: { uri: string; docs: number }[]
  }
  expect(docs).toBe(FILES * LINES)
  expect(sources.map(({ uri }) => uri.split('/').at(-1))).toEqual(names)
  expect(await countOf('*')).toBe(String(FILES * LINES))
  expect(await countOf(`n:${2 * LINES + 7}`)).toBe('1')
  const again = await runCli(args, { cwd: folder, env: env() })
  expect(JSON.parse(again.stdout)).toMatchObject({ docs: 0 })
}, 120_000)

test('a file that is none of its kind does not hide the others, with the error that it alone would give', async () => {
  await writeFile(join(folder, 'broken.ndjson'), `${'x'.repeat(9_000_000)}\n`)
  const args = ['ingest', 'broken.ndjson', 'part-0.ndjson', '--index', 'second', '--create']
  const made = await runCli(['ingest', 'part-1.ndjson', '--index', 'second', '--create'], {
    cwd: folder,
    env: env(),
  })
  expect(made.exitCode, made.stderr).toBe(0)
  const run = await runCli(args, { cwd: folder, env: env() })
  expect(run.stderr).toContain('too many rejected documents in broken.ndjson')
  expect(run.stdout).toMatch(/part-0\.ndjson\t30,000/)
}, 120_000)

test('Ctrl-C stops every thread at a commit, and the same command goes on', async () => {
  const names = Array.from({ length: FILES }, (_, file) => `part-${file}.ndjson`)
  const args = ['ingest', ...names, '--index', 'third', '--create']
  const child = startCli(args, { cwd: folder, env: env() })
  setTimeout(() => child.kill('SIGINT'), 900)
  const { exitCode } = await finished(child)
  expect([0, 130]).toContain(exitCode)
  const run = await runCli(args, { cwd: folder, env: env() })
  expect(run.exitCode, run.stderr).toBe(0)
  const counted = await runCli(['search', '*', '--index', 'third', '--count'], {
    cwd: folder,
    env: env(),
  })
  expect(counted.stdout.trim()).toBe(String(FILES * LINES))
}, 120_000)
