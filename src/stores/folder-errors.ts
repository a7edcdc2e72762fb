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
    default:
      return refusalOf(code, `${what} failed`, action.root, error)
  }
}

interface Refusal {
  readonly kind: 'invalid' | 'unavailable'
  readonly reason: string
  /** Undefined: there is nothing to do but to try again. */
  readonly fix?: (place: string) => string
}

const NO_SPACE: Refusal = {
  kind: 'unavailable',
  reason: 'no space left',
  fix: () => 'free space on that disk or raise its quota, then run the same command again',
}
const NOT_PERMITTED: Refusal = {
  kind: 'invalid',
  reason: 'not permitted',
  fix: (place) => `give this user read and write permission on ${place}, or choose another folder`,
}
const OPEN_FILES: Refusal = {
  kind: 'unavailable',
  reason: 'too many open files',
  fix: () => 'raise the limit with "ulimit -n 4096"',
}
const NO_SUCH_NAME: Refusal = {
  kind: 'invalid',
  reason: 'this file system cannot hold that name',
  fix: () => 'use shorter key segments without characters special to the file system',
}
const NO_ANSWER: Refusal = { kind: 'unavailable', reason: 'the disk did not answer' }
const OTHER_KIND: Refusal = {
  kind: 'invalid',
  reason: 'a folder is where a file should be, or a file where a folder should',
  fix: (place) => `look what is there: ls -ld ${place}`,
}

/** What a disk may refuse to anybody, by Node's code. */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  ENOSPC: NO_SPACE,
  EDQUOT: NO_SPACE,
  EACCES: NOT_PERMITTED,
  EPERM: NOT_PERMITTED,
  EROFS: { ...NOT_PERMITTED, reason: 'the file system is read-only' },
  EMFILE: OPEN_FILES,
  ENFILE: OPEN_FILES,
  ENAMETOOLONG: NO_SUCH_NAME,
  EINVAL: NO_SUCH_NAME,
  EILSEQ: NO_SUCH_NAME,
  EIO: NO_ANSWER,
  EBUSY: NO_ANSWER,
  EAGAIN: NO_ANSWER,
  ETIMEDOUT: NO_ANSWER,
  ESTALE: NO_ANSWER,
  EISDIR: OTHER_KIND,
  ENOTDIR: OTHER_KIND,
  ELOOP: { ...OTHER_KIND, reason: 'symbolic links lead in a circle' },
}

function refusalOf(code: string, what: string, place: string, cause: unknown): QwError {
  const refusal = REFUSALS[code]
  if (refusal === undefined) return new QwError('internal', `${what}: ${code}`, { cause })
  const { kind, reason, fix } = refusal
  return new QwError(kind, `${what}: ${reason} (${code})`, { fix: fix?.(place), cause })
}

/**
 * A refusal of the disk that was met outside of a store: a state of the machine and no mistake of ours.
 * Undefined for everything else.
 */
export function diskRefusal(error: unknown): QwError | undefined {
  const code = errnoOf(error)
  if (code === undefined || !Object.hasOwn(REFUSALS, code) || !(error instanceof Error))
    return undefined
  const { syscall, path } = error as NodeJS.ErrnoException
  if (syscall === undefined || !DISK_CALLS.test(syscall)) return undefined
  return refusalOf(code, `cannot ${syscall} ${path ?? 'a file'}`, path ?? 'it', error)
}

/** Sockets have the same codes. */
const DISK_CALLS =
  /^(open|read|write|fsync|ftruncate|mkdir|rmdir|unlink|rename|link|copyfile|scandir|stat|lstat|access|chmod|futime|utime|mkdtemp|rm)$/

/** Writers exclude one another by hard links, which a few file systems do not have. */
function isLinkRefusal(error: unknown): boolean {
  const code = errnoOf(error) ?? ''
  const isLink = error instanceof Error && 'syscall' in error && error.syscall === 'link'
  return isLink && ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(code)
}
