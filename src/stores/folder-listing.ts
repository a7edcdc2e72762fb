import type { BigIntStats, Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { errnoOf } from './folder-errors.ts'
import { compareKeys } from './object-key.ts'

/** Enough to keep the four threads behind node:fs busy, few enough to hold in memory. */
const STATS_AT_ONCE = 32

interface ListedFile {
  readonly key: string
  readonly facts: BigIntStats
}

interface Walk {
  readonly root: string
  readonly prefix: string
  /** Names directly below the root that hold no objects. */
  readonly hidden: string
  readonly signal: AbortSignal | undefined
}

/** Every regular file whose key starts with the prefix, in ascending byte order of keys. What
 *  vanishes meanwhile is left out; symbolic links are not followed. */
export async function* listFolder(walk: Walk): AsyncGenerator<ListedFile> {
  const folderKey = walk.prefix.slice(0, walk.prefix.lastIndexOf('/') + 1)
  // Such a folder cannot hold an object, and joining it to the root could lead out of it.
  const unreachable =
    /(^|\/)(\.{0,2})\/|\0/.test(folderKey) || folderKey.startsWith(`${walk.hidden}/`)
  if (!unreachable) yield* listBelow(walk, folderKey)
}

async function* listBelow(walk: Walk, folderKey: string): AsyncGenerator<ListedFile> {
  walk.signal?.throwIfAborted()
  const keys = await keysIn(walk, folderKey)
  for (let from = 0; from < keys.length;) {
    const key = keys[from]
    if (key === undefined) return
    if (key.endsWith('/')) {
      yield* listBelow(walk, key)
      from++
      continue
    }
    const files = keys.slice(from, from + STATS_AT_ONCE)
    const nextFolder = files.findIndex((name) => name.endsWith('/'))
    if (nextFolder > 0) files.length = nextFolder
    for (const file of await Promise.all(files.map((name) => statFile(walk.root, name)))) {
      walk.signal?.throwIfAborted()
      if (file !== undefined) yield file
    }
    from += files.length
  }
}

/** Files and subfolders of one folder that may lead to the prefix. A folder is sorted as `name/`:
 *  that puts everything below it where byte order of whole keys wants it. */
async function keysIn({ root, prefix, hidden }: Walk, folderKey: string): Promise<string[]> {
  let children: Dirent[]
  try {
    children = await readdir(join(root, folderKey), { withFileTypes: true })
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw error
  }
  return children
    .filter((child) => child.isFile() || child.isDirectory())
    .filter((child) => folderKey !== '' || child.name !== hidden)
    .map((child) => `${folderKey}${child.name}${child.isDirectory() ? '/' : ''}`)
    .filter((key) => key.startsWith(prefix))
    .toSorted(compareKeys)
}

async function statFile(root: string, key: string): Promise<ListedFile | undefined> {
  try {
    return { key, facts: await stat(join(root, key), { bigint: true }) }
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}
