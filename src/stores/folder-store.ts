import { createHash } from 'node:crypto'
import { statSync, type BigIntStats } from 'node:fs'
import { link, open, rename, stat, unlink } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { QwError } from '../engine/errors.ts'
import type { Clock, ObjectBody, ObjectInfo, ObjectStore, PutCondition } from '../engine/ports.ts'
import { assertRange } from './byte-range.ts'
import { errnoOf, folderError, type FolderAction } from './folder-errors.ts'
import {
  makeNewerThan,
  pruneEmptyFolders,
  readExactly,
  removeQuietly,
  sweepTempFiles,
  syncFolder,
  withParent,
  writeTempFile,
  type TempFile,
} from './folder-file.ts'
import { listFolder } from './folder-listing.ts'
import { acquireFolderLock, type FolderLock } from './folder-lock.ts'
import { localDevice } from './local-disk.ts'
import { assertKey } from './object-key.ts'
import { systemClock } from './system-clock.ts'

/** Where locks and half-written files live: below the root, as a rename cannot cross file systems. */
const HIDDEN = '.qw-store'
const LOCK_WAIT_MS = 20_000

interface FolderStoreOptions {
  /** Made by the first put when missing. */
  readonly root: string
  /** Where `modifiedMs` comes from. */
  readonly clock?: Clock
  /** How long a put or delete waits for other writers of the same key before it is `unavailable`. */
  readonly lockWaitMs?: number
  /** What a finished put survives: a power cut (fsync of file and folder), or only the end of the
   *  process, which suits throw-away data. Never changes atomicity between running processes. */
  readonly survives?: 'powerCut' | 'processEnd'
}

/**
 * Objects as plain files: key `a/b` is the file `<root>/a/b`, so people may copy files in and out.
 *
 * A put writes a hidden file, then gives it its final name in one step. Create-only puts use link(),
 * which refuses an existing name; all other puts and deletes hold the key's lock file from checking
 * the old version to the rename, between processes too. Readers take no lock.
 *
 * Differs from S3 in one point: keys `a` and `a/b` cannot exist together (`invalid`).
 */
export function folderStore(options: FolderStoreOptions): ObjectStore {
  const root = resolve(options.root)
  const settings: Settings = {
    root,
    clock: options.clock ?? systemClock,
    lockWaitMs: options.lockWaitMs ?? LOCK_WAIT_MS,
    durable: options.survives !== 'processEnd',
  }
  let swept: Promise<void> | undefined
  let device: ReturnType<typeof localDevice> | undefined

  return {
    get: (key, { ifNoneMatch, signal } = {}) =>
      attempt({ verb: 'get', key, root }, signal, async () => {
        if (ifNoneMatch !== undefined) {
          device ??= localDevice(root)
          if (isUnchanged(pathOf(root, key), ifNoneMatch, await device)) return undefined
        }
        return await withObject(settings, key, async (file, facts) => {
          const etag = etagOf(facts)
          if (etag === ifNoneMatch) return undefined
          return { bytes: await readExactly(file, 0, Number(facts.size)), etag }
        })
      }),
    read: (key, range, signal) =>
      attempt({ verb: 'read', key, root }, signal, () =>
        withObject(settings, key, (file, facts) => {
          assertRange(key, range, Number(facts.size))
          return readExactly(file, range.start, range.end)
        }),
      ),
    head: (key, signal) =>
      attempt({ verb: 'head', key, root }, signal, async () => {
        const facts = await stat(pathOf(root, key), { bigint: true })
        if (!facts.isFile()) throw absent(root, key)
        return infoOf(key, facts)
      }),
    put: (key, body, { condition, signal }) =>
      attempt({ verb: 'put', key, root }, signal, async () => {
        pathOf(root, key)
        // Once per store, at its first write: a store that only reads leaves the folder as it is.
        swept ??= sweepTempFiles(join(root, HIDDEN, 'tmp'))
        await swept
        return putObject(settings, { key, body, condition, signal })
      }),
    async *list(prefix, signal) {
      try {
        for await (const { key, facts } of listFolder({ root, prefix, hidden: HIDDEN, signal })) {
          yield infoOf(key, facts)
        }
      } catch (error) {
        throw folderError(error, { verb: 'list', key: prefix, root })
      }
    },
    delete: (key, signal) =>
      attempt({ verb: 'delete', key, root }, signal, () => deleteObject(settings, key, signal)),
  }
}

/** Takes the store's own folder away from a root whose objects are handed on as plain files; whatever is
 *  still under way there stays. The next write makes it again. */
export async function tidyFolderStore(root: string): Promise<void> {
  for (const name of ['locks', 'tmp']) {
    await pruneEmptyFolders(join(resolve(root), HIDDEN, name), resolve(root))
  }
}

interface Settings {
  readonly root: string
  readonly clock: Clock
  readonly lockWaitMs: number
  readonly durable: boolean
}

async function attempt<T>(
  action: FolderAction,
  signal: AbortSignal | undefined,
  act: () => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted()
  try {
    const result = await act()
    if (action.verb !== 'put' && action.verb !== 'delete') signal?.throwIfAborted()
    return result
  } catch (error) {
    throw folderError(error, action)
  }
}

