import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { folderStore } from './folder-store.ts'
import { instantClock } from './testing/instant-clock.ts'
import { objectStoreContract } from './testing/object-store-contract.ts'

const always = { condition: { kind: 'always' } } as const
const ifAbsent = { condition: { kind: 'ifAbsent' } } as const
const hello = new TextEncoder().encode('hello')

let root = ''
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'folder-store-'))
})
afterEach(async () => {
  await chmod(root, 0o700)
  await rm(root, { recursive: true })
})

for (const survives of ['processEnd', 'powerCut'] as const) {
  objectStoreContract(`the folder store that survives ${survives}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'folder-store-contract-'))
    return {
      // A folder that is not there yet, as for a bucket nothing was put into.
      store: folderStore({ root: join(folder, 'bucket'), survives }),
      close: () => rm(folder, { recursive: true }),
    }
  })
}

async function keysOf(prefix = ''): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of folderStore({ root }).list(prefix)) keys.push(key)
  return keys
}

test.each([
  '../out',
  'a/../../out',
  '/etc/passwd',
  'a//b',
  './a',
  'nul\0',
  '.qw-store/tmp/x',
  '.qw-store',
])('the key %j is refused in every verb and creates nothing', async (key) => {
  const store = folderStore({ root })
  const invalid = { kind: 'invalid' }
  await expect(store.put(key, hello, always)).rejects.toMatchObject(invalid)
  await expect(store.get(key)).rejects.toMatchObject(invalid)
  await expect(store.read(key, { start: 0, end: 1 })).rejects.toMatchObject(invalid)
  await expect(store.head(key)).rejects.toMatchObject(invalid)
  await expect(store.delete(key)).rejects.toMatchObject(invalid)
  expect(await readdir(root)).toEqual([])
})

test.each(['../', 'a/../../', '/', '//', '.qw-store', '.qw-store/', 'a/./'])(
  'listing the prefix %j finds nothing outside the store',
  async (prefix) => {
    await folderStore({ root: join(root, 'a') }).put('k', hello, always)
    await folderStore({ root }).put('k', hello, always)
    expect(await keysOf(prefix)).toEqual([])
  },
)

test('objects are plain files, and files copied in by hand are objects', async () => {
  await mkdir(join(root, 'in'))
  await writeFile(join(root, 'in', 'sales.json.gz'), hello)
  await symlink(join(root, 'in'), join(root, 'link'))
  const store = folderStore({ root })
  expect(await store.head('in/sales.json.gz')).toMatchObject({ sizeBytes: 5 })
  expect(await keysOf()).toEqual(['in/sales.json.gz'])
})

test('after puts, conflicts and aborts no temporary and no lock file is left', async () => {
  const store = folderStore({ root })
  await store.put('a', hello, ifAbsent)
  await expect(store.put('a', hello, ifAbsent)).rejects.toMatchObject({ kind: 'conflict' })
  const stale = { condition: { kind: 'ifMatch', etag: 'x' } } as const
  await expect(store.put('a', hello, stale)).rejects.toMatchObject({ kind: 'conflict' })
  const abort = new AbortController()
  const pending = store.put('a', new Uint8Array(3_000_000), { ...always, signal: abort.signal })
  setImmediate(() => abort.abort(new Error('enough')))
  await expect(pending).rejects.toThrow('enough')
  expect(await readdir(join(root, '.qw-store/tmp'))).toEqual([])
  expect(await readdir(join(root, '.qw-store/locks'))).toEqual([])
})

test('the first put removes the temporary files of dead processes and keeps those of live ones', async () => {
  const temps = join(root, '.qw-store/tmp')
  await mkdir(temps, { recursive: true })
  const names = await ownTempName(temps)
  // The same machine and process id, started at another tick: the id was given out again.
  const dead = names.replace(/^(\d+)\.(\d+)\./, '$1.1.')
  const foreign = names.replace(/^(\d+)\.(\d+)\.[0-9a-f]{12}\./, '$1.$2.000000000000.')
  for (const name of [names, dead, foreign]) await writeFile(join(temps, name), hello)
  await folderStore({ root }).put('k', hello, always)
  expect((await readdir(temps)).toSorted()).toEqual([names, foreign].toSorted())
})

/** The name of a temporary file of this process, caught while it is being written. */
async function ownTempName(temps: string): Promise<string> {
  const writing = folderStore({ root }).put('big', new Uint8Array(20_000_000), always)
  let name: string | undefined
  while (name === undefined) [name] = await readdir(temps)
  await writing
  return name
}

test('a store that only reads changes nothing in its folder, and needs none', async () => {
  const store = folderStore({ root: join(root, 'absent') })
  await expect(store.get('k')).rejects.toMatchObject({ kind: 'notFound' })
  await store.delete('k')
  for await (const info of store.list('')) expect(info).toBeUndefined()
  expect(await readdir(root)).toEqual([])
})

test('ETags never repeat, though bytes, size, inode and the clock do', async () => {
  const store = folderStore({ root, clock: instantClock(), survives: 'processEnd' })
  const etags = new Set<string>()
  for (let i = 0; i < 300; i++) etags.add((await store.put('k', hello, always)).etag)
  expect(etags.size).toBe(300)
})

test('the ETag changes when a file from the future is replaced', async () => {
  const store = folderStore({ root })
  await store.put('k', hello, always)
  const future = new Date(Date.now() + 86_400_000)
  await utimes(join(root, 'k'), future, future)
  const old = await store.head('k')
  const fresh = await store.put('k', hello, { condition: { kind: 'ifMatch', etag: old.etag } })
  expect(fresh.modifiedMs).toBeGreaterThanOrEqual(old.modifiedMs)
  expect(fresh.etag).not.toBe(old.etag)
  expect(await store.head('k')).toEqual(fresh)
})

test('modifiedMs is the given clock at the time of the put', async () => {
  const store = folderStore({ root, clock: instantClock(Date.UTC(2024, 4, 1)) })
  await store.put('k', hello, always)
  expect((await store.head('k')).modifiedMs).toBe(Date.UTC(2024, 4, 1))
})

test('a key below another object, or above one, is refused with the reason', async () => {
  const store = folderStore({ root })
  await store.put('a/b', hello, always)
  for (const options of [always, ifAbsent]) {
    await expect(store.put('a', hello, options)).rejects.toMatchObject({ kind: 'invalid' })
    await expect(store.put('a/b/c', hello, options)).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('a/b/c'),
    })
  }
  expect(await keysOf()).toEqual(['a/b'])
})

test('once a folder is empty its name can be a key', async () => {
  const store = folderStore({ root })
  await store.put('a/b/c', hello, always)
  await store.delete('a/b/c')
  await store.put('a', hello, always)
  expect(await keysOf()).toEqual(['a'])
})

test('puts and deletes in one folder do not trip over its removal', async () => {
  const store = folderStore({ root, survives: 'processEnd' })
  await Promise.all(
    Array.from({ length: 8 }, async (_, worker) => {
      for (let i = 0; i < 20; i++) {
        await store.put(`deep/er/${worker}`, hello, i % 2 === 0 ? always : ifAbsent)
        await store.delete(`deep/er/${worker}`)
      }
    }),
  )
  expect(await keysOf()).toEqual([])
})

test('a listing goes on when a whole folder vanishes under it', async () => {
  const store = folderStore({ root, survives: 'processEnd' })
  for (const key of ['a/1', 'a/2', 'b/1', 'c/1']) await store.put(key, hello, always)
  const seen: string[] = []
  for await (const { key } of store.list('')) {
    seen.push(key)
    await rm(join(root, 'b'), { recursive: true, force: true })
  }
  expect(seen).toEqual(['a/1', 'a/2', 'c/1'])
})

test('a segment too long for the file system is invalid and says so', async () => {
  const store = folderStore({ root })
  await expect(store.put('x'.repeat(300), hello, always)).rejects.toMatchObject({
    kind: 'invalid',
    fix: expect.stringContaining('shorter'),
  })
})

test('a root that is a file is refused', async () => {
  await writeFile(join(root, 'file'), '')
  const store = folderStore({ root: join(root, 'file') })
  await expect(store.put('k', hello, always)).rejects.toMatchObject({ kind: 'invalid' })
  await expect(store.get('k')).rejects.toMatchObject({ kind: 'notFound' })
})

test('an object replaced while its file is open is read in one version', async () => {
  const store = folderStore({ root })
  await store.put('k', hello, always)
  const reads = Array.from({ length: 20 }, () => store.get('k'))
  await writeFile(join(root, 'other'), 'HELLO')
  await rename(join(root, 'other'), join(root, 'k'))
  for (const stored of await Promise.all(reads)) {
    expect(['hello', 'HELLO']).toContain(new TextDecoder().decode(stored?.bytes))
  }
})
