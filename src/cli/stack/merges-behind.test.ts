import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { newOwnerTag } from '../../stores/process-owner.ts'
import { mergesBehind, stopMergesBehind } from './merges-behind.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qwl-behind-'))
  await mkdir(join(folder, 'merging'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function note(indexId: string, fields: object, log = ''): Promise<void> {
  await writeFile(join(folder, 'merging', `${indexId}.json`), JSON.stringify(fields))
  await writeFile(join(folder, 'merging', `${indexId}.log`), log)
}

const files = () => readdir(join(folder, 'merging'))

test('a stack for which nothing was ever started has nothing', async () => {
  await rm(join(folder, 'merging'), { recursive: true })
  expect(await mergesBehind(folder)).toEqual({ running: [], failed: [] })
  await stopMergesBehind(folder)
})

test('a process is seen while it runs, and is stopped with its index, others are not', async () => {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => undefined, 60_000)'])
  const ended = once(child, 'exit')
  const pid = child.pid ?? 0
  await note('orders', { pid, startedMs: Date.now(), owner: newOwnerTag(pid) })
  expect((await mergesBehind(folder)).running).toMatchObject([{ indexId: 'orders', pid }])
  await stopMergesBehind(folder, 'visits')
  expect(child.exitCode ?? child.signalCode).toBeNull()
  await stopMergesBehind(folder, 'orders')
  expect(await ended).toEqual([null, 'SIGTERM'])
  expect(await files()).toEqual([])
})

test('what an ended process had to say is its failure; without a word it was none', async () => {
  const ended = { pid: 1, startedMs: 0, owner: 'nobody' }
  await note('orders', ended, '✗ No space left on the disk\n  Fix   make some\n')
  await note('visits', ended)
  const failed = [{ indexId: 'orders', message: 'No space left on the disk' }]
  expect(await mergesBehind(folder)).toEqual({ running: [], failed })
})

test('a process that may be somebody else’s by now is not killed, until nobody believes in it', async () => {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => undefined, 60_000)'])
  const pid = child.pid ?? 0
  // As a system writes it that does not tell when a process was started.
  const owner = newOwnerTag(pid).replace(/^(\d+)\.\d+/, '$1.0')
  await note('orders', { pid, startedMs: Date.now(), owner })
  const refused = { code: 'LOCAL-LOCK', fix: expect.stringContaining(`kill ${pid}`) }
  await expect(stopMergesBehind(folder)).rejects.toMatchObject(refused)
  await note('orders', { pid, startedMs: Date.now() - 2 * 3_600_000, owner })
  await stopMergesBehind(folder)
  expect(await files()).toEqual([])
  expect(child.exitCode ?? child.signalCode).toBeNull()
  child.kill()
})