async function withObject<T>(
  { root }: Settings,
  key: string,
  use: (file: Awaited<ReturnType<typeof open>>, facts: BigIntStats) => Promise<T>,
): Promise<T> {
  const file = await open(pathOf(root, key), 'r')
  try {
    const facts = await file.stat({ bigint: true })
    if (!facts.isFile()) throw absent(root, key)
    return await use(file, facts)
  } finally {
    await file.close()
  }
}

/**
 * Whether a look at the file tells that it is the version of `etag`; false where a look is not certain
 * (`localDevice`). As certain as opening it: a put gives a name to a whole file in one step, and an ETag
 * never comes back, so that either look sees the version before the step or the one after it. Takes five
 * microseconds in place of a hundred, three turns of the pool of threads, and waits for no other machine.
 */
function isUnchanged(path: string, etag: string, device: bigint | undefined): boolean {
  if (device === undefined) return false
  const facts = statSync(path, { bigint: true })
  return facts.dev === device && etagOf(facts) === etag
}

interface Put {
  readonly key: string
  readonly body: ObjectBody
  readonly condition: PutCondition
  readonly signal: AbortSignal | undefined
}

async function putObject(settings: Settings, put: Put): Promise<ObjectInfo> {
  const { root, clock, durable } = settings
  const target = pathOf(root, put.key)
  const temp = await writeTempFile(join(root, HIDDEN, 'tmp'), {
    body: put.body,
    modifiedMs: clock.nowMs(),
    durable,
    signal: put.signal,
  })
  let renamed = false
  try {
    const facts =
      put.condition.kind === 'ifAbsent'
        ? await createObject(temp, target, put)
        : await replaceObject(settings, temp, put)
    renamed = put.condition.kind !== 'ifAbsent'
    if (durable) await syncFolder(dirname(target))
    return infoOf(put.key, facts)
  } finally {
    if (!renamed) await removeQuietly(temp.path)
  }
}

async function createObject(temp: TempFile, target: string, put: Put): Promise<BigIntStats> {
  put.signal?.throwIfAborted()
  try {
    await withParent(target, () => link(temp.path, target))
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error
    const facts = await stat(target).catch(() => undefined)
    if (facts?.isDirectory() === true) throw error
    throw new QwError('conflict', `object ${put.key} already exists`, { cause: error })
  }
  return temp.facts
}

async function replaceObject(settings: Settings, temp: TempFile, put: Put): Promise<BigIntStats> {
  const { key, condition, signal } = put
  const target = pathOf(settings.root, key)
  const lock = await lockOf(settings, key, signal)
  try {
    const old = await statIfThere(target)
    if (condition.kind === 'ifMatch' && (old === undefined || etagOf(old) !== condition.etag)) {
      const actual = old === undefined ? 'absent' : etagOf(old)
      throw new QwError(
        'conflict',
        `object ${key} changed expected=${condition.etag} actual=${actual}`,
      )
    }
    const newer = old === undefined ? temp : await makeNewerThan(temp, old)
    signal?.throwIfAborted()
    lock.assertHeld()
    await withParent(target, () => rename(temp.path, target))
    return newer.facts
  } finally {
    await lock.release()
  }
}

async function deleteObject(
  settings: Settings,
  key: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { root, durable } = settings
  const target = pathOf(root, key)
  const isThere = async (): Promise<boolean> => (await statIfThere(target))?.isFile() === true
  if (!(await isThere())) return
  // Locked, or a compare-and-swap that has just compared would bring the object back.
  const lock = await lockOf(settings, key, signal)
  try {
    if (!(await isThere())) return
    lock.assertHeld()
    await unlink(target)
    if (durable) await syncFolder(dirname(target))
    await pruneEmptyFolders(dirname(target), root)
  } finally {
    await lock.release()
  }
}

async function statIfThere(path: string): Promise<BigIntStats | undefined> {
  try {
    return await stat(path, { bigint: true })
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}

function pathOf(root: string, key: string): string {
  assertKey(key)
  if (key === HIDDEN || key.startsWith(`${HIDDEN}/`)) {
    throw new QwError('invalid', `object key ${key} is reserved for the folder store's own files`)
  }
  // Windows also drops dots and spaces at the end of a name: two keys would be one file.
  if (sep === '\\' && /[\\:]|[. ](\/|$)/.test(key)) {
    throw new QwError('invalid', `object key ${key} is no file name on this system`)
  }
  return join(root, key)
}

function lockOf(
  settings: Settings,
  key: string,
  signal: AbortSignal | undefined,
): Promise<FolderLock> {
  // Hashed: a key may be deeper and longer than a file name can be.
  const name = createHash('sha256').update(key).digest('hex')
  return acquireFolderLock(join(settings.root, HIDDEN, 'locks', name), {
    waitMs: settings.lockWaitMs,
    tempFolder: join(settings.root, HIDDEN, 'tmp'),
    signal,
  })
}

function infoOf(key: string, facts: BigIntStats): ObjectInfo {
  return {
    key,
    sizeBytes: Number(facts.size),
    etag: etagOf(facts),
    modifiedMs: Number(facts.mtimeNs / 1_000_000n),
  }
}

/** Needs no read of the content; `makeNewerThan` keeps it from ever coming back. */
function etagOf(facts: BigIntStats): string {
  return [facts.ino, facts.mtimeNs, facts.size].map((part) => part.toString(36)).join('-')
}

function absent(root: string, key: string): QwError {
  return new QwError('notFound', `no object at key ${key} in folder ${root}`)
}
