import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mergeBehind, mergesBehind } from '../../src/cli/stack/merges-behind.ts'
import { runCli } from '../cli-process.ts'

let folder: string
let env: Record<string, string>
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qwl-behind-'))
  env = { HOME: folder, QWL_DATA_DIR: join(folder, 'data') }
  await mkdir(join(folder, 'visits'))
  // So many splits that the merge policy takes them.
  for (let file = 0; file < 12; file++) {
    const lines = Array.from({ length: 20 }, (_, n) => JSON.stringify({ n, page: `/p${file}` }))
    await writeFile(join(folder, 'visits', `${file}.ndjson`), lines.join('\n'))
  }
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function json(...args: string[]) {
  const { stdout, stderr, exitCode } = await runCli([...args, '--json'], { cwd: folder, env })
  expect(exitCode, stderr).toBe(0)
  return JSON.parse(stdout) as Record<string, unknown>
}

async function init(name: string, merges: string) {
  const args = ['init', '--target', 'local', '--name', name, '--data', 'files']
  const project = ['--config', join(folder, `${name}.json`), '--from', 'visits', '--force', '-y']
  return await runCli([...args, ...project], {
    cwd: folder,
    env: { ...env, QWL_MERGES: merges },
  })
}

const splitsOf = async (name: string): Promise<unknown> => {
  const status = (await json('status', '--local', '--stack', name)) as {
    indexes: { splits: number }[]
  }
  return status.indexes[0]?.splits
}

test('merges go on in a process of their own when the command has returned', async () => {
  const made = await init('shop', 'behind')
  expect(made.exitCode, made.stderr).toBe(0)
  expect(made.stderr).toContain('Small splits are merged in the background: qw-lambda status')
  const note = await readFile(join(folder, 'data', 'shop', 'merging', 'visits.json'), 'utf8')
  expect(JSON.parse(note)).toMatchObject({ indexId: 'visits', pid: expect.any(Number) })
  await expect.poll(() => splitsOf('shop'), { timeout: 20_000 }).toBeLessThan(12)
  await expect
    .poll(() => json('status', '--local', '--stack', 'shop'), { timeout: 20_000 })
    .toMatchObject({ ingest: { merging: [] } })
  expect(await mergesBehind(join(folder, 'data', 'shop'))).toEqual({ running: [], failed: [] })
})

test('a script that waits has nothing running behind it', async () => {
  const made = await init('still', 'wait')
  expect(made.exitCode, made.stderr).toBe(0)
  expect(await splitsOf('still')).toBe(12)
  expect(await mergesBehind(join(folder, 'data', 'still'))).toEqual({ running: [], failed: [] })
  const unknown = await runCli(['ingest', 'visits', '--local', '--stack', 'still'], {
    cwd: folder,
    env: { ...env, QWL_MERGES: 'never' },
  })
  expect([unknown.exitCode, unknown.stderr]).toEqual([2, expect.stringContaining('QWL_MERGES')])
})

test('a second one is not started while the first runs; what it fails of is told by status', async () => {
  const place = { name: 'still', folder: join(folder, 'data', 'still') }
  const request = { indexId: 'nowhere', env: process.env, startedMs: Date.now() }
  expect(await mergeBehind(place, request)).toBe(true)
  const { running } = await mergesBehind(place.folder)
  expect(running).toMatchObject([{ indexId: 'nowhere' }])
  expect(await mergeBehind(place, request)).toBe(true)
  expect((await mergesBehind(place.folder)).running).toEqual(running)
  await expect
    .poll(() => json('status', '--local', '--stack', 'still'), { timeout: 20_000 })
    .toMatchObject({
      ingest: { merging: [] },
      warnings: [{ code: 'MERGES-FAILED', fix: 'qw-lambda index merge nowhere' }],
    })
})
