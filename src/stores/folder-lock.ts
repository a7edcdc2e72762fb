import { createHash } from 'node:crypto'
import { link, open, readFile, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { QwError } from '../engine/errors.ts'
import { errnoOf } from './folder-errors.ts'
import { withParent } from './folder-file.ts'
import { newOwnerTag, ownerState } from './process-owner.ts'
import { systemClock } from './system-clock.ts'

/** A holder only compares and renames: milliseconds. One that took longer gives up by itself … */
const HOLD_LIMIT_MS = 5_000
/** … well before others may judge a lock by its age, which they do only if its owner is unknown. */
const UNKNOWN_OWNER_AGE_MS = 15_000
const POLL_MS_MAX = 8

export interface FolderLock {
  /** Throws `unavailable` when the lock was held so long that another process may have broken it.
   *  To be called right before the effect that the lock protects. */
  assertHeld(): void
  release(): Promise<void>
}

interface LockOptions {
  readonly waitMs: number
  /** On the same file system; a killed process may leave a file named by its owner tag in it. */
  readonly tempFolder: string
  readonly signal: AbortSignal | undefined
}

/**
 * Excludes every other holder of `path`, in this and in other processes. Real time throughout, since
 * it is other processes that are waited for. Throws `unavailable` after `waitMs`.
 *
 * The lock is a file that names its owner, put in place by link(), which refuses an existing name and
 * never shows a lock without its owner. A lock whose owner died is removed under a second lock named after exactly that dead lock, so that nobody removes the fresh lock of a
 * process that was quicker:
 *
 *   waiter A   sees dead lock X   takes breaker(X)   still X? removes X    releases breaker(X)
 *   waiter B   sees dead lock X   … late …           takes breaker(X), finds no X, touches nothing
 *
 * X can only go while breaker(X) is held, hence "still X?" stays true until the removal. A breaker
 * whose owner died is broken the same way.
 */
export async function acquireFolderLock(path: string, options: LockOptions): Promise<FolderLock> {
  const deadlineMs = Date.now() + options.waitMs
  let pollMs = 1
  for (;;) {
    options.signal?.throwIfAborted()
    const heldSinceMs = Date.now()
    const outcome = await tryLock(path, options.tempFolder)
    if (outcome.kind === 'held') return heldLock(path, outcome.tag, heldSinceMs)
    if (Date.now() >= deadlineMs) throw lockTimeout(path, options.waitMs)
    if (outcome.kind === 'broken') continue
    // The jitter only spreads processes out: nothing can be read from it.
    await systemClock.sleep(pollMs * (0.5 + Math.random()), options.signal)
    pollMs = Math.min(pollMs * 2, POLL_MS_MAX)
  }
}

type Attempt = { kind: 'held'; tag: string } | { kind: 'busy' } | { kind: 'broken' }

async function tryLock(path: string, tempFolder: string): Promise<Attempt> {
  const seen = await inspect(path)
  if (seen === undefined) {
    const tag = newOwnerTag()
    return (await placeLock(path, join(tempFolder, tag), tag))
      ? { kind: 'held', tag }
      : { kind: 'busy' }
  }
  if (!seen.stale) return { kind: 'busy' }
  const breaker = join(dirname(path), `break-${seen.identity}`)
  const breaking = await tryLock(breaker, tempFolder)
  if (breaking.kind !== 'held') return { kind: 'busy' }
  try {
    const again = await inspect(path)
    if (again?.identity === seen.identity && again.stale) await unlinkIfThere(path)
  } finally {
    await unlinkIfThere(breaker)
  }
  return { kind: 'broken' }
}

async function placeLock(path: string, tempPath: string, tag: string): Promise<boolean> {
  try {
    await withParent(tempPath, () => writeTag(tempPath, tag))
    await withParent(path, () => link(tempPath, path))
    return true
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false
    throw error
  } finally {
    await unlinkIfThere(tempPath)
  }
}

async function writeTag(path: string, tag: string): Promise<void> {
  const file = await open(path, 'wx')
  try {
    // The lock's existence locks; its owner's name only speeds up recovery. On a full disk the name
    // does not fit, and yet a delete, which frees space, must go on.
    await file.writeFile(tag).catch(() => undefined)
  } finally {
    await file.close()
  }
}

interface SeenLock {
  /** Differs between any two locks made at one path, as each names a unique owner tag; only the
   *  nameless ones of a full disk may repeat, hence staleness is asked again before removal. */
  readonly identity: string
  readonly stale: boolean
}

async function inspect(path: string): Promise<SeenLock | undefined> {
  try {
    const facts = await stat(path, { bigint: true })
    const tag = await readFile(path, 'latin1')
    const identity = createHash('sha256')
      .update(`${path}\n${facts.ino}\n${tag}`)
      .digest('hex')
      .slice(0, 32)
    const state = ownerState(tag)
    const ageMs = Date.now() - Number(facts.mtimeMs)
    return {
      identity,
      stale: state === 'dead' || (state === 'unknown' && ageMs > UNKNOWN_OWNER_AGE_MS),
    }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw error
  }
}

function heldLock(path: string, tag: string, sinceMs: number): FolderLock {
  // A wall clock on purpose: it also counts the time in which the machine slept.
  const overdue = (): boolean => Math.abs(Date.now() - sinceMs) > HOLD_LIMIT_MS
  return {
    assertHeld() {
      if (overdue()) {
        throw new QwError(
          'unavailable',
          `lock ${path} was held for over ${HOLD_LIMIT_MS} ms; nothing was changed`,
        )
      }
    },
    async release() {
      // After that long the file may be somebody else's lock.
      if (overdue() && (await readFile(path, 'latin1').catch(() => '')) !== tag) return
      await unlinkIfThere(path)
    },
  }
}

async function unlinkIfThere(path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error
  }
}

function lockTimeout(path: string, waitMs: number): QwError {
  return new QwError('unavailable', `another process kept the lock ${path} for ${waitMs} ms`, {
    fix: `wait for the other command to end; if none is running, delete ${path}`,
  })
}
