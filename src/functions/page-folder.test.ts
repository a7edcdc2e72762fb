import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { pageFolder } from './page-folder.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qwl-page-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('a file is given out as it is now', async () => {
  const files = pageFolder(folder)
  expect(await files('index.html')).toBeUndefined()
  await writeFile(join(folder, 'index.html'), 'one')
  expect(Buffer.from((await files('index.html')) ?? '').toString()).toBe('one')
  await writeFile(join(folder, 'index.html'), 'two')
  expect(Buffer.from((await files('index.html')) ?? '').toString()).toBe('two')
})

test('what cannot be read is told, not taken for nothing', async () => {
  await writeFile(join(folder, 'file'), '')
  await expect(pageFolder(join(folder, 'file'))('index.html')).rejects.toMatchObject({
    code: 'ENOTDIR',
  })
})
