import { expect, test } from 'vitest'
import { QwError } from '../engine/errors.ts'
import { diskRefusal, folderError } from './folder-errors.ts'

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

test.each([
  ['EROFS', 'open', 'invalid', 'cannot open /x/p.json: the file system is read-only (EROFS)'],
  ['ENOSPC', 'write', 'unavailable', 'cannot write /x/p.json: no space left (ENOSPC)'],
])('a disk that answers %s to anybody is no mistake of ours', (code, syscall, kind, message) => {
  const error = Object.assign(new Error(code), { code, syscall, path: '/x/p.json' })
  expect(diskRefusal(error)).toMatchObject({ kind, message })
})

test('a socket that is refused, and a file that should be there, are not the disk’s doing', () => {
  const refused = Object.assign(new Error('no'), { code: 'EACCES', syscall: 'listen' })
  const absent = Object.assign(new Error('no'), { code: 'ENOENT', syscall: 'open', path: '/x' })
  expect([diskRefusal(refused), diskRefusal(absent)]).toEqual([undefined, undefined])
})
