import { expect, test } from 'vitest'
import { QwError } from '../engine/errors.ts'
import { folderError } from './folder-errors.ts'

const put = { verb: 'put', key: 'a/k', root: 'data' } as const
const get = { verb: 'get', key: 'a/k', root: 'data' } as const

test.each([
  ['ENOENT', get, 'notFound', undefined],
  ['ENOTDIR', get, 'notFound', undefined],
  ['ENOSPC', put, 'unavailable', 'free space'],
  ['EDQUOT', put, 'unavailable', 'free space'],
  ['EACCES', put, 'invalid', 'permission'],
  ['EPERM', get, 'invalid', 'permission'],
  ['EROFS', put, 'invalid', 'another folder'],
  ['EMFILE', get, 'unavailable', 'ulimit'],
  ['EISDIR', put, 'invalid', 'choose a key'],
  ['ENAMETOOLONG', put, 'invalid', 'shorter'],
  ['EIO', get, 'unavailable', undefined],
  ['EWEIRD', get, 'internal', undefined],
] as const)('%s becomes the kind for what the caller does next', (code, action, kind, fix) => {
  const cause = Object.assign(new Error('os says no'), { code })
  const error = folderError(cause, action)
  expect(error).toMatchObject({ kind, cause, message: expect.stringContaining('a/k') })
  if (fix !== undefined) expect(error).toMatchObject({ fix: expect.stringContaining(fix) })
})

test('a file system that refuses hard links is named as the cause', () => {
  const cause = Object.assign(new Error('os says no'), { code: 'EPERM', syscall: 'link' })
  expect(folderError(cause, put)).toMatchObject({
    kind: 'invalid',
    fix: expect.stringContaining('FAT'),
  })
})

test('an error that is ours or no errno is left as it was', () => {
  for (const error of [new QwError('conflict', 'x'), new Error('aborted'), 'text']) {
    expect(folderError(error, put)).toBe(error)
  }
})
