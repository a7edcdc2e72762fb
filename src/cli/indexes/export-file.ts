import { open, rename, stat, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { QwError } from '../../engine/errors.ts'
import { diskRefusal, errnoOf } from '../../stores/folder-errors.ts'

/** Throws FILE-EXISTS for one that may not be replaced. */
export async function mayWrite(path: string, force: boolean): Promise<void> {
  const isThere = await stat(path).then(
    () => true,
    () => false,
  )
  if (!isThere || force) return
  throw new QwError('invalid', `${path} is there already`, {
    code: 'FILE-EXISTS',
    fix: 'choose another name, or replace it with --force',
  })
}

/** Writes a file under a name of its own and renames it when it is whole: what has the name is complete.
 *  Returns its bytes. Throws what the chunks throw, and says what the disk refused. */
export async function writeWhole(path: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
  const partial = `${path}.${process.pid}.partial`
  try {
    const file = await open(partial, 'w')
    let sizeBytes = 0
    try {
      for await (const chunk of chunks) {
        // A write may take a part of it.
        for (let at = 0; at < chunk.length;) {
          at += (await file.write(chunk, at)).bytesWritten
        }
        sizeBytes += chunk.length
      }
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(partial, path)
    return sizeBytes
  } catch (error) {
    await unlink(partial).catch(() => undefined)
    throw refusalAt(path, error)
  }
}

function refusalAt(path: string, error: unknown): unknown {
  if (errnoOf(error) === 'ENOENT') {
    return new QwError('invalid', `cannot write ${path}: there is no folder ${dirname(path)}`, {
      fix: `mkdir -p ${dirname(path)}`,
      cause: error,
    })
  }
  // Node names the unfinished file, or none where it is open already.
  if (error instanceof Error && errnoOf(error) !== undefined) Object.assign(error, { path })
  return diskRefusal(error) ?? error
}
