import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { newOwnerTag } from '../stores/process-owner.ts'
import { runningServer, takeServeLock } from './serve-lock.ts'

const URL = 'http://127.0.0.1:7280'
const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'qwl-serve-'))
  folders.push(folder)
  return folder
}

const write = (folder: string, content: unknown): Promise<void> =>
  writeFile(join(folder, 'serve.json'), JSON.stringify(content))

test('one process serves at a time, and others learn where', async () => {
  const folder = await newFolder()
  const lock = await takeServeLock(folder, URL)
  expect(await runningServer(folder)).toMatchObject({ pid: process.pid, url: URL })
  await expect(takeServeLock(folder, 'http://other')).rejects.toMatchObject({
    code: 'LOCAL-LOCK',
    message: expect.stringContaining(URL),
  })
  await lock.moveTo('http://127.0.0.1:7281')
  expect(await runningServer(folder)).toMatchObject({ url: 'http://127.0.0.1:7281' })
  await lock.release()
  expect(await runningServer(folder)).toBeUndefined()
  await (await takeServeLock(folder, URL)).release()
})

test('of many that begin at once exactly one gets it, also over the file of a dead one', async () => {
  const folder = await newFolder()
  const dead = newOwnerTag().replace(/^\d+/, '4194304')
  await write(folder, { pid: 4_194_304, url: 'http://dead', owner: dead })
  const takes = Array.from({ length: 8 }, (_, i) => takeServeLock(folder, `http://${i}`))
  const ends = await Promise.allSettled(takes)
  expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  const winner = ends.findIndex(({ status }) => status === 'fulfilled')
  expect(await runningServer(folder)).toMatchObject({ url: `http://${winner}` })
})

test('a process id that was given out again does not pass for the server', async () => {
  const folder = await newFolder()
  // In a container the killed server and the new one may both be process 1.
  const [pid, , machine] = newOwnerTag().split('.')
  await write(folder, { pid: process.pid, url: URL, owner: `${pid}.1.${machine}.x` })
  expect(await runningServer(folder)).toBeUndefined()
  await (await takeServeLock(folder, URL)).release()
})

test('a server of another machine counts while it gives signs of life', async () => {
  const folder = await newFolder()
  await write(folder, { pid: 1, url: URL, owner: '1.5.aaaaaaaaaaaa.x' })
  expect(await runningServer(folder)).toMatchObject({ url: URL })
  const past = new Date(Date.now() - 60_000)
  await utimes(join(folder, 'serve.json'), past, past)
  expect(await runningServer(folder)).toBeUndefined()
})

test('a file that no server wrote is in nobody’s way', async () => {
  const folder = await newFolder()
  for (const content of ['', '{', 'null', '[]', '{"pid": "x"}']) {
    await writeFile(join(folder, 'serve.json'), content)
    expect(await runningServer(folder)).toBeUndefined()
    await (await takeServeLock(folder, URL)).release()
  }
})

test('what somebody else took over is not released', async () => {
  const folder = await newFolder()
  const lock = await takeServeLock(folder, URL)
  await write(folder, { pid: 1, url: 'http://other', owner: '1.5.aaaaaaaaaaaa.x' })
  await lock.release()
  expect(await readFile(join(folder, 'serve.json'), 'utf8')).toContain('http://other')
})
