import type { BigIntStats } from 'node:fs'
import { mkdir, open, readdir, rmdir, stat, unlink, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { QwError } from '../engine/errors.ts'
import { bodySize, type ObjectBody } from '../engine/ports.ts'
import { errnoOf } from './folder-errors.ts'
import { newOwnerTag, ownerState } from './process-owner.ts'

/** A temporary file whose owner cannot be asked is taken for left over after an hour untouched. */
const UNKNOWN_TEMP_AGE_MS = 3_600_000
const PARENT_ATTEMPTS = 8
/** Pieces are gathered until they are so many bytes: not one system call for each of thousands, and no copy of
 *  a file of many megabytes. */
const WRITE_BYTES = 1 << 20

/** Exactly the bytes of [start, end) of an open file. */
export async function readExactly(
  file: FileHandle,
  start: number,
  end: number,
): Promise<Uint8Array> {
  // Not a Buffer: its `slice` shares memory where a Uint8Array's copies.
  const bytes = new Uint8Array(end - start)
  let filled = 0
  while (filled < bytes.byteLength) {
    const { bytesRead } = await file.read(bytes, filled, bytes.byteLength - filled, start + filled)
    if (bytesRead === 0) {
      throw new QwError(
        'unavailable',
        `file was cut short while it was read at byte ${start + filled}`,
      )
    }
    filled += bytesRead
  }
  return bytes
}

export interface TempFile {
  readonly path: string
  readonly facts: BigIntStats
}

interface TempContent {
  readonly body: ObjectBody
  readonly modifiedMs: number
  readonly durable: boolean
  readonly signal: AbortSignal | undefined
}

/** Writes a whole file into `folder`, or nothing at all. */
export async function writeTempFile(folder: string, content: TempContent): Promise<TempFile> {
  const path = join(folder, newOwnerTag())
  try {
    const file = await withParent(path, () => open(path, 'wx'))
    try {
      await writeBody(file, content)
      const seconds = distinctSeconds(content.modifiedMs)
      await file.utimes(seconds, seconds)
      // Before the rename, or a power cut could leave the final name on a file without its bytes.
      if (content.durable) await file.sync()
      return { path, facts: await file.stat({ bigint: true }) }
    } finally {
      await file.close()
    }
  } catch (error) {
    await removeQuietly(path)
    content.signal?.throwIfAborted()
    throw error
  }
}

async function writeBody(file: FileHandle, { body, signal }: TempContent): Promise<void> {
  if (body instanceof Uint8Array) return await file.writeFile(body, { signal })
  const gathered = new Uint8Array(Math.min(WRITE_BYTES, bodySize(body)))
  let filled = 0
  for (const piece of body) {
    for (let at = 0; at < piece.length;) {
      const part = piece.subarray(at, at + gathered.length - filled)
      gathered.set(part, filled)
      filled += part.length
      at += part.length
      if (filled < gathered.length) continue
      // Goes on where the one before ended.
      await file.writeFile(gathered, { signal })
      filled = 0
    }
  }
  await file.writeFile(gathered.subarray(0, filled), { signal })
}

/**
 * Gives the temporary file a later modification time than the file that it will replace, so that an
 * ETag made from inode, time and size never comes back: inodes are reused at once, the kernel's own
 * times move in steps of milliseconds, and some file systems store whole or even seconds only.
 */
export async function makeNewerThan(temp: TempFile, old: BigIntStats): Promise<TempFile> {
  let facts = temp.facts
  for (const stepNs of [1_000n, 1_000_000n, 1_000_000_000n, 2_000_000_000n]) {
    if (facts.mtimeNs > old.mtimeNs) return { path: temp.path, facts }
    const seconds = Number((old.mtimeNs + stepNs + 999n) / 1000n) / 1e6
    const file = await open(temp.path, 'r+')
    try {
      await file.utimes(seconds, seconds)
      facts = await file.stat({ bigint: true })
    } finally {
      await file.close()
    }
  }
  return { path: temp.path, facts }
}

/** `modifiedMs` with microseconds from the machine-wide monotonic clock: two files made within one
 *  millisecond, by whatever process, differ in them. */
function distinctSeconds(modifiedMs: number): number {
  const microseconds = Number((process.hrtime.bigint() / 1000n) % 1000n)
  return (Math.floor(modifiedMs) * 1000 + microseconds) / 1e6
}

/** Runs `act`, making the folder of `path` when it is missing. Again, because a delete that empties
 *  the folder may remove it in between. */
export async function withParent<T>(path: string, act: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await act()
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' || attempt === PARENT_ATTEMPTS) throw error
      // It may lose the same race, a level higher up.
      await makeFolder(dirname(path)).catch((failure: unknown) => {
        if (errnoOf(failure) !== 'ENOENT') throw failure
      })
    }
  }
}

/**
 * A folder with those above it that are missing. Not Node's `recursive`, which never ends where a
 * folder that is there takes none inside (/proc); that is `invalid` here.
 */
export async function makeFolder(path: string): Promise<void> {
  const isFolder = async (folder: string): Promise<boolean> =>
    await stat(folder).then(
      (facts) => facts.isDirectory(),
      () => false,
    )
  const parent = dirname(path)
  for (let attempt = 1; ; attempt++) {
    try {
      await mkdir(path)
      return
    } catch (error) {
      const code = errnoOf(error)
      if (code === 'EEXIST' && (await isFolder(path))) return
      if (code !== 'ENOENT' || parent === path) throw error
      // A delete may have taken the folder away in between, or a put made it: only what stays so is.
      const takesNone = await isFolder(parent)
      if (attempt < PARENT_ATTEMPTS) {
        if (!takesNone) await makeFolder(parent)
        continue
      }
      if (!takesNone) throw error
      throw new QwError('invalid', `cannot make the folder ${path}: ${parent} takes none`, {
        fix: 'choose another place',
        cause: error,
      })
    }
  }
}

/** Makes names in `folder` survive a power cut, where folders can be synced (not on Windows). */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (error) {
    // ENOENT: the object was deleted again already, and its folder with it.
    const code = errnoOf(error)
    if (code !== 'ENOENT' && code !== 'EISDIR' && code !== 'EPERM' && code !== 'EINVAL') throw error
  }
}

/** Removes `folder` and its parents as long as they are empty, stopping below `root`. */
export async function pruneEmptyFolders(folder: string, root: string): Promise<void> {
  for (let at = folder; at !== root && at.startsWith(root); at = dirname(at)) {
    try {
      await rmdir(at)
    } catch {
      // Not empty, or gone: either way there is nothing left to tidy.
      return
    }
  }
}

/** Removes the temporary files of processes that died while writing. */
export async function sweepTempFiles(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  for (const name of names) {
    const path = join(folder, name)
    const state = ownerState(name)
    if (state === 'dead' || (state === 'unknown' && (await isLongUntouched(path))))
      await removeQuietly(path)
  }
}

async function isLongUntouched(path: string): Promise<boolean> {
  // The change time: unlike the modification time nobody can set it.
  const facts = await stat(path).catch(() => undefined)
  return facts !== undefined && Date.now() - facts.ctimeMs > UNKNOWN_TEMP_AGE_MS
}

export async function removeQuietly(path: string): Promise<void> {
  await unlink(path).catch(() => undefined)
}
