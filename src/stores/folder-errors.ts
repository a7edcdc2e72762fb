import { QwError } from '../engine/errors.ts'

export interface FolderAction {
  readonly verb: 'get' | 'read' | 'head' | 'put' | 'list' | 'delete'
  readonly key: string
  readonly root: string
}

/** The `code` of a file system error, such as ENOENT. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** The one table from file system errors to kinds. Anything that is no errno comes back as it was:
 *  a QwError or the reason of an aborted signal. */
export function folderError(error: unknown, action: FolderAction): unknown {
  const code = errnoOf(error)
  if (code === undefined || error instanceof QwError) return error
  if (isLinkRefusal(error)) {
    return new QwError(
      'invalid',
      `the file system of folder ${action.root} has no hard links, which ${action.verb} of ${action.key} needs`,
      {
        fix: 'choose a folder on a disk formatted for this operating system, not on FAT or exFAT',
        cause: error,
      },
    )
  }
  return errorOfCode(code, error, action)
}

function errorOfCode(code: string, error: unknown, action: FolderAction): QwError {
  const what = `${action.verb} of ${action.key || 'the store'} in folder ${action.root}`
  const cause = { cause: error }
  switch (code) {
    case 'ENOENT':
      return action.verb === 'put'
        ? new QwError('unavailable', `${what} failed: its folder keeps vanishing`, cause)
        : new QwError('notFound', `no object at key ${action.key} in folder ${action.root}`, cause)
    case 'ENOTDIR':
    case 'EISDIR':
    case 'EEXIST':
    case 'ENOTEMPTY':
      if (action.verb !== 'put') {
        return new QwError(
          'notFound',
          `no object at key ${action.key} in folder ${action.root}`,
          cause,
        )
      }
      return new QwError('invalid', `${what} failed: a file and a folder would share one name`, {
        fix: 'choose a key that is neither a folder of other keys nor below another object',
        ...cause,
      })
    case 'ENOSPC':
    case 'EDQUOT':
      return new QwError('unavailable', `${what} failed: no space left (${code})`, {
        fix: 'free space on that disk or raise its quota, then run the same command again',
        ...cause,
      })
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new QwError('invalid', `${what} failed: not permitted (${code})`, {
        fix: `give this user read and write permission on ${action.root}, or choose another folder`,
        ...cause,
      })
    case 'EMFILE':
    case 'ENFILE':
      return new QwError('unavailable', `${what} failed: too many open files (${code})`, {
        fix: 'raise the limit with "ulimit -n 4096"',
        ...cause,
      })
    case 'ENAMETOOLONG':
    case 'EINVAL':
    case 'EILSEQ':
      return new QwError(
        'invalid',
        `${what} failed: this file system cannot hold that name (${code})`,
        {
          fix: 'use shorter key segments without characters special to the file system',
          ...cause,
        },
      )
    case 'EIO':
    case 'EBUSY':
    case 'EAGAIN':
    case 'ETIMEDOUT':
    case 'ESTALE':
      return new QwError('unavailable', `${what} failed: the disk did not answer (${code})`, cause)
    default:
      return new QwError('internal', `${what} failed: ${code}`, cause)
  }
}

/** Writers exclude one another by hard links, which a few file systems do not have. */
function isLinkRefusal(error: unknown): boolean {
  const code = errnoOf(error) ?? ''
  const isLink = error instanceof Error && 'syscall' in error && error.syscall === 'link'
  return isLink && ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(code)
}
