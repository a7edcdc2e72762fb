import { mkdtemp, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { folderStore } from './folder-store.ts'
import { localDevice } from './local-disk.ts'

const always = { condition: { kind: 'always' } } as const
const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

let root = ''
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'local-disk-'))
})
afterEach(() => rm(root, { recursive: true }))

test('a look is enough on a known file system of this machine alone', async () => {
  const { dev } = await stat(root, { bigint: true })
  // Where the temporary folder of the tests is on another one, nothing is assumed of it.
  expect([dev, undefined]).toContain(await localDevice(root))
  expect(await localDevice(join(root, 'absent'))).toBeUndefined()
  expect(await localDevice('/proc')).toBeUndefined()
})

test('whatever replaced an object is found by the next conditional get, at once', async () => {
  const reader = folderStore({ root })
  const writer = folderStore({ root, survives: 'processEnd' })
  let { etag } = await writer.put('a/k', encode('0'), always)
  for (let i = 1; i <= 300; i++) {
    expect(await reader.get('a/k', { ifNoneMatch: etag })).toBeUndefined()
    const put = await writer.put('a/k', encode(String(i % 10)), always)
    const found = await reader.get('a/k', { ifNoneMatch: etag })
    expect(found).toEqual({ bytes: encode(String(i % 10)), etag: put.etag })
    etag = put.etag
  }
  await writeFile(join(root, 'by-hand'), 'moved')
  await rename(join(root, 'by-hand'), join(root, 'a/k'))
  const moved = await reader.get('a/k', { ifNoneMatch: etag })
  expect(moved?.bytes).toEqual(encode('moved'))
  await writer.delete('a/k')
  const gone = reader.get('a/k', { ifNoneMatch: moved?.etag ?? '' })
  await expect(gone).rejects.toMatchObject({ kind: 'notFound' })
})

test.runIf(process.platform === 'linux')('a link to another device is followed', async () => {
  const other = await mkdtemp('/dev/shm/local-disk-')
  try {
    const { etag } = await folderStore({ root: other }).put('k', encode('there'), always)
    await symlink(other, join(root, 'linked'))
    const store = folderStore({ root })
    expect(await store.get('linked/k', { ifNoneMatch: 'x' })).toEqual({
      bytes: encode('there'),
      etag,
    })
    expect(await store.get('linked/k', { ifNoneMatch: etag })).toBeUndefined()
  } finally {
    await rm(other, { recursive: true })
  }
})
