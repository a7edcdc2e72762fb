import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setImmediate } from 'node:timers/promises'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { acquireFolderLock } from './folder-lock.ts'
import { folderStore } from './folder-store.ts'

// Real processes: only they show whether writers exclude each other. Node 20 runs no TypeScript, so
// one script is bundled first. Verbs: race ROOT NAME TIMES | create ROOT NAME | hold LOCKFILE TEMPFOLDER
const SCRIPT = `
import { acquireFolderLock } from './folder-lock.ts'
import { folderStore } from './folder-store.ts'

const [verb, target, name, times] = process.argv.slice(2)
const store = folderStore({ root: target, survives: 'processEnd', lockWaitMs: 5000 })
if (verb === 'hold') {
  await acquireFolderLock(target, { waitMs: 1000, tempFolder: name, signal: undefined })
  console.log('held')
  setInterval(() => {}, 1000)
} else if (verb === 'create') {
  const put = store.put('created', Buffer.from(name), { condition: { kind: 'ifAbsent' } })
  console.log(await put.then(() => 'won', (error) => error.kind))
} else {
  for (let done = 0; done < Number(times); ) {
    const { bytes, etag } = await store.get('counter')
    const body = Buffer.from(String(Number(Buffer.from(bytes)) + 1).padStart(6, '0'))
    try {
      await store.put('counter', body, { condition: { kind: 'ifMatch', etag } })
      console.log(++done)
    } catch (error) {
      if (error.kind !== 'conflict') throw error
    }
  }
}
`

let bundleFolder = ''
let script = ''
let root = ''
const children: ChildProcess[] = []

beforeAll(async () => {
  bundleFolder = await mkdtemp(join(tmpdir(), 'folder-racer-'))
  script = join(bundleFolder, 'racer.mjs')
  await build({
    stdin: { contents: SCRIPT, resolveDir: import.meta.dirname, loader: 'js' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: script,
  })
})
afterAll(() => rm(bundleFolder, { recursive: true }))
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'folder-race-'))
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await rm(root, { recursive: true })
})

function start(...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  return child
}

/** Also ends when the child dies silently, so that the test fails instead of hanging. */
async function firstOutputOf(child: ChildProcess): Promise<void> {
  await Promise.race([once(child.stdout ?? child, 'data'), once(child, 'close')])
}

/** What a child printed, once it has ended by itself or was killed. */
async function outputOf(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the child was started without a pipe')
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')])
  return output
}

async function counterAt(folder: string): Promise<number> {
  const stored = await folderStore({ root: folder }).get('counter')
  return Number(new TextDecoder().decode(stored?.bytes))
}

async function putCounter(): Promise<void> {
  // One width for all numbers: only inode and time can tell the versions apart.
  const body = new TextEncoder().encode('000000')
  await folderStore({ root }).put('counter', body, { condition: { kind: 'always' } })
}

test('4 processes that each increment a counter 100 times by compare-and-swap reach 400', async () => {
  await putCounter()
  await Promise.all(['a', 'b', 'c', 'd'].map((name) => outputOf(start('race', root, name, '100'))))
  expect(await counterAt(root)).toBe(400)
  expect(await readdir(join(root, '.qw-store/locks'))).toEqual([])
  expect(await readdir(join(root, '.qw-store/tmp'))).toEqual([])
})

test('of 6 processes that create one object exactly one wins', async () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  const outputs = await Promise.all(names.map((name) => outputOf(start('create', root, name))))
  const winners = names.filter((_, i) => outputs[i]?.trim() === 'won')
  expect(outputs.filter((output) => output.trim() === 'conflict')).toHaveLength(5)
  const stored = await folderStore({ root }).get('created')
  expect([new TextDecoder().decode(stored?.bytes)]).toEqual(winners)
})

test('a process killed while it holds the lock blocks nobody', async () => {
  const lock = join(root, '.qw-store/locks/some-key')
  const child = start('hold', lock, root)
  await firstOutputOf(child)
  const whileHeld = acquireFolderLock(lock, { tempFolder: root, waitMs: 50, signal: undefined })
  await expect(whileHeld).rejects.toMatchObject({
    kind: 'unavailable',
    fix: expect.stringContaining(lock),
  })
  child.kill('SIGKILL')
  await once(child, 'close')
  // Far shorter than the age at which a lock of an unknown owner is given up.
  const waits = Array.from({ length: 8 }, async () => {
    const taken = await acquireFolderLock(lock, {
      tempFolder: root,
      waitMs: 5000,
      signal: undefined,
    })
    await taken.release()
  })
  await expect(Promise.all(waits)).resolves.toHaveLength(8)
  expect(await readdir(join(root, '.qw-store/locks'))).toEqual([])
})

test('processes killed at random moments lose no increment that they reported, nor make one up', async () => {
  await putCounter()
  const survivor = outputOf(start('race', root, 'survivor', '60'))
  let reported = 0
  const killed = 8
  for (let i = 0; i < killed; i++) {
    const child = start('race', root, `victim ${i}`, '100000')
    const output = outputOf(child)
    await firstOutputOf(child)
    setTimeout(() => child.kill('SIGKILL'), Math.random() * 20)
    reported += (await output).trim().split('\n').length
  }
  const survived = (await survivor).trim().split('\n').length
  expect(survived).toBe(60)
  reported += survived
  // Each victim may have died between its last put and its report.
  const counted = await counterAt(root)
  expect(counted).toBeGreaterThanOrEqual(reported)
  expect(counted).toBeLessThanOrEqual(reported + killed)
})

test('a lock that names no owner is respected while it is fresh', async () => {
  const lock = join(root, 'lock')
  await writeFile(lock, '')
  const attempt = acquireFolderLock(lock, { tempFolder: root, waitMs: 30, signal: undefined })
  await expect(attempt).rejects.toMatchObject({ kind: 'unavailable' })
})

test('a left-over lock is broken by one waiter only, whoever else saw it', async () => {
  const lock = join(root, 'lock')
  const longAgo = new Date(Date.now() - 3_600_000)
  let inside = 0
  let insideMost = 0
  let entered = 0
  for (let round = 0; round < 20; round++) {
    await writeFile(lock, `left over ${round}`)
    await utimes(lock, longAgo, longAgo)
    const waiters = Array.from({ length: 10 }, async () => {
      const held = await acquireFolderLock(lock, {
        tempFolder: root,
        waitMs: 10_000,
        signal: undefined,
      })
      entered++
      insideMost = Math.max(insideMost, ++inside)
      await setImmediate()
      inside--
      await held.release()
    })
    await Promise.all(waiters)
  }
  expect(entered).toBe(200)
  expect(insideMost).toBe(1)
})

test('waiting for a lock ends with the reason of an abort', async () => {
  const lock = join(root, 'lock')
  const held = await acquireFolderLock(lock, { tempFolder: root, waitMs: 1000, signal: undefined })
  const abort = new AbortController()
  const reason = new Error('enough')
  const waiting = acquireFolderLock(lock, {
    tempFolder: root,
    waitMs: 60_000,
    signal: abort.signal,
  })
  setTimeout(() => abort.abort(reason), 5)
  await expect(waiting).rejects.toBe(reason)
  await held.release()
})
