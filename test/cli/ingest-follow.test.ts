import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { finished, type ProcessResult, runCli, startCli } from '../cli-process.ts'

let folder: string
const options = (): { cwd: string; env: Record<string, string> } => ({
  cwd: folder,
  env: { HOME: folder, QWL_DATA_DIR: join(folder, 'data') },
})
const lines = (from: number, end: number): string =>
  Array.from({ length: end - from }, (_, n) => `{"n":${from + n},"text":"line"}\n`).join('')

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qwl-cli-follow-'))
  const made = await runCli(['init', '--target', 'local', '--data', 'empty', '-y'], options())
  expect(made, made.stderr).toMatchObject({ exitCode: 0 })
})

afterEach(() => rm(folder, { recursive: true, force: true }))

async function count(): Promise<number> {
  const run = await runCli(['search', '*', '--index', 'app', '--count'], options())
  return Number(run.stdout)
}

/** Follows until `visit` is done. */
async function following(
  args: readonly string[],
  visit: () => Promise<void>,
): Promise<ProcessResult> {
  const child = startCli(['ingest', ...args, '--follow', '--index', 'app', '--json'], options())
  const ended = finished(child)
  await visit()
  child.kill('SIGINT')
  return await ended
}

test('files are followed through rotation until Ctrl-C, which commits and prints totals', async () => {
  await writeFile(join(folder, 'app.log'), lines(0, 3))
  const made = await runCli(['ingest', 'app.log', '--index', 'app', '--create'], options())
  expect(made, made.stderr).toMatchObject({ exitCode: 0 })
  const run = await following(['app.log', 'later.log'], async () => {
    await appendFile(join(folder, 'app.log'), lines(3, 5))
    await expect.poll(count, { timeout: 25_000, interval: 500 }).toBe(5)
    await rename(join(folder, 'app.log'), join(folder, 'app.log.1'))
    await writeFile(join(folder, 'app.log'), lines(5, 9))
    await writeFile(join(folder, 'later.log'), lines(9, 11))
    await expect.poll(count, { timeout: 25_000, interval: 500 }).toBe(11)
    await appendFile(join(folder, 'app.log'), `${lines(11, 12)}{"n":`)
    await new Promise((done) => setTimeout(done, 1_500))
  })
  expect(run, run.stderr).toMatchObject({ exitCode: 0 })
  expect(JSON.parse(run.stdout)).toMatchObject({ docs: 9, rejected: 0 })
  expect(await count()).toBe(12)
}, 90_000)

test('a pipe is committed while it goes on', async () => {
  await writeFile(join(folder, 'app.log'), lines(0, 1))
  await runCli(['ingest', 'app.log', '--index', 'app', '--create'], options())
  const run = await runCli(['ingest', '-', '--follow', '--index', 'app'], {
    ...options(),
    input: lines(1, 4),
  })
  expect(run, run.stderr).toMatchObject({ exitCode: 0 })
  expect(await count()).toBe(4)
})

test('a folder is not followed, and the command that watches it is told', async () => {
  const run = await runCli(['ingest', folder, '--follow'], options())
  expect(run.exitCode).toBe(2)
  expect(run.stderr).toContain(`qw-lambda serve --watch ${folder}`)
})
